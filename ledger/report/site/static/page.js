// What every page has, in a site or alone: it is reached by keyboard, says how long ago things were, and prints whole.
"use strict";

// what scrolls within a page is reached by keyboard too
function reachable() {
  document.querySelectorAll(".wide:not(#app *), pre").forEach((each) => {
    const scrolls = each.scrollWidth > each.clientWidth || each.scrollHeight > each.clientHeight;
    // what gets the focus has a name
    const table = each.querySelector("table");
    const name = table ? table.getAttribute("aria-label") || (table.caption || {}).textContent || "Table" : each.localName === "pre" ? "Text" : "Picture";
    for (const [key, value] of Object.entries({ tabindex: 0, role: "region", "aria-label": name })) {
      if (scrolls) each.setAttribute(key, value); else each.removeAttribute(key);
    }
  });
}
window.addEventListener("load", reachable);
window.addEventListener("resize", reachable);
document.addEventListener("toggle", reachable, true);

// how long ago something was is the reader's to know, not the page's
document.querySelectorAll("time[datetime]").forEach((each) => {
  const days = Math.floor((Date.now() - new Date(each.dateTime)) / 86400000);
  if (days >= 0) each.title = new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(-days, "day");
});

// what is folded is opened for the printer, but for long code and logs
{
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open]):not(.screen):not(.screen *)")];
    opened.forEach((fold) => { fold.open = true; });
  });
  window.addEventListener("afterprint", () => {
    opened.forEach((fold) => { fold.open = false; });
    opened = [];
  });
}
