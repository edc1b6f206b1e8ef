// Models beside their baseline: domains down, models across.

import { saveCsv, utc } from "../csv.js";
import { element, make, options, segments, setText } from "../dom.js";
import { count, figure, moment, signed } from "../format.js";

const ALL = "since the beginning";
let shown = [];

export function start({ view, go }) {
  element("board").addEventListener("click", (event) => {
    const column = event.target.closest("[data-column]")?.dataset.column;
    if (column === undefined) return;
    const [first, second] = column === "" ? ["", "-"] : [`-${column}`, column];
    const now = view().get("sort") ?? "";
    go({ sort: now === first ? second : first });
  });
  element("board-csv").addEventListener("click", () =>
    saveCsv(
      "caiman-leaderboard",
      ["baseline", "model", "task", "domain", "window", "to", "impressions", "baseline_auc", "auc", "difference", "p_value", "low", "high", "significant", "too_little"],
      shown.map((c) => [c.baseline, c.model, c.task, c.domain, c.window, utc(c.endMs), c.impressions, c.baselineAuc, c.auc, c.difference, c.pValue, c.low, c.high, c.significant === undefined ? undefined : String(c.significant), c.tooLittle]),
    ),
  );
}

export function show({ store, view, go }) {
  const tasks = [...new Set(store.comparisons.map((c) => c.task))].sort();
  const task = tasks.includes(view.get("task")) ? view.get("task") : tasks[0];
  element("board-task-label").hidden = tasks.length < 2;
  options(element("board-task"), tasks.map((t) => ({ value: t, label: t })), task);
  element("board-task").onchange = (event) => go({ task: event.target.value });

  const windows = [...new Set(store.comparisons.map((c) => c.window))].sort((a, b) => Number(a === "all") - Number(b === "all") || a.length - b.length || (a < b ? -1 : 1));
  const window = windows.includes(view.get("window")) ? view.get("window") : windows[windows.length - 1];
  segments(element("board-windows"), windows.map((w) => ({ value: w, label: w === "all" ? "Since the beginning" : `Last ${w}` })), window, (w) => go({ window: w }));

  shown = store.comparisons.filter((c) => c.task === task && c.window === window);
  const board = element("board");
  if (shown.length === 0) {
    setText("board-caption", "Nothing to compare yet. A leaderboard needs two models on one stream: train each (caiman train --spec a.yaml,b.yaml, or caiman demo --specs a.yaml,b.yaml) and start caiman metrics --baseline NAME.");
    board.tHead.replaceChildren();
    board.tBodies[0].replaceChildren();
    return;
  }
  const baseline = shown[0].baseline;
  const models = [...new Set(shown.map((c) => c.model))].sort();
  const latest = shown.reduce((a, b) => (b.endMs > a.endMs ? b : a));
  setText("board-caption", `Difference in AUC to ${baseline}, with its 95 % interval; ${window === "all" ? ALL : `the last ${window}, up to`} ${window === "all" ? "" : `${moment(latest.endMs)} UTC`}`.trim());
  const order = view.get("sort") ?? undefined;
  board.tHead.replaceChildren(head(baseline, models, order));
  const rows = rowsOf(shown, models, order);
  board.tBodies[0].replaceChildren(...rows.map((r) => row(r, models)), ranks(rows, baseline, models));
}

function head(baseline, models, order) {
  const button = (column, text) => {
    const th = make("th", { scope: "col" }, make("button", { type: "button" }, text));
    th.firstChild.dataset.column = column;
    th.ariaSort = order === column ? "ascending" : order === `-${column}` ? "descending" : "none";
    return th;
  };
  return make("tr", {}, button("", "Domain"), make("th", { scope: "col" }, "Impressions"), make("th", { scope: "col" }, `${baseline}, AUC`), ...models.map((m) => button(m, m)));
}

/** One row for each domain: over all domains first, then as chosen, else the largest first. */
function rowsOf(comparisons, models, order) {
  const rows = new Map();
  for (const c of comparisons) {
    const key = JSON.stringify(c.domain ?? null);
    if (!rows.has(key)) rows.set(key, { domain: c.domain, impressions: 0, byModel: new Map() });
    const there = rows.get(key);
    there.byModel.set(c.model, c);
    there.impressions = Math.max(there.impressions, c.impressions);
    there.baselineAuc = c.baselineAuc ?? there.baselineAuc;
  }
  const descending = order?.startsWith("-") ?? false;
  const column = descending ? order.slice(1) : order;
  const value = (r) => (column === "" ? r.domain : models.includes(column) ? r.byModel.get(column)?.difference : -r.impressions);
  const sign = descending ? -1 : 1;
  return [...rows.values()].sort((a, b) => {
    const first = Number(b.domain === undefined) - Number(a.domain === undefined);
    if (first !== 0) return first;
    const [x, y] = [value(a), value(b)];
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
    return x < y ? -sign : x > y ? sign : 0;
  });
}

function row(r, models) {
  return make(
    "tr",
    { className: r.domain === undefined ? "overall" : "" },
    make("th", { scope: "row", title: r.domain ?? "" }, make("span", {}, make("span", { className: "name" }, r.domain ?? "All domains"))),
    make("td", {}, count(r.impressions)),
    make("td", {}, figure(r.baselineAuc) ?? "–"),
    ...models.map((m) => verdict(r.byModel.get(m))),
  );
}

function verdict(comparison) {
  if (comparison === undefined) return make("td", { className: "undefined" }, "–");
  const { difference, low, high, significant, pValue, auc, tooLittle } = comparison;
  if (difference === undefined) return make("td", { className: "undefined words" }, tooLittle ?? "not defined");
  const td = make("td", { className: significant ? (difference > 0 ? "better" : "worse") : "" }, `${signed(difference)}${significant ? " *" : ""}`);
  if (low !== undefined) td.append(make("small", {}, `${signed(low)} to ${signed(high)}`));
  td.title = [`AUC ${figure(auc)}`, pValue !== undefined && `p = ${pValue.toPrecision(2)} (DeLong)`].filter(Boolean).join(", ");
  return td;
}

/** Mean rank of each model's AUC over the domains where all have one; 1 is best, ties share. */
function ranks(rows, baseline, models) {
  const complete = rows.filter((r) => r.domain !== undefined && r.baselineAuc !== undefined && models.every((m) => r.byModel.get(m)?.auc !== undefined));
  const rankOf = (r, mine) => {
    const all = [r.baselineAuc, ...models.map((m) => r.byModel.get(m).auc)];
    return 1 + all.filter((x) => x > mine).length + (all.filter((x) => x === mine).length - 1) / 2;
  };
  const mean = (mine) => (complete.length === 0 ? "–" : (complete.reduce((sum, r) => sum + rankOf(r, mine(r)), 0) / complete.length).toFixed(2));
  return make(
    "tr",
    { className: "ranks", title: "1 is best; over the domains where every model has an AUC" },
    make("th", { scope: "row" }, "Mean rank"),
    make("td", {}, `${count(complete.length)} domains`),
    make("td", {}, mean((r) => r.baselineAuc)),
    ...models.map((m) => make("td", {}, mean((r) => r.byModel.get(m).auc))),
  );
}
