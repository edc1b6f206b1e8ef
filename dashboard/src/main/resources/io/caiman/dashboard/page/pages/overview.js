// In short: which domain gets worse, which model is better, and whether all is well.

import { colourOf, sparkline } from "../charts.js";
import { saveCsv, utc } from "../csv.js";
import { cell, element, make, setText } from "../dom.js";
import { count, day, figure, moment, rate, ratio, share, signed, time } from "../format.js";
import { ctrOf, isOverall, nameOf } from "../store.js";
import { captionOf, heading, MOST_ROWS, rowClass, showOrder, sortable, sorted, staleness } from "../tables.js";

const IDLE_AFTER_MS = 30_000;
const VALUES = {
  name: nameOf,
  auc: (s) => s.now?.latest.auc,
  change: (s) => s.now?.trend?.change,
  gauc: (s) => s.now?.latest.gauc,
  calibration: (s) => s.now?.latest.calibration,
  ctr: (s) => s.now && ctrOf(s.now.latest),
  impressions: (s) => s.now?.latest.impressions,
};
let lastGrowth = { impressions: undefined, at: 0 };
let rows = [];

export function start({ view, go }) {
  sortable(element("overview-table"), () => view().get("sort") ?? undefined, (sort) => go({ sort }));
  const filter = document.querySelector("#page-overview .filter");
  filter.addEventListener("input", () => go({ find: filter.value }));
  element("overview-csv").addEventListener("click", () =>
    saveCsv(
      "caiman-overview",
      ["domain", "from", "to", "impressions", "positives", "users", "auc", "change", "gauc", "log_loss", "calibration"],
      rows.filter((s) => s.now).map((s) => {
        const f = s.now.latest;
        return [nameOf(s), utc(f.startMs), utc(f.endMs), f.impressions, f.positives, f.users, f.auc, s.now.trend?.change, f.gauc, f.logLoss, f.calibration];
      }),
    ),
  );
}

export function show({ store, series, window, kind, view }) {
  const overall = series.find(isOverall);
  showVerdicts(store, series, window);
  element("alerts").hidden = store.alerts.length === 0;
  element("alert-list").replaceChildren(...store.alerts.map(alert));
  showTiles(store, overall, window, kind);
  showTable(series, window, kind, view);
  setText("left-out", store.notKept > 0 ? `There is more than this page keeps: ${count(store.notKept)} figures were left out.` : "");
}

function showVerdicts(store, series, window) {
  const domains = series.filter((s) => !isOverall(s) && s.windows.has(window));
  const newest = series.find(isOverall)?.windows.get(window)?.latest.endMs;
  const told = domains.map((s) => ({ domain: s.domain, ...s.windows.get(window) })).filter((w) => w.trend !== undefined && w.latest.endMs === newest);
  const worse = told.filter((w) => w.trend.verdict === "WORSE").sort((a, b) => a.trend.change - b.trend.change);
  const line = element("verdict-domains");
  if (worse.length > 0) {
    const named = worse.slice(0, 3).map(({ domain, trend }) => `${domain} (AUC ${signed(trend.change)})`);
    const more = worse.length > 3 ? ` and ${worse.length - 3} more` : "";
    line.replaceChildren(make("b", { className: "worse" }, "Getting worse: "), `${named.join(", ")}${more}, against the windows before.`);
  } else if (told.length > 0) {
    line.replaceChildren(make("b", {}, "No domain is getting worse. "), `${count(told.length)} of ${count(domains.length)} have enough impressions in the latest window to tell.`);
  } else {
    line.replaceChildren("Too few impressions so far to tell which domain is getting worse; the trend needs rolling windows.");
  }
  const best = bestModel(store.comparisons);
  element("verdict-models").hidden = best === undefined;
  if (best !== undefined) element("verdict-models").replaceChildren(...best);
}

/** The models over all domains, in the widest comparison there is. */
function bestModel(comparisons) {
  const overall = comparisons.filter((c) => c.domain === undefined && c.difference !== undefined);
  const all = overall.filter((c) => c.window === "all");
  const compared = all.length > 0 ? all : overall;
  if (compared.length === 0) return undefined;
  const top = compared.reduce((a, b) => (b.difference > a.difference ? b : a));
  if (top.difference > 0 && top.significant) {
    return [make("b", { className: "better" }, "Better model: "), `${top.model}, AUC ${signed(top.difference)} over ${top.baseline} on ${count(top.impressions)} impressions.`];
  }
  const losing = compared.filter((c) => c.significant && c.difference < 0);
  if (losing.length === compared.length) {
    return [make("b", {}, "Better model: "), `${top.baseline}; every other model has a lower AUC, by more than chance gives (${losing.map((c) => `${c.model} ${signed(c.difference)}`).join(", ")}).`];
  }
  return [make("b", {}, "No model is clearly the best: "), `${top.model} stands at AUC ${signed(top.difference)} against ${top.baseline}, within what chance would give.`];
}

