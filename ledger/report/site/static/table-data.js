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

    /** The numbers of a column, for ranges; NaN where a row has none. */
    numbers(column) {
      if (!column.numbers) {
        if (column.keys) column.numbers = Float64Array.from(column.keys, (key) => (key === null ? NaN : key));
        else column.numbers = this.each(column, parseFloat, Float64Array);
      }
      return column.numbers;
    }

    /** What rows are sorted by in a column; NaN where a row has nothing. */
    order(column) {
      if (!column.ordered) {
        if (column.order) column.ordered = Float64Array.from(column.order, (place) => (place === null ? NaN : place));
        else if (column.kind === "number") column.ordered = this.numbers(column);
        else {
          // the places of the texts in their order: comparing numbers is faster than comparing texts
          const texts = [...new Set(column.of || column.texts)].sort(compareTexts);
          const places = new Map(texts.map((text, at) => [text, text === NONE ? NaN : at]));
          column.ordered = this.each(column, (text) => places.get(text), Float64Array);
        }
      }
      return column.ordered;
    }

    /** Something made of each row's text; of texts that repeat it is made once. */
    each(column, make, Made) {
      const of = column.of ? column.of.map((text) => make(text)) : null;
      const found = new Made(this.count);
      for (let row = 0; row < this.count; row += 1) found[row] = of ? of[column.at[row]] : make(column.texts[row]);
      return found;
    }

    /** The different values of a column with how many rows have each, the commonest first. */
    values(column) {
      if (!column.counted) {
        const counts = new Map();
        for (let row = 0; row < this.count; row += 1) {
          parts(column, column.text(row)).forEach((text) => counts.set(text, (counts.get(text) || 0) + 1));
        }
        column.counted = [...counts].sort((a, b) => b[1] - a[1] || compareTexts(a[0], b[0]));
      }
      return column.counted;
    }

    /** The rows that a view shows, in its order. */
    chosen(view) {
      const tests = view.search.toLowerCase().split(/\s+/).filter(Boolean).map((word) => this.having(word));
      for (const [id, wanted] of view.filters) {
        const column = this.byId.get(id);
        if (column && wanted !== "") tests.push(this.test(column, wanted));
      }
      const found = [];
      for (let row = 0; row < this.count; row += 1) if (tests.every((test) => test[row])) found.push(row);
      const keys = view.sort.filter(({ id }) => this.byId.has(id)).map(({ id, down }) => [this.order(this.byId.get(id)), down ? -1 : 1]);
      if (keys.length) found.sort((a, b) => compared(keys, a, b));
      return found;
    }

    /** By row whether some text of it has the word. */
    having(word) {
      const found = new Uint8Array(this.count);
      for (const column of this.columns) {
        if (column.of) {
          const has = column.of.map((text) => text.toLowerCase().includes(word));
          if (has.includes(true)) for (let row = 0; row < this.count; row += 1) if (has[column.at[row]]) found[row] = 1;
        } else {
          column.lower = column.lower || column.texts.map((text) => text.toLowerCase());
          for (let row = 0; row < this.count; row += 1) if (!found[row] && column.lower[row].includes(word)) found[row] = 1;
        }
      }
      return found;
    }

    /** By row whether a filter leaves it: `=a,b` is one of these, `low..high` a range, all else a part of the text. */
    test(column, wanted) {
      if (wanted.startsWith("=")) {
        const values = new Set(listed(wanted.slice(1)));
        return this.each(column, (text) => parts(column, text).some((part) => values.has(part)), Uint8Array);
      }
      const range = column.kind === "text" || column.kind === "tags" ? null : /^(.*?)\.\.(.*)$/.exec(wanted);
      if (range && column.kind === "date") {
        return this.each(column, (text) => text !== NONE && text >= range[1] && (!range[2] || text <= range[2]), Uint8Array);
      }
      if (range) {
        const [low, high] = [bound(range[1], -Infinity), bound(range[2], Infinity)];
        return Uint8Array.from(this.numbers(column), (value) => value >= low && value <= high);
      }
      const part = wanted.toLowerCase();
      return this.each(column, (text) => text.toLowerCase().includes(part), Uint8Array);
    }
  }

  const compareTexts = new Intl.Collator("en", { numeric: true }).compare;
  const bound = (text, otherwise) => (text.trim() === "" || Number.isNaN(Number(text)) ? otherwise : Number(text));

  /** The values that a text stands for: of tags each. */
  const parts = (column, text) => (column.kind === "tags" ? text.split(", ") : [text]);

  /** Texts as one, in which a comma tells them apart, and back. */
  const joined = (texts) => texts.map((text) => text.replaceAll("%", "%25").replaceAll(",", "%2C")).join(",");
  const listed = (text) => text.split(",").map((each) => each.replaceAll("%2C", ",").replaceAll("%25", "%"));

  /** Which of two rows comes first; what has nothing comes last, whichever way is sorted; equal rows keep their order. */
  function compared(keys, a, b) {
    for (const [of, sign] of keys) {
      const [x, y] = [of[a], of[b]];
      const [without, with_] = [Number.isNaN(x), Number.isNaN(y)];
      if (without !== with_) return without ? 1 : -1;
      if (x !== y && !without) return x < y ? -sign : sign;
    }
    return a - b;
  }

  window.ledgerTable = { Rows, NONE, joined, listed };
}
