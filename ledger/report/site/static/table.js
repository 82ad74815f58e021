// The page of the table: reads the view from its address, shows it, and writes what the reader changes into the address.
"use strict";

{
  const { Rows, readView, writeView, LEVELS, element, table, pager, comparison, filters, chooser, csv } = window.ledgerTable;
  const app = document.getElementById("app");
  const levels = new Map();
  let view = readView(location.hash);
  let rows = null;

  async function load() {
    const level = view.level;
    if (!levels.has(level)) {
      const stored = await window.ledger.load(`table-${level}`, `data/table-${level}.js`);
      levels.set(level, new Rows(stored));
    }
    if (level === view.level) {
      rows = levels.get(level);
      show();
    }
  }

  /** What the reader wants otherwise: shown at once, and told by the address. */
  function change(wanted) {
    const before = view.level;
    const choosing = view.choosing;
    view = { ...view, ...wanted, choosing };
    const next = writeView(view);
    if (next !== location.hash) history.pushState(null, "", next === "#" ? location.pathname + location.search : next);
    if (view.level === before) show(); else load();
  }

  function show() {
    const began = performance.now();
    const chosen = rows.chosen(view);
    const focus = focused();
    const filtered = view.search || view.filters.size;
    app.replaceChildren(
      element("div", { class: "bar" },
        element("div", { class: "levels", role: "group", "aria-label": "Rows" }, ...LEVELS.map((level) =>
          element("button", { "aria-pressed": String(level === view.level), onclick: () => change({ level, page: 0, selected: [], columns: null }) }, level))),
        search(),
        element("span", { role: "status", class: "count" }, filtered ? `${chosen.length} of ${rows.count}` : `${rows.count}`),
        filtered || view.sort.length || view.columns ? element("button", { onclick: reset }, "Reset") : null,
        element("button", { onclick: () => download(chosen) }, "CSV")),
      filters(rows, view, change),
      chooser(rows, view, change),
      ...[comparison(rows, view, change)].filter(Boolean),
      chosen.length ? table(rows, view, chosen, change) : element("p", {}, "No row has all of that."),
      ...[pager(view, chosen.length, change)].filter(Boolean));
    refocus(focus);
    app.dataset.milliseconds = (performance.now() - began).toFixed(1);
  }

  function search() {
    let waiting = 0;
    return element("input", {
      type: "search", placeholder: "Search", "aria-label": "Search all columns", value: view.search,
      oninput: (event) => {
        clearTimeout(waiting);
        waiting = setTimeout(() => change({ search: event.target.value, page: 0 }), 120);
      },
    });
  }

  const reset = () => change({ search: "", filters: new Map(), sort: [], columns: null, page: 0 });

  function download(chosen) {
    const link = element("a", { href: URL.createObjectURL(new Blob([csv(rows, view, chosen)], { type: "text/csv" })), download: `${view.level}.csv` });
    link.click();
    URL.revokeObjectURL(link.href);
  }

  /** What has the focus, as the place of its kind among all: what is shown anew gets it again. */
  function focused() {
    const active = document.activeElement;
    if (!app.contains(active)) return null;
    const label = active.getAttribute("aria-label") || active.textContent.replace(/ [▲▼]\d?$/, "");
    return { name: active.localName, label, at: active.selectionStart };
  }

  function refocus(focus) {
    if (!focus) return;
    const same = [...app.querySelectorAll(focus.name)].find((each) =>
      (each.getAttribute("aria-label") || each.textContent.replace(/ [▲▼]\d?$/, "")) === focus.label);
    if (!same) return;
    same.focus({ preventScroll: true });
    if (focus.at !== null && focus.at !== undefined && same.setSelectionRange && same.type === "search") same.setSelectionRange(focus.at, focus.at);
  }

  window.addEventListener("popstate", () => { view = readView(location.hash); load(); });
  window.addEventListener("hashchange", () => { view = readView(location.hash); load(); });
  document.getElementById("plain").remove();
  app.hidden = false;
  load().catch((error) => app.replaceChildren(element("p", { class: "wrong" }, error.message)));
}
