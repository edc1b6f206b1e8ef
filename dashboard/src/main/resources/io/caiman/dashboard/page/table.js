// The table of figures. Names go in as text, never as markup.

import { colourOf, nameOf } from "./charts.js";
import { count, figure, ratio, share } from "./format.js";
import { isOverall } from "./store.js";

export function fillTable(body, series, kind) {
  body.replaceChildren(...series.map((s) => row(s, s[kind])));
}

function row(series, figures) {
  const tr = document.createElement("tr");
  tr.classList.toggle("overall", isOverall(series));
  tr.append(heading(series));
  const cells = figures
    ? [
        cell(count(figures.impressions)),
        cell(count(figures.positives)),
        cell(share(figures.positives, figures.impressions), "No impressions"),
        cell(count(figures.users)),
        cell(figure(figures.auc), "Not defined: needs a positive and a negative"),
        cell(figure(figures.gauc), "Not defined: needs a user with both a positive and a negative"),
        cell(figure(figures.logLoss), "Not defined: no impressions"),
        cell(ratio(figures.calibration), "Not defined: no positives"),
      ]
    : Array.from({ length: 8 }, () => cell(undefined, "No window has closed yet"));
  tr.append(...cells);
  return tr;
}

function heading(series) {
  const th = document.createElement("th");
  th.scope = "row";
  const line = document.createElement("span");
  const name = document.createElement("span");
  name.className = "name";
  name.textContent = nameOf(series);
  name.title = nameOf(series);
  line.append(swatch(series), name);
  th.append(line);
  return th;
}

export function swatch(series) {
  const mark = document.createElement("span");
  mark.className = "swatch";
  mark.style.backgroundColor = colourOf(series);
  return mark;
}

function cell(text, whyNot) {
  const td = document.createElement("td");
  if (text !== undefined) {
    td.textContent = text;
    return td;
  }
  const dash = document.createElement("span");
  dash.className = "undefined";
  dash.textContent = "–";
  dash.title = whyNot;
  dash.setAttribute("aria-label", whyNot);
  dash.setAttribute("role", "img");
  td.append(dash);
  return td;
}
