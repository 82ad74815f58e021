// A chart that has come alive, by keyboard and for who cannot see it: a slider over its values, which zooms.
"use strict";

{
  const KEYS = "The wheel, or + and −, zooms; dragging moves. With a chart in focus the arrow keys, Page Up and Down, Home and End go from value to value, "
    + "0 shows all again, and Escape goes back to the pictures.";
  const STEPS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10, Home: -Infinity, End: Infinity };
  const ZOOMS = { "+": 0.5, "=": 0.5, "-": 2, "−": 2 };

  const number = (value) => String(Number(value.toPrecision(5)));

  /** Makes the plot a slider over the values of its lines; returns where these are read. */
  function steered(view, plot, facet, name) {
    const values = [...new Set(facet.lines.flatMap((line) => line.x))].sort((a, b) => a - b);
    const read = document.createElement("p");
    read.className = "note reading";
    let at = values.length - 1;
    let work = Promise.resolve();
    // the slider says what there is to be said
    plot.querySelector("svg").setAttribute("aria-hidden", "true");
    Object.entries({ tabindex: 0, role: "slider", "aria-label": name, "aria-valuemin": 0, "aria-valuemax": at }).forEach(([key, value]) => plot.setAttribute(key, value));

    /** What the lines have at a value. */
    const said = (x) => {
      const parts = facet.lines.map((line) => [line, line.x.indexOf(x)]).filter(([, k]) => k >= 0).map(([line, k]) =>
        `${line.arm} ${line.mean[k] === null ? "no value" : number(line.mean[k])}`
        + (line.low[k] === null ? "" : ` (${number(line.low[k])} to ${number(line.high[k])})`));
      return `${facet.x} ${number(x)}: ${parts.join(", ")}`;
    };
    const tell = () => {
      plot.setAttribute("aria-valuenow", at);
      plot.setAttribute("aria-valuetext", said(values[at]));
    };
    const ends = () => view.scale("x").domain().map(Number);
    const [first, last] = [values[0], values[values.length - 1]];

    /** Shows from one value to another; all of them where that is all. */
    function show(low, high) {
      const isAll = low <= first && high >= last;
      view.signal("zoom_x", isAll ? null : [low, high]);
      view.signal("zoom_low", isAll ? null : view.scale("y").domain());
    }

    /** The present value with a line through it, and moved into sight where it is out of it. */
    function mark() {
      const x = values[at];
      const [low, high] = ends();
      if (x < low || x > high) {
        const start = Math.min(Math.max(x - (high - low) / 2, first), last - (high - low));
        show(start, start + (high - low));
      }
      view.data("at", [{ x, shown: 1 }]);
      read.textContent = said(x);
    }

    function zoom(factor) {
      const x = values[at];
      const [low, high] = ends();
      show(Math.max(first, x - (x - low) * factor), Math.min(last, x + (high - x) * factor));
    }

    plot.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const [step, factor] = [STEPS[event.key], ZOOMS[event.key]];
      if (step === undefined && factor === undefined && event.key !== "0") return;
      event.preventDefault();
      if (step !== undefined) at = Math.min(values.length - 1, Math.max(0, at + step));
      tell();
      // one after the other: each begins where the last has led
      work = work.then(async () => {
        if (factor !== undefined) zoom(factor);
        if (event.key === "0") show(-Infinity, Infinity);
        await view.runAsync();
        mark();
        await view.runAsync();
        plot.dataset.ends = ends().join(" ");
      });
    });
    tell();
    return read;
  }

  window.ledgerCharts = { steered, KEYS };
}
