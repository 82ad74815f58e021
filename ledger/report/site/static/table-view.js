// The table as a reader sees it: a page of rows at a time, in a plain table, so that keyboards and screen readers know it.
"use strict";

{
  const PAGE = 100;
  // a click on such a value shows the rows that have it
  const CLICKED = /^(state|status|outcome|trial_status|variant|author|tags|parent|confirmatory|exploratory|params\..*|replicate\..*)$/;

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

  /** The columns that a view shows, in their order; the experiment always, which is the way to its page. */
  const shownColumns = (rows, view) => rows.columns.filter(({ id, shown }) =>
    id === "experiment" || (view.columns ? view.columns.includes(id) : shown));

  /** The page of rows that a view shows: its number from 0 on, and how many there are. */
  function pageOf(view, count) {
    const pages = Math.max(1, Math.ceil(count / PAGE));
    return { page: Math.min(view.page, pages - 1), pages };
  }

  /** The table of one page of rows. `change` is told what the reader wants otherwise. */
  function table(rows, view, chosen, change) {
    const columns = shownColumns(rows, view);
    const first = pageOf(view, chosen.length).page * PAGE;
    const body = element("tbody");
    const picked = new Set(view.selected);
    chosen.slice(first, first + PAGE).forEach((row, at) => body.append(line(rows, view, row, first + at + 2, columns, picked, change)));
    body.addEventListener("click", (event) => clicked(event, rows, columns, change));
    return element("table", { "aria-rowcount": chosen.length + 1, "aria-label": `All ${view.level}`, onkeydown: moved },
      element("thead", {}, element("tr", { "aria-rowindex": 1 },
        element("th", { scope: "col", class: "pick" }, element("span", { class: "hidden" }, "Compare")),
        ...columns.map((column) => head(column, view, change)))),
      body);
  }

  function head(column, view, change) {
    const at = view.sort.findIndex(({ id }) => id === column.id);
    const sort = at < 0 ? null : view.sort[at];
    const mark = sort === null ? null : element("span", { "aria-hidden": "true" },
      (sort.down ? " ▼" : " ▲") + (view.sort.length > 1 ? String(at + 1) : ""));
    return element("th", {
      scope: "col", class: [column.kind === "number" || column.kind === "date" ? "right" : "", column.id === "experiment" ? "name" : ""].join(" ").trim() || null,
      "aria-sort": sort === null ? null : sort.down ? "descending" : "ascending",
    }, element("button", {
      class: "sort", title: `${column.id}: sort; with Shift after the others`, "data-id": column.id,
      onclick: (event) => change((now) => ({ sort: sorted(now.sort, column, event.shiftKey), page: 0 })),
    }, column.head, mark));
  }

  /** The next order: numbers and dates begin with the largest, a third click leaves the column. */
  function sorted(sort, column, also) {
    const known = sort.find(({ id }) => id === column.id);
    const down = column.kind === "number" || column.kind === "date";
    const others = also ? sort : [];
    if (!known) return [...others, { id: column.id, down }];
    const next = known.down === down ? [{ id: column.id, down: !down }] : [];
    return also ? sort.flatMap((each) => (each.id === column.id ? next : [each])) : next;
  }

  function line(rows, view, row, index, columns, picked, change) {
    const name = nameOf(rows, row, view.level);
    const isPicked = picked.has(name);
    return element("tr", { class: isPicked ? "picked" : null, "aria-rowindex": index, "data-row": row },
      element("td", { class: "pick" }, element("input", {
        type: "checkbox", "aria-label": `Compare ${name}`, checked: isPicked,
        onchange: () => change(({ selected }) => ({ selected: isPicked ? selected.filter((each) => each !== name) : [...selected, name] })),
      })),
      ...columns.map((column) => cell(rows, row, column)));
  }

  function cell(rows, row, column) {
    const text = column.text(row);
    if (column.id === "experiment") {
      return element("th", { scope: "row", class: "name" }, element("a", { href: addressOf(rows, row) }, text));
    }
    const kinds = [column.kind === "number" || column.kind === "date" ? "right" : "", CLICKED.test(column.id) ? "value" : "", text.length > 40 ? "long" : ""];
    const given = { class: kinds.filter(Boolean).join(" ") || null };
    if (column.id === "state" || column.id === "outcome") {
      return element("td", given, element("span", { class: `state ${window.ledgerTable.stateClass(text)}` }, text));
    }
    return element("td", given, text);
  }

  /** A click on a value filters by it, or drops that filter; marking its text does neither. */
  function clicked(event, rows, columns, change) {
    const at = event.target.closest("td.value");
    if (!at || !document.getSelection().isCollapsed) return;
    const { filtered, toggled, joined } = window.ledgerTable;
    // the boxes for comparing stand before the columns
    const column = columns[at.cellIndex - 1];
    const text = column.text(Number(at.parentElement.dataset.row));
    const values = column.kind === "tags" ? text.split(", ") : [text];
    change((now) => filtered(now, column.id, values.length > 1 ? `=${joined(values)}` : toggled(now.filters.get(column.id), text)));
  }

  /** Up and down go from a row's box or link to that of the next row. */
  function moved(event) {
    const by = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    const [line, control] = [event.target.closest("tbody tr"), event.target.localName];
    const next = by && line && line[by];
    if (!next) return;
    event.preventDefault();
    next.querySelector(control).focus();
  }

  // A field tells its new value when another is pressed: were all shown anew before that press ends, it would press nothing.
  let isPressed = false;
  let waiting = null;
  const press = (is) => () => { isPressed = is; if (!is) setTimeout(settle); };
  document.addEventListener("pointerdown", press(true), true);
  document.addEventListener("pointerup", press(false), true);
  document.addEventListener("pointercancel", press(false), true);

  /** Do now what waits for the end of a press. */
  function settle() {
    const tell = waiting;
    waiting = null;
    if (tell) tell();
  }

  /** Do this once the focus is where it goes, and what is being pressed was pressed. */
  function settled(tell) {
    settle();
    waiting = tell;
    if (!isPressed) setTimeout(settle);
  }

  /** What is shown, in words, for who cannot see it change; `counted` is how many rows of what. */
  function summary(view, count, counted) {
    const { page, pages } = pageOf(view, count);
    return [
      counted,
      view.sort.length ? `sorted by ${view.sort.map(({ id, down }) => `${id} ${down ? "descending" : "ascending"}`).join(", ")}` : null,
      pages > 1 ? `page ${page + 1} of ${pages}` : null,
      view.selected.length ? `${view.selected.length} selected` : null,
    ].filter(Boolean).join("; ");
  }

  /** Which rows of how many are on the page, and the ways to the others. */
  function pager(view, count, change) {
    const { page, pages } = pageOf(view, count);
    if (pages === 1) return null;
    const to = (label, next, possible) =>
      element("button", { disabled: !possible, onclick: () => change({ page: next }) }, label);
    const said = (number) => number.toLocaleString("en");
    return element("nav", { class: "pager", "aria-label": "Pages" },
      to("First", 0, page > 0), to("Previous", page - 1, page > 0),
      element("span", {}, `${said(page * PAGE + 1)} to ${said(Math.min(count, (page + 1) * PAGE))} of ${said(count)}`),
      to("Next", page + 1, page < pages - 1), to("Last", pages - 1, page < pages - 1));
  }

  Object.assign(window.ledgerTable, { element, table, pager, summary, settle, settled, shownColumns, nameOf, addressOf });
}
