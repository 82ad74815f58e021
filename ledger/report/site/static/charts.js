// Pictures that come alive: on demand the curves of a page are drawn by Vega, to be zoomed and asked for their values.
"use strict";

{
  const script = (address) => new Promise((resolve, reject) => {
    const made = document.createElement("script");
    made.src = address;
    made.onload = resolve;
    made.onerror = () => reject(new Error(`${address} cannot be loaded`));
    document.head.append(made);
  });
  let library = null;
  const vega = () => { library = library || script("../assets/vega.js"); return library; };

  /** How Vega draws on this page: in its colours. */
  function look() {
    const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const axis = { labelColor: token("--soft"), titleColor: token("--ink"), gridColor: token("--line"), domainColor: token("--soft"), tickColor: token("--soft") };
    return { background: null, view: { stroke: null }, axis, rule: { color: token("--soft") }, range: { category: [1, 2, 3, 4, 5, 6, 7].map((at) => token(`--arm-${at}`)) } };
  }

  const rowsOf = (facet) => facet.lines.flatMap((line, at) => line.x.map((x, k) => ({
    arm: line.arm, line: at, x, mean: line.mean[k], n: line.n[k],
    ...(line.low[k] === null ? {} : { low: line.low[k], high: line.high[k] }),
  })));

  function specification(facet, specs) {
    const rows = rowsOf(facet);
    const ends = rows.flatMap((row) => [row.mean, row.low ?? row.mean]).filter(Number.isFinite);
    const log = Math.min(...ends) > 0 && Math.max(...ends) / Math.min(...ends) > 300;
    const made = structuredClone(log ? specs.log : specs.linear);
    made.datasets = { ...made.datasets, lines: rows, at: [{ x: rows[0].x, shown: 0 }] };
    const config = look();
    // the palette of the page in place of the one for paper
    JSON.stringify(made, (key, value) => {
      if (key === "color" && value && value.scale) value.scale = { range: config.range.category };
      return value;
    });
    made.config = { ...made.config, ...config };
    return made;
  }

  async function draw(gallery, host) {
    const key = gallery.dataset.live;
    const name = key.split("/")[0];
    const [found, specs] = await Promise.all([
      window.ledger.load(key, `../data/${name}.js`), window.ledger.load("chart-specs", "../assets/charts-specs.js"), vega(),
    ]);
    const hint = document.createElement("p");
    hint.className = "note hint";
    hint.textContent = window.ledgerCharts.KEYS;
    host.append(hint);
    for (const facet of found.facets) {
      const figure = document.createElement("figure");
      const title = document.createElement("figcaption");
      title.textContent = `${facet.metric} over ${facet.x}`;
      const plot = document.createElement("div");
      plot.className = "live";
      figure.append(title, plot);
      host.append(figure);
      const { view } = await window.vegaEmbed(plot, specification(facet, specs), {
        ast: true, defaultStyle: false, renderer: "svg", actions: false, tooltip: { disableDefaultStyle: true },
      });
      figure.append(window.ledgerCharts.steered(view, plot, facet, title.textContent));
    }
  }

  document.querySelectorAll("[data-live]").forEach((gallery) => {
    const host = document.createElement("div");
    host.className = "gallery lively";
    host.hidden = true;
    const button = document.createElement("button");
    const said = document.createElement("span");
    said.setAttribute("role", "status");
    said.className = "note";
    const [explore, back] = ["Explore: zoom and values", "Back to the pictures"];
    button.textContent = explore;
    button.setAttribute("aria-expanded", "false");
    async function toggle(open) {
      button.setAttribute("aria-expanded", String(open));
      button.textContent = open ? back : explore;
      gallery.hidden = open;
      host.hidden = !open;
      if (open && !host.hasChildNodes()) {
        said.textContent = "Drawing…";
        try { await draw(gallery, host); said.textContent = ""; } catch (error) { said.textContent = error.message; }
        host.dataset.ready = "true";
      }
    }
    button.addEventListener("click", () => toggle(host.hidden));
    host.addEventListener("keydown", (event) => { if (event.key === "Escape") { toggle(false); button.focus(); } });
    gallery.before(button, " ", said);
    gallery.after(host);
  });
}
