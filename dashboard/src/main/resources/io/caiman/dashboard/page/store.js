// What the server has told so far, put together from one complete state and the changes after it.

// The server thins its curves; this page does it more simply: above this it asks for everything anew.
const MOST_POINTS = 2000;
const KINDS = ["ROLLING", "COUNT", "CUMULATIVE"];

export class Store {
  constructor() {
    this.clear();
  }

  clear() {
    this.feed = { condition: "CONNECTING", detail: "" };
    this.deadLetters = 0;
    this.unreadable = 0;
    this.notKept = 0;
    this.series = new Map();
    this.alerts = [];
    this.comparisons = [];
    this.health = [];
    this.traffic = undefined;
  }

  /** Returns false when it is time to ask for everything anew. */
  take(state) {
    if (state.complete) this.clear();
    this.feed = state.feed;
    this.deadLetters = state.deadLetters;
    this.unreadable = state.unreadable;
    this.notKept = state.notKept;
    this.alerts = state.alerts ?? this.alerts;
    this.comparisons = state.comparisons ?? this.comparisons;
    this.health = state.health ?? this.health;
    this.traffic = state.traffic ?? this.traffic;
    let fits = true;
    for (const news of state.series) {
      const key = JSON.stringify([news.model, news.task, news.domain ?? null]);
      const known = this.series.get(key);
      const windows = new Map(known !== undefined && known.beginnings === news.beginnings ? known.windows : []);
      for (const window of news.windows) {
        const curve = merge(windows.get(window.window)?.curve ?? [], window.curve);
        fits &&= curve.length <= MOST_POINTS;
        windows.set(window.window, { ...window, curve });
      }
      this.series.set(key, { ...news, windows });
    }
    return fits;
  }

  /** The models and tasks there are, as [{key, model, task}]. */
  subjects() {
    const subjects = new Map();
    for (const { model, task } of this.series.values()) subjects.set(JSON.stringify([model, task]), { model, task });
    return [...subjects.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, subject]) => ({ key, ...subject }));
  }

  /** One subject's series: over all domains first, then the largest domain first. */
  of(subject) {
    return [...this.series.values()]
      .filter((s) => s.model === subject.model && s.task === subject.task)
      .sort((a, b) => overallFirst(a, b) || size(b) - size(a) || a.order - b.order);
  }
}

/** The windows that some series have, the shortest first, everything so far last, as [{window, kind}]. */
export function windowsOf(series) {
  const windows = new Map();
  for (const one of series) for (const { window, kind, latest } of one.windows.values()) windows.set(window, { window, kind, length: lengthOf(kind, window, latest) });
  return [...windows.values()].sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || a.length - b.length);
}

const lengthOf = (kind, window, latest) => (kind === "ROLLING" ? latest.endMs - latest.startMs : Number(window.replace(/\D/g, "")));

/** Tells the series of one subject apart, whatever the domains are called. */
export const keyOf = (series) => JSON.stringify(series.domain ?? null);

export const isOverall = (series) => series.domain === undefined;

export const nameOf = (series) => (isOverall(series) ? "All domains" : series.domain);

export const ctrOf = (figures) => (figures.impressions > 0 ? figures.positives / figures.impressions : undefined);

const overallFirst = (a, b) => Number(isOverall(b)) - Number(isOverall(a));

const size = (series) => {
  let largest = 0;
  for (const { latest } of series.windows.values()) largest = Math.max(largest, latest.impressions);
  return largest;
};

/** Points in order of time; a new one replaces the one of the same time. */
function merge(known, news) {
  if (news.length === 0) return known;
  if (known.length === 0) return news;
  if (news[0].time > known[known.length - 1].time) return known.concat(news);
  const byTime = new Map(known.map((p) => [p.time, p]));
  for (const p of news) byTime.set(p.time, p);
  return [...byTime.values()].sort((a, b) => a.time - b.time);
}
