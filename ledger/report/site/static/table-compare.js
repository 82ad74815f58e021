// Rows side by side, what the filters are, which columns are shown, and the rows as CSV.
"use strict";

{
  const { element, nameOf, addressOf, shownColumns, NONE } = window.ledgerTable;
  // so many values of a column are offered one by one
  const CHOICES = 40;

  /** The selected rows side by side: a row a column of the table, those in which they differ first. */
  function comparison(rows, view, change) {
    const found = [];
    for (let row = 0; row < rows.count; row += 1) if (view.selected.includes(nameOf(rows, row, view.level))) found.push(row);
    if (!found.length) return null;
    const differs = (column) => new Set(found.map((row) => column.text(row))).size > 1;
    const columns = rows.columns.filter((column) => column.id !== "experiment" && found.some((row) => column.text(row) !== NONE));
    const [apart, alike] = [columns.filter(differs), columns.filter((column) => !differs(column))];
    const lines = (of) => of.map((column) => element("tr", {},
      element("th", { scope: "row" }, column.id),
      ...found.map((row) => element("td", { class: column.kind === "text" ? "long" : "right" }, column.text(row)))));
    const heads = () => element("thead", {}, element("tr", {}, element("td"),
      ...found.map((row) => element("th", { scope: "col" }, element("a", { href: addressOf(rows, row) }, nameOf(rows, row, view.level))))));
    return element("section", { "aria-label": "Comparison" },
      element("h2", {}, found.length === 1 ? "Selected: choose another to compare" : `Compared: ${found.length}`),
      found.length === 1 ? null : element("div", { class: "wide" },
        element("table", {}, element("caption", {}, apart.length ? "What differs" : "Nothing differs"), heads(), element("tbody", {}, ...lines(apart)))),
      element("details", {}, element("summary", {}, found.length === 1 ? "All it has" : `What is the same (${alike.length})`),
        element("div", { class: "wide" }, element("table", {}, heads(), element("tbody", {}, ...lines(alike))))),
      element("button", { onclick: () => change({ selected: [] }) }, "Clear the selection"));
  }

  /** The filters that are set, each with the way to drop it, and the way to add one. */
  function filters(rows, view, change) {
    const set = (id, wanted) => {
      const next = new Map(view.filters);
      if (wanted === null) next.delete(id); else next.set(id, wanted);
      change({ filters: next, page: 0 });
    };
    const open = rows.columns.filter((column) => !view.filters.has(column.id));
    const adder = element("select", { "aria-label": "Filter by a column", onchange: (event) => set(event.target.value, "") },
      element("option", { value: "" }, "Filter by…"),
      ...open.map((column) => element("option", { value: column.id }, column.id)));
    const known = [...view.filters].filter(([id]) => rows.byId.has(id));
    return element("div", { class: "filters" },
      ...known.map(([id, wanted]) => filter(rows, rows.byId.get(id), wanted, (next) => set(id, next))), adder);
  }

  function filter(rows, column, wanted, set) {
    const range = /^(.*)\.\.(.*)$/.exec(wanted) || ["", "", ""];
    const field = (label, value, told) => element("input", {
      type: column.kind === "date" ? "date" : "text", inputmode: column.kind === "number" ? "decimal" : null, size: 8,
      "aria-label": `${column.id} ${label}`, placeholder: label, value, onchange: (event) => told(event.target.value),
    });
    const values = rows.values(column);
    let inner;
    if (column.kind !== "text") {
      inner = [field("from", range[1], (low) => set(`${low}..${range[2]}`)), field("to", range[2], (high) => set(`${range[1]}..${high}`))];
    } else if (values.length <= CHOICES) {
      const chosen = new Set(wanted ? wanted.split("|") : []);
      inner = values.map(([text, count]) => element("label", {}, element("input", {
        type: "checkbox", checked: chosen.has(text),
        onchange: (event) => {
          if (event.target.checked) chosen.add(text); else chosen.delete(text);
          set([...chosen].join("|"));
        },
      }), ` ${text} (${count}) `));
    } else inner = [field("contains", wanted, set)];
    return element("fieldset", {}, element("legend", {}, column.id), ...inner,
      element("button", { "aria-label": `Remove the filter by ${column.id}`, onclick: () => set(null) }, "×"));
  }

  /** Which columns are shown: a box for each. */
  function chooser(rows, view, change) {
    const shown = new Set(shownColumns(rows, view).map((column) => column.id));
    const boxes = rows.columns.map((column) => element("label", {}, element("input", {
      type: "checkbox", checked: shown.has(column.id),
      onchange: (event) => {
        if (event.target.checked) shown.add(column.id); else shown.delete(column.id);
        change({ columns: rows.columns.map(({ id }) => id).filter((id) => shown.has(id)) });
      },
    }), ` ${column.id}`));
    return element("details", { class: "chooser", open: view.choosing, ontoggle: (event) => { view.choosing = event.target.open; } },
      element("summary", {}, "Columns"), element("div", { class: "boxes" }, ...boxes),
      element("button", { onclick: () => change({ columns: null }) }, "As by default"));
  }

  /** The chosen rows as CSV, as they are shown; a text that a spreadsheet would take for a formula has ' before it. */
  function csv(rows, view, chosen) {
    const columns = shownColumns(rows, view);
    const guarded = (text) => (/^[=+\-@\t\n ]/.test(text) && Number.isNaN(Number(text)) && text !== NONE ? `'${text}` : text);
    const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    const lines = [columns.map((column) => column.id), ...chosen.map((row) => columns.map((column) => column.text(row)))];
    return lines.map((cells) => cells.map((text) => quoted(guarded(text))).join(",")).join("\r\n") + "\r\n";
  }

  Object.assign(window.ledgerTable, { comparison, filters, chooser, csv });
}
