// The selected rows side by side.
"use strict";

{
  const { element, nameOf, addressOf, NONE } = window.ledgerTable;

  /** A row a column of the table: those in which the selected differ, and behind a click those in which they do not. */
  function comparison(rows, view, change) {
    if (!view.selected.length) return null;
    const places = new Map(view.selected.map((name) => [name, null]));
    for (let row = 0; row < rows.count; row += 1) {
      const name = nameOf(rows, row, view.level);
      if (places.has(name)) places.set(name, row);
    }
    // in the order in which they were selected
    const found = [...places.values()].filter((row) => row !== null);
    if (!found.length) return null;
    const differs = (column) => new Set(found.map((row) => column.text(row))).size > 1;
    const columns = rows.columns.filter((column) => column.id !== "experiment" && found.some((row) => column.text(row) !== NONE));
    const [apart, alike] = [columns.filter(differs), columns.filter((column) => !differs(column))];
    const lines = (of) => of.map((column) => element("tr", {},
      element("th", { scope: "row" }, column.id),
      ...found.map((row) => element("td", { class: column.text(row).length > 40 ? "long" : null }, column.text(row)))));
    const heads = () => element("thead", {}, element("tr", {}, element("td"),
      ...found.map((row) => element("th", { scope: "col" }, element("a", { href: addressOf(rows, row) }, nameOf(rows, row, view.level))))));
    const side = (caption, of) => element("div", { class: "wide", tabindex: "0", role: "region", "aria-label": caption },
      element("table", {}, element("caption", {}, caption), heads(), element("tbody", {}, ...lines(of))));
    return element("section", { "aria-label": "Comparison" },
      element("h2", { id: "comparison", tabindex: "-1" }, found.length === 1 ? "Selected: choose another to compare" : `Compared: ${found.length}`),
      found.length === 1 ? null : side(apart.length ? "What differs" : "Nothing differs", apart),
      element("details", {}, element("summary", {}, found.length === 1 ? "All it has" : `What is the same (${alike.length})`),
        side(found.length === 1 ? "All it has" : "What is the same", alike)),
      element("button", { onclick: () => change({ selected: [] }) }, "Clear the selection"));
  }

  Object.assign(window.ledgerTable, { comparison });
}
