// Follows the server and shows what it says. In the address: ?static shows the state once and does not follow it;
// ?figures=rolling or ?figures=cumulative says which figures to begin with.

import { fillAlerts } from "./alerts.js";
import { Charts, nameOf } from "./charts.js";
import { count, day, figure, rate, ratio, time } from "./format.js";
import { fillLeaderboard, sorted } from "./leaderboard.js";
import { isOverall, keyOf, Store } from "./store.js";
import { fillTable, swatch } from "./table.js";

const IDLE_AFTER_MS = 30_000;
// More lines than these are a tangle: smaller domains are drawn when asked for.
const DRAWN_UNASKED = 8;

const element = (id) => document.getElementById(id);
const text = (id, value) => (element(id).textContent = value);

const address = new URLSearchParams(location.search);
const store = new Store();
const charts = new Charts({ auc: element("chart-auc"), gauc: element("chart-gauc") });
const shownByHand = new Map();
const choice = { subject: undefined, kind: ["rolling", "cumulative"].find((k) => k === address.get("figures")) };
const order = { column: "domain", descending: false };
let connected = false;
let everConnected = false;
let lastGrowth = { impressions: undefined, at: 0 };
let drawing = false;

function subjectNow() {
  const subjects = store.subjects();
  return subjects.find((s) => s.key === choice.subject) ?? subjects[0];
}

/** Windows, unless too few have closed to draw a line. */
function kindNow(series) {
  return choice.kind ?? (series.some((s) => s.curves.rolling.length >= 3) ? "rolling" : "cumulative");
}

function show() {
  showConnection();
  const subject = subjectNow();
  element("content").hidden = subject === undefined;
  element("empty").hidden = subject !== undefined;
  if (subject === undefined) {
    showWaiting();
    return;
  }
  const series = store.of(subject);
  const kind = kindNow(series);
  showSubject(subject);
  showTiles(series.find(isOverall), kind);
  showKind(series, kind);
  showLegend(series);
  charts.draw(drawn(series), kind);
  fillTable(element("rows"), series, kind);
  element("alerts").hidden = store.alerts.length === 0;
  fillAlerts(element("alert-list"), store.alerts);
  showLeaderboard();
  text("left-out", store.notKept > 0 ? `There is more than this page keeps: ${count(store.notKept)} figures were left out.` : "");
}

function showLeaderboard() {
  element("leaderboard").hidden = store.comparisons.length === 0;
  fillLeaderboard(element("leaderboard-rows"), sorted(store.comparisons, order));
  for (const button of document.querySelectorAll("#leaderboard [data-column]")) {
    const chosen = button.dataset.column === order.column;
    button.parentElement.ariaSort = chosen ? (order.descending ? "descending" : "ascending") : "none";
  }
}

function showConnection() {
  const pill = element("connection");
  const condition = store.feed.condition;
  const [state, words] = !connected
    ? everConnected ? ["lost", "dashboard not reachable"] : ["connecting", "connecting"]
    : condition === "LIVE" ? ["live", address.has("static") ? "as of loading" : "live"]
    : condition === "UNREACHABLE" ? ["lost", "Kafka not reachable"]
    : ["waiting", "waiting"];
  pill.dataset.state = state;
  pill.textContent = words;
  const notice = element("notice");
  const problem = !connected && everConnected
    ? "The dashboard does not answer. These are the last figures it sent; the page goes on by itself once it answers."
    : condition === "UNREACHABLE"
      ? `Kafka does not answer, so these figures may be old. Trying again. (${store.feed.detail})`
      : "";
  notice.textContent = problem;
  notice.hidden = problem === "";
}

function showWaiting() {
  const waits = {
    CONNECTING: ["Connecting to Kafka", "No answer yet."],
    WAITING: [`Waiting for ${store.feed.detail}`, "Kafka answers, but the metrics job has not published anything yet. It starts once the first predictions arrive."],
    LIVE: ["Waiting for the first figures", "The topic is there and empty. The metrics job publishes once the model has scored its first impressions."],
    UNREACHABLE: ["Kafka does not answer", "Trying again every few seconds."],
  };
  const [title, detail] = waits[store.feed.condition] ?? waits.CONNECTING;
  text("empty-title", title);
  text("empty-detail", detail);
}

function showSubject(subject) {
  const subjects = store.subjects();
  text("subject", `model ${subject.model}, task ${subject.task}`);
  const select = element("model");
  element("chooser").hidden = subjects.length < 2;
  if ([...select.options].map((o) => o.value).join() !== subjects.map((s) => s.key).join()) {
    select.replaceChildren(...subjects.map((s) => new Option(`${s.model}, ${s.task}`, s.key)));
  }
  select.value = subject.key;
}

