// Put into a page by `ledger site --watch`: shows the runs at work, and loads the page anew where it has changed.
"use strict";

(() => {
  const EVERY = 1500;
  const script = document.currentScript;
  const place = `ledger ${location.pathname}`;
  const own = script.dataset.version;
  const part = document.createElement("aside");
  let failures = 0;
  let shown = "";

  function element(name, text, attributes = {}) {
    const made = document.createElement(name);
    made.textContent = text;
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    return made;
  }

  function clock(started) {
    const all = Math.max(0, Math.floor((Date.now() - new Date(started)) / 1000));
    const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, String(all % 60).padStart(2, "0")];
    return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`;
  }

  function trial(one) {
    const line = element("li", `${one.trial}  ${one.waits ? "waits for " : ""}${one.stage || "preparing"} `);
    line.append(element("time", clock(one.started), { datetime: one.started, title: `since ${new Date(one.started).toLocaleTimeString()}` }));
    return line;
  }

  function run(one) {
    const made = element("section", "");
    const head = element("p", "");
    const ends = one.ends && one.done < one.total
      ? `, until about ${new Date(one.ends).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}` : "";
    head.append(element("a", one.experiment, { href: `/experiments/${one.experiment}.html` }), ` ${one.said}${ends} `);
    head.append(element("progress", "", { value: one.done, max: Math.max(1, one.total), "aria-label": `${one.experiment}: trials done` }));
    const list = element("ul", "");
    list.append(...one.trials.map(trial));
    made.append(head, list);
    return made;
  }

  function show(runs, failure) {
    // built anew only where it says something else: a link keeps its focus, a reader her place
    const said = JSON.stringify([runs, failure]);
    if (said === shown) {
      part.querySelectorAll("time").forEach((time) => { time.textContent = clock(time.dateTime); });
      return;
    }
    shown = said;
    const focused = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    part.replaceChildren(...(failure ? [element("p", failure, { class: "wrong" })] : []), ...runs.map(run));
    part.hidden = !part.childElementCount;
    if (focused !== null) [...part.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused)?.focus();
  }

  /** Whether somebody types or selects on the page: it is not taken away under her hands. */
  function busy() {
    const active = document.activeElement;
    const types = active && active.matches("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
    return types || !getSelection().isCollapsed || document.querySelector("dialog[open]") !== null;
  }

  function reload() {
    const folds = [...document.querySelectorAll("details")].map((fold) => fold.open);
    sessionStorage.setItem(place, JSON.stringify({ y: scrollY, folds }));
    location.reload();
  }

  function restore() {
    const kept = JSON.parse(sessionStorage.getItem(place) || "null");
    sessionStorage.removeItem(place);
    if (kept === null) return;
    document.querySelectorAll("details").forEach((fold, at) => { if (at in kept.folds) fold.open = kept.folds[at]; });
    // what scripts draw comes a little later
    let left = 40;
    const scroll = () => {
      scrollTo({ top: kept.y, behavior: "instant" });
      left -= 1;
      if (left && Math.abs(scrollY - kept.y) > 2) requestAnimationFrame(scroll);
    };
    scroll();
  }

  async function look() {
    try {
      const answer = await fetch(`/-/news.json?${encodeURIComponent(location.pathname)}`, { cache: "no-store" });
      if (!answer.ok) throw new Error(answer.statusText);
      const news = await answer.json();
      failures = 0;
      if (news.version !== null && news.version !== own && !busy()) { reload(); return; }
      show(news.runs, news.failure);
    } catch (error) {
      failures += 1;
      if (failures > 1) show([], "ledger site --watch has ended: this page is as it was then.");
    }
    setTimeout(look, Math.min(30000, EVERY * 2 ** Math.min(failures, 5)));
  }

  part.className = "at-work";
  part.setAttribute("aria-label", "Runs at work");
  part.hidden = true;
  document.body.append(part);
  restore();
  look();
})();
