// How sure a mean is, and a difference of two, from counts, means and deviations: what `ledger diff` computes (stats/contrast.py).
"use strict";

{
  // a spread this small beside the values is what rounding leaves of none at all
  const ROUNDING = 1e-12;
  // beyond this sums and deviations are no longer numbers
  const LARGEST = 1e300;

  // Lanczos 1964, g = 7 and nine terms: fifteen digits
  const LANCZOS = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];

  /** log Γ(x) of x ≥ 1/2. */
  function logGamma(x) {
    const sum = LANCZOS.reduce((all, term, k) => all + (k ? term / (x - 1 + k) : term), 0);
    const w = x + 6.5;
    return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(w) - w + Math.log(sum);
  }

  /** The regularized incomplete beta function I_x(a, b), given x and 1 - x (the modified Lentz method; Numerical Recipes, 6.4). */
  function beta(x, rest, a, b) {
    if (x <= 0) return 0;
    if (rest <= 0) return 1;
    if (x > (a + 1) / (a + b + 2)) return 1 - beta(rest, x, b, a);
    const tiny = (value) => (Math.abs(value) < 1e-300 ? 1e-300 : value);
    let [c, d] = [1, 1 / tiny(1 - (a + b) * x / (a + 1))];
    let fraction = d;
    for (let m = 1; m < 500; m += 1) {
      const even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
      const odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
      let change = 1;
      for (const term of [even, odd]) {
        d = 1 / tiny(1 + term * d);
        c = tiny(1 + term / c);
        change = c * d;
        fraction *= change;
      }
      if (Math.abs(change - 1) < 1e-15) break;
    }
    const front = a * Math.log(x) + b * Math.log(rest) + logGamma(a + b) - logGamma(a) - logGamma(b);
    return Math.exp(front) * fraction / a;
  }

  const quantiles = new Map();

  /** The t within which a share of Student's distribution with df degrees of freedom lies, on both sides of 0. */
  function quantile(df, confidence) {
    const key = `${df} ${confidence}`;
    if (!quantiles.has(key)) {
      const beyond = (t) => beta(df / (df + t * t), t * t / (df + t * t), df / 2, 0.5);
      let [low, high] = [0, 1];
      while (beyond(high) > 1 - confidence) high *= 2;
      for (let step = 0; step < 60; step += 1) {
        const middle = (low + high) / 2;
        if (beyond(middle) > 1 - confidence) low = middle; else high = middle;
      }
      quantiles.set(key, (low + high) / 2);
    }
    return quantiles.get(key);
  }

  /** What noise there is no estimate of: a reason, or null. `sides` are the summaries, of which each has n, mean and sd. */
  function noNoise(...sides) {
    if (sides.some(({ n }) => n < 2)) return "one trial";
    if (sides.some(({ mean, sd }) => !(Math.abs(mean) < LARGEST && sd < LARGEST))) return "too large";
    if (Math.max(...sides.map(({ sd }) => sd)) <= ROUNDING * Math.max(...sides.map(({ mean }) => Math.abs(mean)))) return "nothing varies";
    return null;
  }

  const around = (estimate, error, df, confidence) => {
    const half = quantile(df, confidence) * error;
    return [estimate - half, estimate + half];
  };

  /** The interval of a mean under Student's t. */
  const ofMean = ({ n, mean, sd }, confidence) => around(mean, sd / Math.sqrt(n), n - 1, confidence);

  /** The interval of b - a by Welch's t, with Satterthwaite's degrees of freedom. */
  function ofDifference(a, b, confidence) {
    const [left, right] = [a, b].map(({ n, sd }) => sd / Math.sqrt(n));
    const error = Math.hypot(left, right);
    const df = 1 / ((left / error) ** 4 / (a.n - 1) + (right / error) ** 4 / (b.n - 1));
    return around(b.mean - a.mean, error, df, confidence);
  }

  Object.assign(window.ledgerTable, { quantile, noNoise, ofMean, ofDifference });
}
