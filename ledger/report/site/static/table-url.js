// A view of the table as the address of the page, so that it can be shared, and that back and forward go through views.
"use strict";

{
  const { joined, listed } = window.ledgerTable;
  const LEVELS = ["experiments", "arms", "trials"];
  const OWN = ["level", "sort", "search", "columns", "select", "page"];

  /** Whether what stands behind # is a view, and not a place on the page. */
  const isView = (hash) => hash.length < 2 || hash.includes("=");

  /** The view that the page's address tells; what it does not tell is as it is by default. */
  function readView(hash) {
    const asked = new URLSearchParams(isView(hash) ? hash.replace(/^#/, "") : "");
    const list = (name) => listed(asked.get(name) || "").filter(Boolean);
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
    if (view.level !== LEVELS[0]) said.set("level", view.level);
    if (view.search) said.set("search", view.search);
    if (view.sort.length) said.set("sort", joined(view.sort.map(({ id, down }) => (down ? `-${id}` : id))));
    if (view.columns) said.set("columns", joined(view.columns));
    view.filters.forEach((wanted, id) => said.set(id, wanted));
    if (view.selected.length) said.set("select", joined(view.selected));
    if (view.page) said.set("page", String(view.page + 1));
    return `#${[...said].map(([name, value]) => `${encoded(name)}=${encoded(value).replaceAll("%3D", "=")}`).join("&")}`;
  }

  /** A text as a part of an address, in which what has no meaning of its own there stays readable. */
  const encoded = (text) => encodeURIComponent(text.toWellFormed ? text.toWellFormed() : text)
    .replaceAll("%2C", ",").replaceAll("%2F", "/").replaceAll("%3A", ":").replaceAll("%20", "+");

  Object.assign(window.ledgerTable, { LEVELS, isView, readView, writeView });
}
