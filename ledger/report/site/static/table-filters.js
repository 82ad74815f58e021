// What chooses rows and columns: how many rows have each state, a filter by each column, and which columns are shown.
"use strict";

{
  const { element, shownColumns, settled, joined, listed } = window.ledgerTable;
  // so many values of a column are offered one by one, and so many states
  const CHOICES = 40;
  const STATES = 8;

  const chosenValues = (wanted) => (wanted && wanted.startsWith("=") ? listed(wanted.slice(1)) : []);

  /** What a filter by a column is once a value is chosen, or is no longer; null where none is left. */
  function toggled(wanted, text) {
    const values = chosenValues(wanted);
    const next = values.includes(text) ? values.filter((each) => each !== text) : [...values, text];
    return next.length ? `=${joined(next)}` : null;
  }

  /** The change of a view that sets the filter of a column, or drops it where it is null. */
  function filtered(view, id, wanted) {
    const next = new Map(view.filters);
    if (wanted === null) next.delete(id); else next.set(id, wanted);
    return { filters: next, page: 0 };
  }

  const hasStates = (rows) => rows.byId.has("state") && rows.values(rows.byId.get("state")).length <= STATES;

  /** How many rows have each state, each a button that shows these alone. */
  function states(rows, view, change) {
    const column = rows.byId.get("state");
    if (!hasStates(rows)) return null;
    const wanted = view.filters.get("state");
    const chosen = chosenValues(wanted);
    return element("div", { class: "states", role: "group", "aria-label": "States" },
      ...rows.values(column).map(([text, count]) => element("button", {
        "aria-pressed": String(chosen.includes(text)), class: `state ${stateClass(text)}`,
        onclick: () => change((now) => filtered(now, "state", toggled(now.filters.get("state"), text))),
      }, `${text} ${count.toLocaleString("en")}`)));
  }

  /** The class of a state: that of the outcome that it begins with, or of what a search has found. */
  function stateClass(text) {
    const outcome = /^(supported|refuted|inconclusive)/.exec(text);
    if (outcome) return outcome[0];
    return /^(step at|drift|no change)/.test(text) ? "found" : "open";
  }

  /** The filters that are set, each with the way to drop it, and the way to add one. */
  function filters(rows, view, change) {
    const open = rows.columns.filter(({ id }) => !view.filters.has(id));
    const adder = element("select", {
      "aria-label": "Filter by a column", onkeydown: openedByKey,
      onchange: (event) => change((now) => filtered(now, event.target.value, ""), "filter"),
    },
      element("option", { value: "" }, "Filter by…"),
      ...open.map((column) => element("option", { value: column.id }, column.id)));
    // states have buttons of their own
    const isButton = (id, wanted) => id === "state" && wanted.startsWith("=") && hasStates(rows);
    const told = [...view.filters].filter(([id, wanted]) => !isButton(id, wanted));
    return element("div", { class: "filters" },
      ...told.map(([id, wanted]) => filter(rows, id, wanted, (next) => change((now) => filtered(now, id, next(now.filters.get(id) || ""))))), adder);
  }

  /** Keys open the list: without it each of them would choose the next column at once. */
  function openedByKey(event) {
    const others = ["Tab", "Shift", "Control", "Alt", "Meta", "Escape", "Enter", " "];
    if (others.includes(event.key) || event.ctrlKey || event.metaKey || !event.target.showPicker) return;
    event.preventDefault();
    event.target.showPicker();
  }

  function filter(rows, id, wanted, set) {
    const column = rows.byId.get(id);
    const isRange = column && (column.kind === "number" || column.kind === "date") && !wanted.startsWith("=");
    // an address may be older than the site
    const inner = !column ? ["No row has this: it filters nothing. "] : isRange ? ends(column, wanted, set) : choices(rows, column, wanted, set);
    return element("fieldset", {}, element("legend", {}, id), ...inner,
      element("button", { "aria-label": `Remove the filter by ${id}`, onclick: () => set(() => null) }, "×"));
  }

  /** The two ends of a range; what is no number is marked, and leaves its end open. */
  function ends(column, wanted, set) {
    const read = (text) => (/^(.*?)\.\.(.*)$/.exec(text) || ["", "", ""]).slice(1);
    const [low, high] = read(wanted);
    const isWrong = (text) => column.kind === "number" && text.trim() !== "" && Number.isNaN(Number(text));
    const field = (label, value, told) => element("input", {
      type: column.kind === "date" ? "date" : "text", inputmode: column.kind === "number" ? "decimal" : null, size: 8,
      "aria-label": `${column.id} ${label}`, "aria-invalid": isWrong(value) ? "true" : null, title: isWrong(value) ? "Not a number" : null,
      placeholder: label, value, onchange: (event) => settled(() => set((now) => told(event.target.value.trim(), ...read(now)))),
    });
    const unit = column.keys ? [" seconds "] : [];
    return [field("from", low, (text, _, to) => `${text}..${to}`), field("to", high, (text, from) => `${from}..${text}`), ...unit];
  }

  function choices(rows, column, wanted, set) {
    const values = rows.values(column);
    const chosen = chosenValues(wanted);
    const offered = values.length <= CHOICES ? values : values.filter(([text]) => chosen.includes(text));
    const boxes = offered.map(([text, count]) => element("label", {}, element("input", {
      type: "checkbox", checked: chosen.includes(text), "aria-label": `${column.id}: ${text}`,
      onchange: () => set((now) => toggled(now, text) || ""),
    }), ` ${text} (${count.toLocaleString("en")})`));
    if (values.length <= CHOICES) return boxes;
    return [...boxes, element("input", {
      type: "text", size: 14, "aria-label": `${column.id} contains`, placeholder: "contains", value: chosen.length ? "" : wanted,
      onchange: (event) => settled(() => set(() => event.target.value)),
    })];
  }

  /** Which columns are shown: a box for each. The experiment stays: it is the way to its page. */
  function chooser(rows, view, change) {
    const shown = new Set(shownColumns(rows, view).map((column) => column.id));
    const boxes = rows.columns.filter(({ id }) => id !== "experiment").map((column) => element("label", {}, element("input", {
      type: "checkbox", checked: shown.has(column.id), "aria-label": `Show ${column.id}`,
      onchange: (event) => {
        if (event.target.checked) shown.add(column.id); else shown.delete(column.id);
        change({ columns: rows.columns.map(({ id }) => id).filter((id) => shown.has(id)) });
      },
    }), ` ${column.id}`));
    return element("details", { class: "chooser", open: view.choosing, ontoggle: (event) => { view.choosing = event.target.open; } },
      element("summary", {}, `Columns (${shown.size} of ${rows.columns.length})`), element("div", { class: "boxes" }, ...boxes),
      element("button", { onclick: () => change({ columns: null }) }, "As by default"));
  }

  Object.assign(window.ledgerTable, { states, stateClass, filters, filtered, toggled, chooser });
}
