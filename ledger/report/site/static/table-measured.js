// The metrics of rows that are compared: how sure each mean is, and how far it is from that of the first of them.
"use strict";

{
  const { element, NONE, number, signed, fineness, noNoise, ofMean, ofDifference } = window.ledgerTable;
  // as the bands of curves, and as `ledger diff`
  const [OF_MEANS, OF_DIFFERENCES] = [0.95, 0.9];
  const percent = (share) => `${Math.round(100 * share)}%`;
  // of the picture of an interval
  const [WIDE, HIGH, EDGE] = [132, 16, 5];

  /** The summaries of a metric in these rows; null of a row that has no value. Not known before the numbers are there. */
  function summaries(numbers, column, found) {
    const of = numbers && numbers.metrics[column.id];
    if (!of) return null;
    return found.map((row) => (of.mean[row] === null ? null : { n: of.n[row], mean: of.mean[row], sd: of.sd ? of.sd[row] : null }));
  }

  /** The cells of a metric: what the table says of it, the interval of the mean, and the difference from the first. */
  function measured(numbers, column, found) {
    const sides = summaries(numbers, column, found);
    const texts = found.map((row) => element("div", {}, column.text(row)));
    if (!sides) return texts.map((text) => element("td", { class: "measured" }, text));
    const given = numbers.metrics[column.id].precision;
    const digits = (...of) => (given === undefined ? fineness(...of) : given);
    const unsure = found.map((row) => numbers.parts[row]);
    const means = sides.map((one, at) => (!one || unsure[at] || noNoise(one) ? null : ofMean(one, OF_MEANS)));
    const scale = scaleOf(sides, means);
    return sides.map((one, at) => element("td", { class: "measured" }, texts[at],
      means[at] && element("div", { class: "sure" }, heard(`${percent(OF_MEANS)} interval`), drawn(one, means[at], sides[0], scale),
        `${number(means[at][0], digits(one))} to ${number(means[at][1], digits(one))}`),
      one && one.n > 1 && !means[at] ? element("div", { class: "sure" }, unsaid(one, unsure[at])) : null,
      at && one && sides[0] ? difference(sides[0], one, digits(sides[0], one), unsure[0] || unsure[at]) : null));
  }

  /** What a line is, for who hears it: who sees it has it from its place. */
  const heard = (text) => element("span", { class: "hidden" }, `${text} `);

  /** Why there is no interval. */
  const unsaid = (one, parts) => `no interval: ${parts ? `over ${parts}s` : noNoise(one)}`;

  /** `+0.021 (+0.012..+0.030)`, with `~` before it where the interval holds zero; without one where there is none. */
  function difference(first, one, digits, parts) {
    const by = one.mean - first.mean;
    if (parts || noNoise(first, one)) return element("div", { class: "from" }, heard("difference"), signed(by, digits));
    const [low, high] = ofDifference(first, one, OF_DIFFERENCES);
    const unseen = low <= 0 && high >= 0;
    const said = `${unseen && by !== 0 ? "~ " : ""}${signed(by, digits)} (${signed(low, digits)}..${signed(high, digits)})`;
    return element("div", { class: unseen ? "from unseen" : "from seen" }, heard("difference"), said);
  }

  /** From where to where the pictures of a metric go: one scale for all that are compared. */
  function scaleOf(sides, means) {
    const values = [...sides.filter(Boolean).map(({ mean }) => mean), ...means.filter(Boolean).flat()].filter(Number.isFinite);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return (value) => (high > low ? EDGE + (value - low) / (high - low) * (WIDE - 2 * EDGE) : WIDE / 2);
  }

  /** A mean on its interval, and a broken line where the first mean is. The numbers stand beside it. */
  function drawn(one, [low, high], first, scale) {
    const shape = (name, given) => {
      const made = document.createElementNS("http://www.w3.org/2000/svg", name);
      Object.entries(given).forEach(([key, value]) => made.setAttribute(key, value));
      return made;
    };
    const picture = shape("svg", { class: "plot", viewBox: `0 0 ${WIDE} ${HIGH}`, width: WIDE, height: HIGH, "aria-hidden": "true" });
    const line = (x1, x2, y1, y2, kind) => picture.append(shape("line", { class: kind, x1, x2, y1, y2 }));
    if (first) line(scale(first.mean), scale(first.mean), 0, HIGH, "first");
    line(scale(low), scale(high), HIGH / 2, HIGH / 2, "range");
    [low, high].forEach((end) => line(scale(end), scale(end), HIGH / 2 - 4, HIGH / 2 + 4, "range"));
    picture.append(shape("circle", { class: "estimate", cx: scale(one.mean), cy: HIGH / 2, r: 3.5 }));
    return picture;
  }

  /** Whether a metric is the same in all rows, as exactly as it is known. */
  function alike(numbers, column, found) {
    const sides = summaries(numbers, column, found);
    return new Set(sides ? sides.map((one) => JSON.stringify(one)) : found.map((row) => column.text(row))).size === 1;
  }

  /** What the lines of a metric's cells mean. */
  const meaning = (first) => `Metrics: mean ± standard deviation (trials); the ${percent(OF_MEANS)} interval of the mean (Student's t); `
    + `the difference from ${first} with its ${percent(OF_DIFFERENCES)} interval (Welch's t), ~ where that holds zero.`;

  Object.assign(window.ledgerTable, { measured, alike, meaning });
}