function alert({ rule, model, task, domain, message, sinceMs }) {
  const about = [model && `model ${model}`, task && `task ${task}`, domain !== undefined && `domain ${domain}`].filter(Boolean).join(", ");
  return make("li", {}, make("b", {}, rule), make("span", { className: "about" }, about), make("span", {}, message), make("time", {}, `since ${moment(sinceMs)}`));
}

function showTiles(store, overall, window, kind) {
  const total = overall?.windows.get("all")?.latest;
  const figures = overall?.windows.get(window)?.latest;
  setText("tile-impressions", total ? count(total.impressions) : "–");
  setText("tile-rate", rateNow(overall, total));
  setText("tile-auc", figure(figures?.auc) ?? "–");
  setText("tile-gauc", figure(figures?.gauc) ?? "–");
  setText("tile-span", kind === "CUMULATIVE" ? "so far" : "in the latest window");
  setText("tile-users", figures ? `over ${count(figures.users)} users` : "");
  setText("tile-calibration", ratio(figures?.calibration) ?? "–");
  setText("tile-time", total ? day(total.endMs) : "–");
  setText("tile-clock", total ? time(total.endMs) : "");
  const furthest = store.traffic?.groups[0];
  setText("tile-lag", furthest ? count(furthest.lag) : "–");
  setText("tile-lag-of", furthest ? `records, ${furthest.group}` : "no job has committed its place yet");
  element("tile-lag-of").title = furthest?.group ?? "";
  setText("tile-dead-letters", count(store.deadLetters));
  setText("tile-unreadable", store.unreadable > 0 ? `and ${count(store.unreadable)} unreadable figures` : "records not usable");
  element("tile-dead").classList.toggle("alarm", store.deadLetters + store.unreadable > 0);
}

function rateNow(overall, total) {
  if (total?.impressions !== lastGrowth.impressions) lastGrowth = { impressions: total?.impressions, at: performance.now() };
  const moving = performance.now() - lastGrowth.at < IDLE_AFTER_MS && overall?.impressionsPerSecond !== undefined;
  return moving ? `${rate(overall.impressionsPerSecond)} a second` : "idle";
}

function showTable(series, window, kind, view) {
  const table = element("overview-table");
  const find = (view.get("find") ?? "").toLowerCase();
  const filter = document.querySelector("#page-overview .filter");
  if (document.activeElement !== filter) filter.value = view.get("find") ?? "";
  const found = series.map((s) => ({ ...s, now: s.windows.get(window) })).filter((s) => find === "" || nameOf(s).toLowerCase().includes(find));
  rows = sorted(found, view.get("sort") ?? undefined, VALUES);
  showOrder(table, view.get("sort") ?? undefined);
  const latest = series.find(isOverall)?.windows.get(window)?.latest;
  setText("overview-caption", captionOf(rows, latest, kind));
  table.tBodies[0].replaceChildren(...rows.slice(0, MOST_ROWS).map((s) => row(s, latest?.endMs)));
}

function row(s, newest) {
  const figures = s.now?.latest;
  const none = "No window of this domain has closed yet";
  return make(
    "tr",
    { className: rowClass(s, newest), title: staleness(s, newest) },
    heading(s),
    make("td", { className: "wide" }, sparkline((s.now?.curve ?? []).map((p) => p.auc), colourOf(s))),
    cell(figure(figures?.auc), figures ? "Not defined: needs a positive and a negative" : none),
    change(s.now?.trend),
    cell(figure(figures?.gauc), figures ? "Not defined: needs a user with both a positive and a negative" : none),
    cell(ratio(figures?.calibration), figures ? "Not defined: no positives" : none),
    cell(figures && share(ctrOf(figures)), none),
    cell(figures && count(figures.impressions), none),
  );
}

function change(trend) {
  const td = cell(signed(trend?.change), "Too few impressions, or no window before, to tell", { WORSE: "worse", BETTER: "better" }[trend?.verdict] ?? "");
  if (trend) td.title = `${figure(trend.before)} in the ${trend.windows} windows before; standard error ${figure(trend.standardError)}`;
  return td;
}
