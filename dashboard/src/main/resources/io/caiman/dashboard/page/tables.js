// Tables of figures that sort by a click on their headings.

import { colourOf } from "./charts.js";
import { make } from "./dom.js";
import { count, moment } from "./format.js";
import { isOverall, nameOf } from "./store.js";

/** More rows than these are found by name. */
export const MOST_ROWS = 200;

/** The heading of a series' row. */
export function heading(series) {
  const mark = make("span", { className: "swatch" });
  mark.style.backgroundColor = colourOf(series);
  const name = nameOf(series);
  return make("th", { scope: "row" }, make("span", {}, mark, make("span", { className: "name", title: name }, name)));
}

const isStale = (series, newest) => series.now !== undefined && newest !== undefined && series.now.kind === "ROLLING" && series.now.latest.endMs < newest;

/** A domain without impressions of late shows an older window than the others. */
export const rowClass = (series, newest) => (isOverall(series) ? "overall" : isStale(series, newest) ? "stale" : "");

export const staleness = (series, newest) => (isStale(series, newest) ? `No later window: the last one ended on ${moment(series.now.latest.endMs)} UTC` : "");

/** What a table is over: everything, or the latest window of all domains together. */
export function captionOf(rows, latest, kind) {
  const span = kind === "CUMULATIVE" ? "Every impression so far" : latest ? `Latest window, ${moment(latest.startMs)} to ${moment(latest.endMs)} UTC` : "No window has closed yet";
  return rows.length > MOST_ROWS ? `${span}; the first ${MOST_ROWS} of ${count(rows.length)}` : span;
}

/** Rows as they were, or by a column; the first stays first where it is over all domains, what is undefined comes last. */
export function sorted(rows, order, values) {
  if (order === undefined) return rows;
  const descending = order.startsWith("-");
  const value = values[descending ? order.slice(1) : order];
  if (value === undefined) return rows;
  const sign = descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const first = Number(isOverall(b)) - Number(isOverall(a));
    if (first !== 0) return first;
    const [x, y] = [value(a), value(b)];
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
    return x < y ? -sign : x > y ? sign : 0;
  });
}

/** Lets a table's headings choose the order: the first click on a name ascends, on a figure descends. */
export function sortable(table, orderNow, choose) {
  table.addEventListener("click", (event) => {
    const button = event.target.closest("thead [data-column]");
    if (button === null) return;
    const column = button.dataset.column;
    const [first, second] = column === "name" ? [column, `-${column}`] : [`-${column}`, column];
    choose(orderNow() === first ? second : first);
  });
}

export function showOrder(table, order) {
  for (const button of table.querySelectorAll("thead [data-column]")) {
    const { column } = button.dataset;
    button.closest("th").ariaSort = order === column ? "ascending" : order === `-${column}` ? "descending" : "none";
  }
}
