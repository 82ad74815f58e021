// The selected rows side by side: what differs, kind by kind, and below it what does not.
"use strict";

{
  const { element, nameOf, addressOf, NONE, measured, alike, meaning } = window.ledgerTable;

  // the kinds of columns in the order in which a reader asks, and what a column is called within its kind
  const KINDS = [
    ["Metrics", /^metrics\./], ["Parameters", /^(params|replicate)\./], ["Data", /^data\./], ["Code", /^(code|fingerprint)$/], ["Beside these", /./],
  ];
  const CALLED = { code: "commit", fingerprint: "fingerprint of commands, data and parameters" };
  const kindOf = ({ id }) => KINDS.find(([, of]) => of.test(id))[0];
  const called = (column) => CALLED[column.id] || column.id.replace(/^(metrics|params|replicate|data)\./, "");

  /** A row a column of the table. `numbers`: those behind the metrics, null before they are there; `failed`: why they are not. */
  function comparison(rows, view, change, { numbers, failed }) {
    if (!view.selected.length) return null;
    const found = placesOf(rows, view);
    if (!found.length) return null;
    const names = found.map((row) => nameOf(rows, row, view.level));
    const clear = element("button", { onclick: () => change({ selected: [] }) }, "Clear the selection");
    const columns = rows.columns.filter((column) => column.id !== "experiment" && found.some((row) => column.text(row) !== NONE));
    const side = (caption, of) => sideBySide(rows, found, names, caption, of, numbers);
    const section = (title, ...parts) => element("section", { "aria-labelledby": "comparison" },
      element("h2", { id: "comparison", tabindex: "-1" }, title), ...parts, clear);
    if (found.length === 1) {
      return section("Selected: choose another to compare", element("details", {}, element("summary", {}, "All it has"), side("All it has", columns)));
    }
    const isAlike = (column) => (column.metric ? alike(numbers, column, found) : new Set(found.map((row) => column.text(row))).size === 1);
    const [same, apart] = [columns.filter(isAlike), columns.filter((column) => !isAlike(column))];
    return section(`Compared: ${found.length}`,
      apart.length ? side("What differs", apart) : element("p", {}, "Nothing differs."),
      ...(apart.some(({ metric }) => metric) ? notes(names, failed) : []),
      element("details", {}, element("summary", {}, `What is the same (${same.length})`), side("What is the same", same)),
      numbers && numbers.commands ? commands(found.map((row, at) => (numbers.arms[row] ? `${names[at]}:${numbers.arms[row]}` : names[at]))) : null);
  }

  /** The places of the selected rows, in the order in which they were selected. */
  function placesOf(rows, view) {
    const places = new Map(view.selected.map((name) => [name, null]));
    for (let row = 0; row < rows.count; row += 1) {
      const name = nameOf(rows, row, view.level);
      if (places.has(name)) places.set(name, row);
    }
    return [...places.values()].filter((row) => row !== null);
  }

  function sideBySide(rows, found, names, caption, columns, numbers) {
    const heads = element("thead", {}, element("tr", {}, element("td"),
      ...found.map((row, at) => element("th", { scope: "col" }, element("a", { href: addressOf(rows, row) }, names[at])))));
    const bodies = KINDS.map(([kind]) => [kind, columns.filter((column) => kindOf(column) === kind)]).filter(([, of]) => of.length).map(([kind, of]) =>
      element("tbody", {}, element("tr", { class: "kind" }, element("th", { scope: "rowgroup", colspan: found.length + 1 }, kind)),
        ...of.map((column) => element("tr", {}, element("th", { scope: "row" }, called(column)),
          ...(column.metric ? measured(numbers, column, found) : plain(column, found))))));
    return element("div", { class: "wide", tabindex: "0", role: "region", "aria-label": caption },
      element("table", {}, element("caption", {}, caption), heads, ...bodies));
  }

  /** The cells of a column: what is not as in the first row is marked. */
  const plain = (column, found) => found.map((row) => {
    const text = column.text(row);
    const differs = text !== column.text(found[0]);
    return element("td", { class: [differs ? "differs" : "", text.length > 40 ? "long" : ""].filter(Boolean).join(" ") || null },
      differs ? element("span", {}, "≠ ") : null, text);
  });

  /** How the numbers are to be read. */
  const notes = (names, failed) => [
    failed ? element("p", { class: "wrong" }, `No intervals: ${failed}`) : element("p", { class: "note" }, meaning(names[0])),
    element("p", { class: "note" }, "These intervals take trials for independent of each other, and are not adjusted for how many rows and metrics are "
      + "looked at: they are no verdict. ≠ marks what is not as in the first."),
  ];

  // --- the command that says more

  const quoted = (text) => (/^[\w./:@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

  /** How to have each compared with the first: with what changed in code and data, and pair by pair where the replicates are the same. */
  function commands([first, ...others]) {
    const said = element("span", { role: "status", class: "note" });
    const line = (other) => {
      const text = element("code", {}, `ledger diff ${quoted(first)} ${quoted(other)}`);
      return element("li", {}, text, " ", element("button", { "aria-label": `Copy: ${text.textContent}`, onclick: () => copy(text, said) }, "Copy"));
    };
    return element("div", { class: "commands" },
      element("p", {}, "Which files and data differ, and what can be attributed to what; replicates that both have are compared pair by pair:"),
      element("ul", {}, ...others.map(line)), said);
  }

  /** Copies a text; where a browser does not let a page do so, the text is selected for the reader to copy. */
  async function copy(text, said) {
    try {
      await navigator.clipboard.writeText(text.textContent);
      said.textContent = `Copied: ${text.textContent}`;
    } catch {
      document.getSelection().selectAllChildren(text);
      said.textContent = "Selected: copy it with Ctrl+C or ⌘C";
    }
  }

  Object.assign(window.ledgerTable, { comparison });
}
