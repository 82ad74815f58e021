// Numbers as the command line writes them (report/numbers.py).
"use strict";

{
  const MOST = 8;
  const LARGE = 1e15;

  /** As Python's `.4g`: four significant digits without zeros at the end. */
  function general(value) {
    const [digits, power] = value.toExponential(3).split("e").map(Number);
    if (power >= -4 && power < 4) return String(Number(value.toFixed(Math.max(0, 3 - power))));
    return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  }

  /** A value: so many digits behind the point, else four significant ones. */
  function number(value, digits) {
    if (digits !== null && Math.abs(value) < LARGE) return value.toFixed(digits);
    if (Number.isInteger(value) && Math.abs(value) < 1e7) return String(value);
    const size = Math.abs(value);
    return size < 0.1 || size >= 1000 ? general(value) : value.toFixed(size < 1 ? 4 : 3);
  }

  /** A difference with its sign; exactly none is `~`, and one that the digits do not show has no sign. */
  function signed(value, digits) {
    if (value === 0) return "~";
    const text = number(Math.abs(value), digits);
    return (/^[0.]*$/.test(text) ? "" : value > 0 ? "+" : "-") + text;
  }

  /** The digits behind the point that the noise leaves meaningful: two of the smallest deviation; null where that is none. */
  function fineness(...sides) {
    const spreads = sides.map(({ sd }) => sd).filter((sd) => sd > 0);
    if (!spreads.length || sides.some(({ mean }) => Math.abs(mean) >= LARGE)) return null;
    const digits = Math.max(0, 1 - Math.floor(Math.log10(Math.min(...spreads))));
    return digits <= MOST ? digits : null;
  }

  Object.assign(window.ledgerTable, { number, signed, fineness });
}
