// The rows of the table: columns as they are stored, and which rows are shown in which order. No document is touched.
"use strict";

{
  const NONE = "-";

  /** A level of the table (experiments, arms or trials) over its columns. */
  class Rows {
    constructor(stored) {
      this.count = stored.rows;
      this.columns = stored.columns;
      this.byId = new Map(this.columns.map((column) => [column.id, column]));
      this.columns.forEach((column) => { column.text = column.of ? (row) => column.of[column.at[row]] : (row) => column.texts[row]; });
    }

    /** What rows are sorted by in a column: numbers, or texts; NaN and "" where a row has nothing. */
    keys(column) {
      if (column.sortKeys) return column.sortKeys;
      const rows = Array.from({ length: this.count }, (_, row) => row);
      if (column.keys) column.sortKeys = Float64Array.from(column.keys, (key) => (key === null ? NaN : key));
      else if (column.kind === "number") {
        const read = column.of ? column.of.map(number) : null;
        column.sortKeys = Float64Array.from(rows, (row) => (read ? read[column.at[row]] : number(column.texts[row])));
      } else {
        // the places of the texts in their order: comparing numbers is faster than comparing texts
        const texts = [...new Set(column.of || column.texts)].sort(compareTexts);
        const place = new Map(texts.map((text, at) => [text, text === NONE ? NaN : at]));
        column.sortKeys = Float64Array.from(rows, (row) => place.get(column.text(row)));
      }
      return column.sortKeys;
    }

    /** The different texts of a column with how often each is there, the commonest first. */
    values(column) {
      if (!column.counted) {
        const counts = new Map();
        for (let row = 0; row < this.count; row += 1) {
          const text = column.text(row);
          counts.set(text, (counts.get(text) || 0) + 1);
        }
        column.counted = [...counts].sort((a, b) => b[1] - a[1] || compareTexts(a[0], b[0]));
      }
      return column.counted;
    }

    /** The rows that a view shows, in its order. */
    chosen(view) {
      const tests = [];
      const words = view.search.toLocaleLowerCase().split(/\s+/).filter(Boolean);
      if (words.length) {
        const texts = this.searched();
        tests.push((row) => words.every((word) => texts[row].includes(word)));
      }
      for (const [id, wanted] of view.filters) {
        const column = this.byId.get(id);
        if (column) tests.push(this.test(column, wanted));
      }
      const found = [];
      for (let row = 0; row < this.count; row += 1) if (tests.every((test) => test(row))) found.push(row);
      const sorts = view.sort.map(({ id, down }) => [this.byId.get(id), down]).filter(([column]) => column);
      const keys = sorts.map(([column, down]) => [this.keys(column), down ? -1 : 1]);
      if (keys.length) found.sort((a, b) => order(keys, a, b));
      return found;
    }

    test(column, wanted) {
      const range = /^(.*)\.\.(.*)$/.exec(wanted);
      if (column.kind === "number" && range) {
        const [low, high] = [bound(range[1], -Infinity), bound(range[2], Infinity)];
        const keys = this.keys(column);
        return (row) => keys[row] >= low && keys[row] <= high;
      }
      if (column.kind === "date" && range) {
        return (row) => column.text(row) >= range[1] && (!range[2] || column.text(row) <= range[2]);
      }
      const texts = new Set(wanted.split("|"));
      if (texts.size && this.values(column).some(([text]) => texts.has(text))) return (row) => texts.has(column.text(row));
      const part = wanted.toLocaleLowerCase();
      return (row) => column.text(row).toLocaleLowerCase().includes(part);
    }

    searched() {
      if (!this.texts) {
        this.texts = Array.from({ length: this.count }, (_, row) =>
          this.columns.map((column) => column.text(row)).join("\n").toLocaleLowerCase());
      }
      return this.texts;
    }
  }

  const compareTexts = new Intl.Collator("en", { numeric: true }).compare;
  const number = (text) => parseFloat(text);
  const bound = (text, otherwise) => (text.trim() === "" || Number.isNaN(Number(text)) ? otherwise : Number(text));

  /** What comes first of two rows; what has nothing comes last, whichever way is sorted; equal rows keep their order. */
  function order(keys, a, b) {
    for (const [of, sign] of keys) {
      const [x, y] = [of[a], of[b]];
      const [without, with_] = [Number.isNaN(x), Number.isNaN(y)];
      if (without !== with_) return without ? 1 : -1;
      if (x !== y && !without) return x < y ? -sign : sign;
    }
    return a - b;
  }

  // --- a view as the address of the page

  const LEVELS = ["experiments", "arms", "trials"];
  const OWN = ["level", "sort", "search", "columns", "select", "page"];

  /** The view that the page's address tells. */
  function readView(hash) {
    const asked = new URLSearchParams(hash.replace(/^#/, ""));
    const list = (name) => (asked.get(name) || "").split(",").filter(Boolean).map(decodeURIComponent);
    return {
      level: LEVELS.includes(asked.get("level")) ? asked.get("level") : LEVELS[0],
      search: asked.get("search") || "",
      sort: list("sort").map((id) => ({ id: id.replace(/^-/, ""), down: id.startsWith("-") })),
      columns: asked.has("columns") ? list("columns") : null,
      selected: list("select"),
      page: Math.max(0, (parseInt(asked.get("page"), 10) || 1) - 1),
      filters: new Map([...asked].filter(([name]) => !OWN.includes(name))),
    };
  }

  /** The address of a view: what is as it is by default does not stand there. */
  function writeView(view) {
    const said = new URLSearchParams();
    const list = (texts) => texts.map(encodeURIComponent).join(",");
    if (view.level !== LEVELS[0]) said.set("level", view.level);
    if (view.search) said.set("search", view.search);
    if (view.sort.length) said.set("sort", list(view.sort.map(({ id, down }) => (down ? `-${id}` : id))));
    if (view.columns) said.set("columns", list(view.columns));
    view.filters.forEach((wanted, id) => said.set(id, wanted));
    if (view.selected.length) said.set("select", list(view.selected));
    if (view.page) said.set("page", String(view.page + 1));
    return `#${said}`;
  }

  window.ledgerTable = { Rows, readView, writeView, LEVELS, NONE };
}
