// The page of the table: reads the view from its address, shows it, and writes what the reader changes into the address.
"use strict";

{
  const { Rows, LEVELS, isView, readView, writeView, element, table, pager, summary, settle, comparison, states, filters, chooser, csv } = window.ledgerTable;
  const app = document.getElementById("app");
  const levels = new Map();
  const numbers = new Map();
  let view = readView(location.hash);
  let rows = null;
  // what the reader did last: letters typed one after the other are one step back
  let last = null;

  // what stays while the rows change: a field that is typed in must not be made anew, and a place scrolled to is kept
  const search = element("input", { type: "search", placeholder: "Search", "aria-label": "Search all columns", oninput: typed });
  const count = element("span", { class: "count" });
  const unit = element("span", {});
  const counting = element("span", {}, count, " ", unit);
  const told = element("p", { role: "status", class: "hidden" });
  const wide = element("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Table" });
  const part = (name) => element("div", { class: `part-${name}` });
  const [levelsPart, buttons, statesPart, filtersPart, chooserPart, pages, compared] =
    ["levels", "buttons", "states", "filters", "chooser", "pager", "compared"].map(part);

  async function load() {
    const level = view.level;
    try {
      if (!levels.has(level)) levels.set(level, new Rows(await window.ledger.load(`table-${level}`, `data/table-${level}.js`)));
    } catch (error) {
      app.hidden = false;
      app.replaceChildren(element("p", { class: "wrong" }, error.message));
      return;
    }
    if (level !== view.level) return;
    if (rows === null) begin();
    rows = levels.get(level);
    show({ top: true });
  }

  /** The page's parts take the place of the plain table, once there is something to show. */
  function begin() {
    app.replaceChildren(element("div", { class: "bar" }, levelsPart, search, counting, buttons, told),
      statesPart, filtersPart, chooserPart, wide, pages, compared);
    const plain = document.getElementById("plain");
    if (plain) plain.remove();
    app.hidden = false;
  }

  /** What the reader wants otherwise, or a function of the view that says so: shown at once, and told by the address. */
  function change(asked, did = null) {
    const wanted = typeof asked === "function" ? asked(view) : asked;
    const [before, choosing] = [view.level, view.choosing];
    view = { ...view, ...wanted, choosing };
    const next = writeView(view);
    if (next !== (location.hash || "#")) {
      const address = next === "#" ? location.pathname + location.search : next;
      if (did === "search" && last === "search") history.replaceState(null, "", address);
      else history.pushState(null, "", address);
    }
    last = did;
    if (view.level !== before) load();
    else show({ top: !("selected" in wanted || "columns" in wanted), did });
  }

  function show({ top, did = null }) {
    const began = performance.now();
    const chosen = rows.chosen(view);
    const focus = focused();
    const isFiltered = view.search || view.filters.size > 0;
    const said = (number) => number.toLocaleString("en");
    if (document.activeElement !== search || did !== "search") search.value = view.search;
    const counted = isFiltered ? `${said(chosen.length)} of ${said(rows.count)}` : said(rows.count);
    if (count.textContent !== counted) count.textContent = counted;
    const called = rows.count === 1 ? view.level.slice(0, -1) : view.level;
    if (unit.textContent !== called) unit.textContent = called;
    const sentence = summary(view, chosen.length, `${counted} ${called}`);
    if (told.textContent !== sentence) told.textContent = sentence;
    put(levelsPart, element("div", { class: "levels", role: "group", "aria-label": "Rows" }, ...LEVELS.map((level) =>
      element("button", { "aria-pressed": String(level === view.level), onclick: () => toLevel(level) }, level))));
    put(buttons,
      isFiltered || view.sort.length || view.columns ? element("button", { onclick: reset }, "Reset") : null,
      view.selected.length ? element("button", { onclick: toComparison }, `Compare ${view.selected.length}`) : null,
      element("button", { title: "Download the rows that are shown", onclick: download }, "CSV"));
    put(statesPart, states(rows, view, change));
    put(filtersPart, filters(rows, view, change));
    put(chooserPart, chooser(rows, view, change));
    put(wide, chosen.length ? table(rows, view, chosen, change) : nothing());
    put(pages, pager(view, chosen.length, change));
    compare();
    if (top) wide.scrollTop = 0;
    if (did === "filter") newest(); else refocus(focus);
    app.dataset.milliseconds = (performance.now() - began).toFixed(1);
  }

  /** The selected rows side by side; their intervals once the numbers are there, for which the first comparison asks. */
  function compare() {
    const { level } = view;
    const known = numbers.get(level);
    put(compared, comparison(rows, view, change, known || { numbers: null, failed: null }));
    if (known || !view.selected.length) return;
    const key = `table-${level}-numbers`;
    const told = (found) => {
      numbers.set(level, found);
      const focus = focused();
      if (level === view.level) compare();
      refocus(focus);
    };
    window.ledger.load(key, `data/${key}.js`).then((found) => told({ numbers: found, failed: null }), (error) => told({ numbers: null, failed: error.message }));
  }

  /** Another level; the states of trials are not those of experiments. */
  function toLevel(level) {
    const isApart = level === LEVELS[2] || view.level === LEVELS[2];
    const kept = new Map([...view.filters].filter(([id]) => !(isApart && id === "state")));
    change({ level, page: 0, selected: [], columns: null, filters: kept });
  }

  const put = (where, ...what) => where.replaceChildren(...what.filter((each) => each !== null));

  const nothing = () => (rows.count
    ? element("p", {}, "No row has all of that. ", element("button", { onclick: reset }, "Show all"))
    : element("p", {}, "There is nothing here yet."));

  function typed() {
    clearTimeout(typed.waiting);
    typed.waiting = setTimeout(() => change({ search: search.value, page: 0 }, "search"), 60);
  }

  function reset() {
    clearTimeout(typed.waiting);
    change({ search: "", filters: new Map(), sort: [], columns: null, page: 0 });
  }

  function toComparison() {
    const heading = document.getElementById("comparison");
    if (!heading) return;
    heading.focus({ preventScroll: true });
    heading.scrollIntoView();
  }

  function download() {
    settle();
    const chosen = rows.chosen(view);
    const link = element("a", { href: URL.createObjectURL(new Blob([csv(rows, view, chosen)], { type: "text/csv" })), download: `${view.level}.csv` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  // --- what is shown anew gets the focus again that it had

  const called = (each) => each.dataset.id || each.getAttribute("aria-label") || each.textContent;

  function focused() {
    const active = document.activeElement;
    const part = [...app.children].find((each) => each.contains(active));
    return part && active !== wide && active !== search ? { part, name: active.localName, said: called(active) } : null;
  }

  function refocus(focus) {
    if (!focus || focus.part.contains(document.activeElement)) return;
    const same = [...focus.part.querySelectorAll(focus.name)].find((each) => called(each) === focus.said);
    const next = same && !same.disabled ? same : focus.part.querySelector("button:not(:disabled), select, input, a") || search;
    next.focus({ preventScroll: true });
  }

  /** The filter that was added last. */
  function newest() {
    const added = filtersPart.querySelector("fieldset:last-of-type input");
    if (added) added.focus();
  }

  function navigated() {
    // a link to a place on this page is not another view
    if (!isView(location.hash)) history.replaceState(null, "", writeView(view));
    else {
      view = { ...readView(location.hash), choosing: view.choosing };
      last = null;
      load();
    }
  }

  // back, forward and an address that is typed in: each of them tells one of these or both
  window.addEventListener("popstate", navigated);
  window.addEventListener("hashchange", navigated);
  load();
}
