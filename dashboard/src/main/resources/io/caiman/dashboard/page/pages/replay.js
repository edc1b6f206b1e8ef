// How far the log has been sent, and how far those who read it are behind.

import { bar, element, make, setText } from "../dom.js";
import { count, day, moment, rate, time } from "../format.js";

export function start() {}

export function show({ store }) {
  const traffic = store.traffic;
  const sent = (traffic?.sent ?? []).reduce((sum, p) => sum + p.records, 0);
  const times = (traffic?.sent ?? []).map((p) => p.latestMs).filter((t) => t !== undefined);
  const latest = times.length > 0 ? Math.max(...times) : undefined;
  const ended = traffic?.sent.filter((p) => p.ended).length ?? 0;
  const partitions = traffic?.sent.length ?? 0;
  setText("replay-sent", traffic ? count(sent) : "–");
  setText("replay-rate", traffic?.sentPerSecond === undefined ? "idle" : `${rate(traffic.sentPerSecond)} a second`);
  setText("replay-time", latest === undefined ? "–" : day(latest));
  setText("replay-clock", latest === undefined ? "" : time(latest));
  setText("replay-dataset", traffic?.dataset ?? "–");
  setText("replay-provenance", traffic?.provenance ? `provenance ${traffic.provenance}` : "");
  setText("replay-ended", partitions === 0 ? "–" : ended === partitions ? "Ended" : "Goes on");
  setText("replay-partitions", partitions === 0 ? "no impressions yet" : ended > 0 && ended < partitions ? `ended in ${ended} of ${partitions} partitions` : `${partitions} partition${partitions === 1 ? "" : "s"}`);

  const overall = [...store.series.values()].filter((s) => s.domain === undefined && s.windows.has("all"));
  element("replay-models").replaceChildren(
    ...overall.map((s) => {
      const scored = s.windows.get("all").latest.impressions;
      return make("tr", {}, make("th", { scope: "row" }, `${s.model}, ${s.task}`), bar(sent > 0 ? Math.min(1, scored / sent) : undefined), make("td", {}, count(scored)), make("td", {}, s.impressionsPerSecond === undefined ? "idle" : rate(s.impressionsPerSecond)));
    }),
  );
  element("replay-groups").replaceChildren(
    ...(traffic?.groups ?? []).map((g) =>
      make("tr", {}, make("th", { scope: "row" }, g.group), make("td", {}, g.topic), bar(g.records > 0 ? Math.max(0, 1 - g.lag / g.records) : undefined), make("td", {}, count(g.records)), make("td", {}, count(g.lag))),
    ),
  );
  element("replay-problem").hidden = traffic?.problem === undefined;
  setText("replay-problem", traffic?.problem ?? "");
  element("replay-rows").replaceChildren(
    ...(traffic?.sent ?? []).map((p) => make("tr", {}, make("th", { scope: "row" }, String(p.partition)), make("td", {}, count(p.records)), make("td", {}, p.latestMs === undefined ? "–" : `${moment(p.latestMs)} UTC`), make("td", {}, p.ended ? "yes" : "no"))),
  );
}
