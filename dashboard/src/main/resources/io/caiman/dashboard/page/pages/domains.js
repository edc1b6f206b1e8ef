// Curves of every domain.

import { colourOf, connect, dashOf, drawLines, savePng } from "../charts.js";
import { saveCsv, utc } from "../csv.js";
import { cell, element, make, segments, setText } from "../dom.js";
import { count, figure, ratio, share } from "../format.js";
import { ctrOf, isOverall, keyOf, nameOf } from "../store.js";
import { captionOf, heading, MOST_ROWS, rowClass, showOrder, sortable, sorted, staleness } from "../tables.js";

// More lines than these are a tangle: smaller domains are drawn when asked for.
const DRAWN_UNASKED = 8;

const FIGURES = {
  auc: { title: "AUC", hint: "all pairs of a positive and a negative", of: (p) => p.auc, show: figure },
  gauc: { title: "gAUC", hint: "pairs within one user, users weighted by impressions", of: (p) => p.gauc, show: figure },
  logLoss: { title: "Log loss", hint: "natural logarithm; lower is better", of: (p) => p.logLoss, show: figure },
  calibration: { title: "Calibration", hint: "sum of scores over positives; 1 is right", of: (p) => p.calibration, show: ratio },
  ctr: { title: "CTR", hint: "share of impressions that are positive", of: ctrOf, show: share },
  impressions: { title: "Impressions", hint: "in each window", of: (p) => p.impressions, show: count },
};
const PAIRS = {
  ranking: { label: "Ranking", title: "AUC and gAUC", figures: ["auc", "gauc"] },
  probabilities: { label: "Probabilities", title: "Log loss and calibration", figures: ["logLoss", "calibration"] },
  traffic: { label: "Traffic", title: "CTR and impressions", figures: ["ctr", "impressions"] },
};
const VALUES = {
  name: nameOf,
  impressions: (s) => s.now?.latest.impressions,
  positives: (s) => s.now?.latest.positives,
  ctr: (s) => s.now && ctrOf(s.now.latest),
  users: (s) => s.now?.latest.users,
  auc: (s) => s.now?.latest.auc,
  gauc: (s) => s.now?.latest.gauc,
  logLoss: (s) => s.now?.latest.logLoss,
  calibration: (s) => s.now?.latest.calibration,
};
const chartElements = () => [element("chart-0"), element("chart-1")];
let context;

export function start({ view, go }) {
  sortable(element("domains-table"), () => view().get("sort") ?? undefined, (sort) => go({ sort }));
  element("domains-png").addEventListener("click", () => savePng(chartElements(), "caiman-domains"));
  element("domains-csv").addEventListener("click", () =>
    saveCsv(
      "caiman-domains",
      ["domain", "window", "time", "impressions", "positives", "auc", "gauc", "log_loss", "calibration"],
      drawn(context).flatMap((s) =>
        (s.windows.get(context.window)?.curve ?? []).map((p) => [nameOf(s), context.window, utc(p.time), p.impressions, p.positives, p.auc, p.gauc, p.logLoss, p.calibration]),
      ),
    ),
  );
}

export function show(now) {
  context = now;
  const { series, window, kind, view, go } = now;
  const pair = PAIRS[view.get("figures")] ? view.get("figures") : "ranking";
  segments(element("pairs"), Object.entries(PAIRS).map(([value, { label, title }]) => ({ value, label, title })), pair, (figures) => go({ figures }));
  showLegend(now);
  const lines = drawn(now);
  PAIRS[pair].figures.forEach((name, i) => {
    const { title, hint, of, show: text } = FIGURES[name];
    setText(`title-${i}`, title);
    setText(`hint-${i}`, hint);
    drawLines(
      element(`chart-${i}`),
      lines.map((s) => ({
        id: keyOf(s),
        name: nameOf(s),
        colour: colourOf(s),
        dash: dashOf(s),
        bold: isOverall(s),
        points: (s.windows.get(window)?.curve ?? []).map((p) => [p.time, of(p) ?? null]),
      })),
      text,
    );
  });
  connect(chartElements());
  showTable(now, kind);
}

const hasCurve = (s, window) => (s.windows.get(window)?.curve.length ?? 0) > 0;

/** The series with a line: the largest ones, unless told otherwise by hand. */
function drawn({ series, window, view }) {
  const [on, off] = [new Set(view.getAll("on")), new Set(view.getAll("off"))];
  return series.filter((s) => hasCurve(s, window)).filter((s, i) => on.has(keyOf(s)) || (i < DRAWN_UNASKED && !off.has(keyOf(s))));
}

function showLegend(now) {
  const legend = element("legend");
  const shown = now.series.filter((s) => hasCurve(s, now.window));
  const lines = new Set(drawn(now));
  const names = JSON.stringify(shown.map(keyOf));
  if (legend.dataset.names !== names) {
    legend.dataset.names = names;
    legend.replaceChildren(...shown.map(legendButton));
  }
  shown.forEach((s, i) => {
    legend.children[i].setAttribute("aria-pressed", String(lines.has(s)));
    legend.children[i].firstChild.style.backgroundColor = colourOf(s);
  });
}

function legendButton(series) {
  const name = nameOf(series);
  const button = make("button", { type: "button", title: `Show or hide ${name}` }, make("span", { className: "swatch" }), make("span", {}, name));
  button.addEventListener("click", () => {
    const key = keyOf(series);
    const without = (which) => context.view.getAll(which).filter((k) => k !== key);
    const hide = button.getAttribute("aria-pressed") === "true";
    context.go({ on: hide ? without("on") : [...without("on"), key], off: hide ? [...without("off"), key] : without("off") });
  });
  return button;
}

function showTable({ series, window, view }, kind) {
  const table = element("domains-table");
  const order = view.get("sort") ?? undefined;
  const rows = sorted(series.map((s) => ({ ...s, now: s.windows.get(window) })), order, VALUES);
  showOrder(table, order);
  const latest = series.find(isOverall)?.windows.get(window)?.latest;
  setText("domains-caption", captionOf(rows, latest, kind));
  table.tBodies[0].replaceChildren(...rows.slice(0, MOST_ROWS).map((s) => row(s, latest?.endMs)));
}

function row(s, newest) {
  const figures = s.now?.latest;
  const cells = figures
    ? [
        cell(count(figures.impressions)),
        cell(count(figures.positives)),
        cell(share(ctrOf(figures)), "No impressions"),
        cell(count(figures.users)),
        cell(figure(figures.auc), "Not defined: needs a positive and a negative"),
        cell(figure(figures.gauc), "Not defined: needs a user with both a positive and a negative"),
        cell(figure(figures.logLoss), "Not defined: no impressions"),
        cell(ratio(figures.calibration), "Not defined: no positives"),
      ]
    : Array.from({ length: 8 }, () => cell(undefined, "No window of this domain has closed yet"));
  return make("tr", { className: rowClass(s, newest), title: staleness(s, newest) }, heading(s), ...cells);
}
