// What the server has told so far, put together from one complete state and the changes after it.

// The server thins its curves; this page does it more simply: above this it asks for everything anew.
const MOST_POINTS = 2000;

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
    let fits = true;
    for (const news of state.series) {
      const key = JSON.stringify([news.model, news.task, news.domain ?? null]);
      const known = this.series.get(key);
      const goesOn = known !== undefined && known.beginnings === news.beginnings;
      const curves = {
        cumulative: merge(goesOn ? known.curves.cumulative : [], news.curves.cumulative),
        rolling: merge(goesOn ? known.curves.rolling : [], news.curves.rolling),
      };
      fits &&= curves.cumulative.length <= MOST_POINTS && curves.rolling.length <= MOST_POINTS;
      this.series.set(key, { ...news, curves });
    }
    return fits;
  }

  /** The models and tasks there are, as [{model, task}]. */
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

/** Tells the series of one subject apart, whatever the domains are called. */
export const keyOf = (series) => JSON.stringify(series.domain ?? null);

export const isOverall = (series) => series.domain === undefined;

const overallFirst = (a, b) => Number(isOverall(b)) - Number(isOverall(a));

const size = (series) => (series.cumulative ?? series.rolling)?.impressions ?? 0;

/** Points in order of time; a new one replaces the one of the same time. */
function merge(known, news) {
  if (news.length === 0) return known;
  if (known.length === 0) return news;
  if (news[0].time > known[known.length - 1].time) return known.concat(news);
  const byTime = new Map(known.map((p) => [p.time, p]));
  for (const p of news) byTime.set(p.time, p);
  return [...byTime.values()].sort((a, b) => a.time - b.time);
}