function showTiles(overall, kind) {
  const total = overall?.cumulative;
  const figures = overall?.[kind];
  text("tile-impressions", total ? count(total.impressions) : "–");
  text("tile-rate", rateNow(overall));
  text("tile-auc", figure(figures?.auc) ?? "–");
  text("tile-gauc", figure(figures?.gauc) ?? "–");
  text("tile-span", kind === "rolling" ? "in the latest window" : "so far");
  text("tile-users", figures ? `over ${count(figures.users)} users` : "");
  text("tile-calibration", ratio(figures?.calibration) ?? "–");
  text("tile-time", total ? day(total.endMs) : "–");
  text("tile-clock", total ? `${time(total.endMs)}, event time` : "");
  text("tile-dead-letters", count(store.deadLetters));
  text("tile-unreadable", store.unreadable > 0 ? `and ${count(store.unreadable)} unreadable figures` : "records not usable");
  element("tile-dead").classList.toggle("alarm", store.deadLetters + store.unreadable > 0);
}

function rateNow(overall) {
  const impressions = overall?.cumulative?.impressions;
  if (impressions !== lastGrowth.impressions) lastGrowth = { impressions, at: performance.now() };
  const moving = performance.now() - lastGrowth.at < IDLE_AFTER_MS && overall?.impressionsPerSecond !== undefined;
  return moving ? `${rate(overall.impressionsPerSecond)} a second` : "idle";
}

function showKind(series, kind) {
  element("show-rolling").setAttribute("aria-pressed", String(kind === "rolling"));
  element("show-cumulative").setAttribute("aria-pressed", String(kind === "cumulative"));
  const window = series.find(isOverall)?.rolling;
  text("caption", kind === "cumulative"
    ? "Every impression so far, largest domain first"
    : window ? `Latest closed window, ${day(window.startMs)} ${time(window.startMs)} to ${day(window.endMs)} ${time(window.endMs)}` : "No window has closed yet");
}

const hasCurve = (s) => s.curves.cumulative.length + s.curves.rolling.length > 0;

/** The series with a line: the largest ones, unless told otherwise by hand. */
function drawn(series) {
  return series.filter(hasCurve).filter((s, i) => shownByHand.get(keyOf(s)) ?? i < DRAWN_UNASKED);
}

function showLegend(series) {
  const legend = element("legend");
  const shown = series.filter(hasCurve);
  const lines = new Set(drawn(series));
  const names = JSON.stringify(shown.map(keyOf));
  if (legend.dataset.names !== names) {
    legend.dataset.names = names;
    legend.replaceChildren(...shown.map(legendButton));
  }
  shown.forEach((s, i) => {
    const button = legend.children[i];
    button.setAttribute("aria-pressed", String(lines.has(s)));
    button.firstChild.style.backgroundColor = swatch(s).style.backgroundColor;
  });
}

function legendButton(series) {
  const button = document.createElement("button");
  const name = document.createElement("span");
  name.textContent = nameOf(series);
  button.type = "button";
  button.title = `Show or hide ${nameOf(series)}`;
  button.append(swatch(series), name);
  button.addEventListener("click", () => {
    shownByHand.set(keyOf(series), button.getAttribute("aria-pressed") === "false");
    show();
  });
  return button;
}

/** At most once a frame, however many changes arrive. */
function showSoon() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    show();
  });
}

function follow() {
  const stream = new EventSource("api/stream");
  stream.addEventListener("open", () => {
    connected = everConnected = true;
    showSoon();
  });
  stream.addEventListener("error", () => {
    connected = false;
    showSoon();
    // A browser gives up on a stream that was refused; this page does not.
    if (stream.readyState === EventSource.CLOSED) setTimeout(follow, 3000);
  });
  stream.addEventListener("state", (event) => {
    const fits = store.take(JSON.parse(event.data));
    showSoon();
    if (!fits) {
      stream.close();
      follow();
    }
  });
}

async function showOnce() {
  store.take(await (await fetch("api/state")).json());
  connected = everConnected = true;
  show();
}

element("show-rolling").addEventListener("click", () => { choice.kind = "rolling"; show(); });
element("show-cumulative").addEventListener("click", () => { choice.kind = "cumulative"; show(); });
for (const button of document.querySelectorAll("#leaderboard [data-column]")) {
  button.addEventListener("click", () => {
    order.descending = order.column === button.dataset.column && !order.descending;
    order.column = button.dataset.column;
    showLeaderboard();
  });
}
element("model").addEventListener("change", (event) => { choice.subject = event.target.value; show(); });
charts.onThemeChange(show);
show();
if (address.has("static")) {
  await showOnce();
} else {
  follow();
  setInterval(showSoon, IDLE_AFTER_MS);
}
