// What every page of the site has: where the data of a page meet the scripts that draw them.
"use strict";

const ledger = {
  held: new Map(),
  waiting: new Map(),

  /** Called by the files in data/: keeps a value, for whoever has asked or is going to ask for it. */
  data(key, value) {
    this.held.set(key, value);
    (this.waiting.get(key) || []).forEach((tell) => tell(value));
    this.waiting.delete(key);
  },

  /** A promise of a value: by its key, and the file that gives it, as an address relative to the page. */
  load(key, address) {
    if (this.held.has(key)) return Promise.resolve(this.held.get(key));
    return new Promise((resolve, reject) => {
      const asked = this.waiting.get(key);
      if (asked) { asked.push(resolve); return; }
      this.waiting.set(key, [resolve]);
      const script = document.createElement("script");
      script.src = address;
      script.onerror = () => {
        this.waiting.delete(key);
        reject(new Error(`${address} cannot be loaded`));
      };
      document.head.append(script);
    });
  },
};
window.ledger = ledger;
