// The table as a reader sees it: a page of rows at a time, in a plain table, so that keyboards and screen readers know it.
"use strict";

{
  const PAGE = 100;

  /** An element with its attributes, listeners (`onclick`) and children; texts are texts. */
  function element(name, given = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(given)) {
      if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
      else if (value === true) made.setAttribute(key, "");
      else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
    }
    made.append(...children.filter((child) => child !== null));
    return made;
  }

  /** What a row is called in the page's address, and where its page is. */
  const nameOf = (rows, row, level) =>
    [rows.byId.get("experiment").text(row), level === "experiments" ? "" : rows.byId.get(level === "arms" ? "variant" : "trial").text(row)]
      .filter(Boolean).join(":");
  const addressOf = (rows, row) => `experiments/${encodeURIComponent(rows.byId.get("experiment").text(row))}.html`;

  /** The columns that a view shows, in their order. */
  const shownColumns = (rows, view) =>
    view.columns ? view.columns.map((id) => rows.byId.get(id)).filter(Boolean) : rows.columns.filter((column) => column.shown);

  /** The table of one page of rows. `change` is told what the reader wants otherwise. */
  function table(rows, view, chosen, change) {
    const columns = shownColumns(rows, view);
    const first = Math.min(view.page, Math.max(0, Math.ceil(chosen.length / PAGE) - 1)) * PAGE;
    const body = element("tbody");
    chosen.slice(first, first + PAGE).forEach((row) => body.append(line(rows, view, row, columns, change)));
    return element("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Table" },
      element("table", { "aria-rowcount": chosen.length + 1 },
        element("thead", {}, element("tr", {},
          element("th", { scope: "col", class: "pick" }, element("span", { class: "hidden" }, "Compare")),
          ...columns.map((column) => head(column, view, change)))),
        body));
  }

  function head(column, view, change) {
    const at = view.sort.findIndex(({ id }) => id === column.id);
    const sort = at < 0 ? null : view.sort[at];
    const mark = sort === null ? "" : sort.down ? " ▼" : " ▲";
    return element("th", {
      scope: "col", class: column.kind === "text" ? null : "right",
      "aria-sort": sort === null ? "none" : sort.down ? "descending" : "ascending",
    }, element("button", {
      class: "sort", title: `${column.id}: sort; with Shift after the others`,
      onclick: (event) => change({ sort: sorted(view.sort, column, event.shiftKey), page: 0 }),
    }, column.head + mark + (mark && view.sort.length > 1 ? String(at + 1) : "")));
  }

  /** The next order: numbers and dates begin with the largest, a third click leaves the column. */
  function sorted(sort, column, also) {
    const known = sort.find(({ id }) => id === column.id);
    const down = column.kind !== "text";
    const others = also ? sort.filter(({ id }) => id !== column.id) : [];
    if (!known) return [...others, { id: column.id, down }];
    return known.down === down ? [...others, { id: column.id, down: !down }] : others;
  }

  function line(rows, view, row, columns, change) {
    const name = nameOf(rows, row, view.level);
    const picked = view.selected.includes(name);
    return element("tr", { class: picked ? "picked" : null },
      element("td", { class: "pick" }, element("input", {
        type: "checkbox", "aria-label": `Compare ${name}`, checked: picked,
        onchange: () => change({ selected: picked ? view.selected.filter((each) => each !== name) : [...view.selected, name] }),
      })),
      ...columns.map((column, at) => cell(rows, row, column, at === 0)));
  }

  function cell(rows, row, column, first) {
    const text = column.text(row);
    if (column.id === "experiment") {
      return element(first ? "th" : "td", first ? { scope: "row" } : {}, element("a", { href: addressOf(rows, row) }, text));
    }
    if (column.id === "state" || column.id === "outcome") {
      const kind = /^(supported|refuted|inconclusive)/.exec(text);
      return element("td", {}, element("span", { class: `state ${kind ? kind[0] : "open"}` }, text));
    }
    return element("td", { class: column.kind === "text" ? (column.id === "title" ? "long" : null) : "right" }, text);
  }

  /** Which rows of how many are on the page, and the ways to the others. */
  function pager(view, count, change) {
    const pages = Math.max(1, Math.ceil(count / PAGE));
    const page = Math.min(view.page, pages - 1);
    if (pages === 1) return null;
    const to = (label, next, possible) =>
      element("button", { disabled: !possible, onclick: () => change({ page: next }) }, label);
    return element("nav", { class: "pager", "aria-label": "Pages" },
      to("First", 0, page > 0), to("Previous", page - 1, page > 0),
      element("span", {}, `${page * PAGE + 1} to ${Math.min(count, (page + 1) * PAGE)} of ${count}`),
      to("Next", page + 1, page < pages - 1), to("Last", pages - 1, page < pages - 1));
  }

  Object.assign(window.ledgerTable, { element, table, pager, shownColumns, nameOf, addressOf });
}
