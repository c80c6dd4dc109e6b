"use strict";
// Tables sort by a button in each head: numbers first, in the order of data-v, what has none last.
function sortTable(head) {
  const table = head.closest("table"), body = table.tBodies[0], column = head.cellIndex;
  const descending = head.getAttribute("aria-sort") === "ascending", sign = descending ? -1 : 1;
  const key = (row) => {
    const cell = row.cells[column], value = cell.dataset.v;
    return value === undefined ? cell.textContent.trim() : Number(value);
  };
  const isNone = (x) => x === "" || x === "-";
  const compare = (a, b) => {
    const x = key(a), y = key(b);
    if (isNone(x) || isNone(y)) return isNone(x) - isNone(y);
    if (typeof x !== typeof y) return typeof x === "number" ? -1 : 1;
    return sign * (typeof x === "number" ? x - y : x.localeCompare(y, "en", { numeric: true }));
  };
  for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", descending ? "descending" : "ascending");
  body.append(...[...body.rows].sort(compare));
}
for (const head of document.querySelectorAll("table.sortable thead th")) {
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("aria-label", "sort by " + head.textContent);
  button.addEventListener("click", () => sortTable(head));
  head.append(button);
}
// On a small screen a tap, or a button in the caption, enlarges a figure, which then scrolls within itself.
for (const figure of document.querySelectorAll("figure")) {
  const button = document.createElement("button"), drawing = figure.querySelector("svg");
  const toggle = () => {
    button.textContent = figure.classList.toggle("large") ? "make it smaller" : "enlarge it";
  };
  button.type = "button";
  button.textContent = "enlarge it";
  button.setAttribute("aria-describedby", drawing.getAttribute("aria-labelledby"));
  for (const pressed of [button, drawing]) pressed.addEventListener("click", toggle);
  figure.querySelector("figcaption").append(" ", button);
}
// On paper everything is open.
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details")) details.open = true;
});
// On a small screen the contents would hide the page.
if (innerWidth < 700) document.querySelector("nav details").open = false;
