// Models beside their baseline. Names go in as text, never as markup.

import { count, figure } from "./format.js";

// By the table's columns: what to sort by.
const COLUMNS = {
  model: (c) => c.model,
  domain: (c) => c.domain ?? "",
  window: (c) => c.window,
  impressions: (c) => c.impressions,
  baselineAuc: (c) => c.baselineAuc,
  auc: (c) => c.auc,
  difference: (c) => c.difference,
};

/** Over all domains first, then as chosen; what is not defined comes last. */
export function sorted(comparisons, { column, descending }) {
  const value = COLUMNS[column];
  const sign = descending ? -1 : 1;
  return [...comparisons].sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
    return x < y ? -sign : x > y ? sign : 0;
  });
}

export function fillLeaderboard(body, comparisons) {
  body.replaceChildren(...comparisons.map(row));
}

function row(comparison) {
  const tr = document.createElement("tr");
  tr.classList.toggle("overall", comparison.domain === undefined);
  const heading = document.createElement("th");
  heading.scope = "row";
  heading.textContent = comparison.model;
  heading.title = `against ${comparison.baseline}, task ${comparison.task}`;
  tr.append(
    heading,
    cell(comparison.domain ?? "All domains"),
    cell(comparison.window === "all" ? "since the beginning" : comparison.window),
    cell(count(comparison.impressions)),
    cell(figure(comparison.baselineAuc) ?? "–"),
    cell(figure(comparison.auc) ?? "–"),
    verdict(comparison),
  );
  return tr;
}

function cell(text) {
  const td = document.createElement("td");
  td.textContent = text;
  return td;
}

function verdict(comparison) {
  if (comparison.difference === undefined) {
    const td = cell(comparison.tooLittle ?? "not defined");
    td.className = "undefined";
    return td;
  }
  const signed = (x) => `${x < 0 ? "\u2212" : "+"}${Math.abs(x).toFixed(4)}`;
  const interval = comparison.low === undefined ? "" : `  [${signed(comparison.low)}, ${signed(comparison.high)}]`;
  const td = cell(`${signed(comparison.difference)}${comparison.significant ? " *" : ""}${interval}`);
  td.classList.add("verdict");
  if (comparison.significant) td.classList.add(comparison.difference > 0 ? "better" : "worse");
  td.title = comparison.pValue === undefined ? "" : `p = ${comparison.pValue.toPrecision(2)} (DeLong)`;
  return td;
}
