// Follows the server and shows the page that the address names. With ?static in the address it shows the state once and
// does not follow it.

import { element, options, segments, setText } from "./dom.js";
import * as domains from "./pages/domains.js";
import * as health from "./pages/health.js";
import * as leaderboard from "./pages/leaderboard.js";
import * as overview from "./pages/overview.js";
import * as replay from "./pages/replay.js";
import { changed, hashOf, PAGES, route } from "./route.js";
import { Store, windowsOf } from "./store.js";
import { startTheme } from "./theme.js";

const SHOW_AGAIN_MS = 30_000;
const pages = { overview, domains, leaderboard, health, replay };

const once = new URLSearchParams(location.search).has("static");
const store = new Store();
let connected = false;
let everConnected = false;
let drawing = false;

/** Changes what the address says; a view is not a step back, a page is. */
function go(changes) {
  const { page, view } = route();
  history.replaceState(null, "", hashOf(page, changed(view, changes)));
  show();
}

function show() {
  const { page, view } = route();
  showConnection();
  showNavigation(page, view);
  const subject = subjectNow(view);
  // How far the log is can be told before there are figures.
  const showsNothing = subject === undefined && !(page === "replay" && store.traffic !== undefined);
  element("empty").hidden = !showsNothing;
  for (const name of PAGES) element(`page-${name}`).hidden = showsNothing || name !== page;
  if (showsNothing) {
    showWaiting();
    return;
  }
  const series = subject === undefined ? [] : store.of(subject);
  const windows = windowsOf(series);
  const { window, kind } = windowNow(windows, series, view);
  showSubject(subject);
  for (const group of document.querySelectorAll(".windows")) segments(group, windows.map(choice), window, (chosen) => go({ window: chosen }));
  pages[page].show({ store, subject, series, window, kind, view, go, showSoon });
}

function subjectNow(view) {
  const subjects = store.subjects();
  return subjects.find((s) => s.model === view.get("model") && s.task === view.get("task")) ?? subjects.find((s) => s.model === view.get("model")) ?? subjects[0];
}

/** The shortest windows, unless too few have closed to draw a line. */
function windowNow(windows, series, view) {
  const asked = windows.find(({ window }) => window === view.get("window"));
  const first = windows.find(({ window, kind }) => kind === "ROLLING" && series.some((s) => (s.windows.get(window)?.curve.length ?? 0) >= 3));
  return asked ?? first ?? windows[windows.length - 1] ?? { window: "all", kind: "CUMULATIVE" };
}

const choice = ({ window, kind }) =>
  kind === "CUMULATIVE"
    ? { value: window, label: "Since the beginning", title: "Every impression so far" }
    : kind === "COUNT"
      ? { value: window, label: `L${window.slice(1)}`, title: "The latest so many impressions" }
      : { value: window, label: `Windows of ${window}`, title: `The impressions of each ${window} of event time on their own` };

function showNavigation(page, view) {
  const kept = changed(new URLSearchParams(), { model: view.get("model") ?? undefined, task: view.get("task") ?? undefined });
  for (const link of document.querySelectorAll("nav a")) {
    link.href = hashOf(link.dataset.page, kept);
    if (link.dataset.page === page) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    if (link.dataset.page === page) document.title = `${link.textContent} · Caiman`;
  }
}

function showConnection() {
  const pill = element("connection");
  const condition = store.feed.condition;
  const [state, words] = !connected
    ? everConnected ? ["lost", "dashboard not reachable"] : ["connecting", "connecting"]
    : condition === "LIVE" ? ["live", once ? "as of loading" : "live"]
    : condition === "UNREACHABLE" ? ["lost", "Kafka not reachable"]
    : ["waiting", "waiting"];
  pill.dataset.state = state;
  setText("connection", words);
  const problem = !connected && everConnected
    ? "The dashboard does not answer. These are the last figures it sent; the page goes on by itself once it answers."
    : condition === "UNREACHABLE"
      ? `Kafka does not answer, so these figures may be old. Trying again. (${store.feed.detail})`
      : "";
  setText("notice", problem);
  element("notice").hidden = problem === "";
}

function showWaiting() {
  const waits = {
    CONNECTING: ["Connecting to Kafka", "No answer yet."],
    WAITING: [`Waiting for ${store.feed.detail}`, "Kafka answers, but the metrics job has not published anything yet. It starts once the first predictions arrive."],
    LIVE: ["Waiting for the first figures", "The topic is there and empty. The metrics job publishes once the model has scored its first impressions."],
    UNREACHABLE: ["Kafka does not answer", "Trying again every few seconds."],
  };
  const [title, detail] = waits[store.feed.condition] ?? waits.CONNECTING;
  setText("empty-title", title);
  setText("empty-detail", detail);
}

function showSubject(subject) {
  if (subject === undefined) return;
  setText("subject", `model ${subject.model}, task ${subject.task}`);
  const subjects = store.subjects();
  element("chooser").hidden = subjects.length < 2;
  options(element("model"), subjects.map((s) => ({ value: s.key, label: `${s.model}, ${s.task}` })), subject.key);
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

for (const page of Object.values(pages)) page.start({ view: () => route().view, go });
element("model").addEventListener("change", (event) => {
  const { model, task } = store.subjects().find((s) => s.key === event.target.value);
  go({ model, task });
});
addEventListener("hashchange", show);
startTheme(element("theme"), show);
show();
if (once) {
  await showOnce();
} else {
  follow();
  setInterval(showSoon, SHOW_AGAIN_MS);
}
