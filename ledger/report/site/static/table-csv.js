// The rows as CSV (RFC 4180), for spreadsheets.
"use strict";

{
  const { shownColumns, NONE } = window.ledgerTable;

  /** The chosen rows with the columns that are shown; a metric is its mean, its standard deviation and its count. */
  function csv(rows, view, chosen) {
    const columns = shownColumns(rows, view);
    const heads = columns.flatMap(({ id, metric }) => (metric ? [`${id}.mean`, `${id}.sd`, `${id}.n`] : [id]));
    const lines = chosen.map((row) => columns.flatMap((column) => cells(column, column.text(row))));
    return [heads, ...lines].map((line) => line.map((text) => quoted(guarded(text))).join(",") + "\r\n").join("");
  }

  /** What a text becomes: nothing where there is no value, and of `0.61 ± 0.02 (5)` three numbers. */
  function cells(column, text) {
    if (!column.metric) return [text === NONE ? "" : text];
    const [, mean, sd, count] = /^(\S+)(?: ± (\S+))?(?: \((\d+)(?: of \d+)?\))?$/.exec(text) || ["", text];
    if (mean === NONE) return ["", "", count || ""];
    return [mean, sd || "", count || (Number.isFinite(Number(mean)) ? "1" : "0")];
  }

  /** A text that a spreadsheet would take for a formula has ' before it; numbers stay as they are. */
  function guarded(text) {
    return /^[=+\-@\t\r\n ]/.test(text) && !/^[+-]?(\d+\.?\d*(e[+-]?\d+)?|\.\d+(e[+-]?\d+)?|inf|infinity|nan)$/i.test(text) ? `'${text}` : text;
  }

  const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

  Object.assign(window.ledgerTable, { csv });
}
