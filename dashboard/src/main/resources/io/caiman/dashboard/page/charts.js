// The two line charts. Everything is drawn on canvas, names included, so no name is ever read as markup.

import { isOverall, keyOf } from "./store.js";
import { figure, moment } from "./format.js";

const PALETTE = ["#4c78d8", "#e8a512", "#e5604d", "#39a98c", "#a463f2", "#c2698f", "#6f9c2f", "#3fa9d6", "#a0704b", "#8b93a3"];
const OVERALL_NAME = "All domains";
const TIME_LABELS = {
  year: "{yyyy}",
  month: "{MMM} {yyyy}",
  day: "{d} {MMM}",
  hour: "{HH}:{mm}",
  minute: "{HH}:{mm}",
  second: "{HH}:{mm}:{ss}",
};
const dark = matchMedia("(prefers-color-scheme: dark)");

export const nameOf = (series) => (isOverall(series) ? OVERALL_NAME : series.domain);

export const colourOf = (series) =>
  isOverall(series) ? (dark.matches ? "#e6efeb" : "#17211e") : PALETTE[series.order % PALETTE.length];

export class Charts {
  constructor(elements) {
    this.charts = Object.entries(elements).map(([what, element]) => {
      const chart = echarts.init(element, null, { renderer: "canvas" });
      new ResizeObserver(() => chart.resize()).observe(element);
      return { what, chart };
    });
    echarts.connect(this.charts.map(({ chart }) => chart));
  }

  onThemeChange(action) {
    dark.addEventListener("change", action);
  }

  draw(series, kind) {
    const ink = dark.matches
      ? { text: "#93a59e", line: "#26332f", card: "#1d2926", strong: "#e6efeb" }
      : { text: "#5c6b66", line: "#e4eae7", card: "#ffffff", strong: "#17211e" };
    for (const { what, chart } of this.charts) chart.setOption(option(what, series, kind, ink), { replaceMerge: ["series"] });
  }
}

function option(what, series, kind, ink) {
  const lines = series.map((s) => line(what, s, kind));
  return {
    useUTC: true,
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.documentElement).fontFamily },
    grid: { left: 8, right: 16, top: 16, bottom: 4, containLabel: true },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      confine: true,
      order: "valueDesc",
      backgroundColor: ink.card,
      borderColor: ink.line,
      textStyle: { color: ink.strong, fontSize: 12 },
      axisPointer: { lineStyle: { color: ink.text }, label: { formatter: ({ value }) => moment(value) } },
      valueFormatter: (value) => figure(value ?? undefined) ?? "not defined",
    },
    xAxis: {
      type: "time",
      axisLine: { lineStyle: { color: ink.line } },
      axisLabel: { color: ink.text, hideOverlap: true, formatter: TIME_LABELS },
      splitLine: { show: false },
    },
    yAxis: {
      type: "value",
      ...range(lines),
      axisLabel: { color: ink.text, formatter: (v) => v.toFixed(2) },
      splitLine: { lineStyle: { color: ink.line } },
    },
    series: lines,
  };
}

function line(what, series, kind) {
  const points = series.curves[kind];
  return {
    id: keyOf(series),
    name: nameOf(series),
    type: "line",
    data: points.map((p) => [p.time, p[what] ?? null]),
    showSymbol: points.length < 3,
    symbolSize: 6,
    connectNulls: false,
    z: isOverall(series) ? 5 : 3,
    lineStyle: { width: isOverall(series) ? 2.6 : 1.6, type: "solid" },
    itemStyle: { color: colourOf(series) },
    emphasis: { disabled: true },
  };
}

/** The first figures, over few impressions, jump about: they may leave the picture rather than flatten the rest. */
function range(lines) {
  const values = lines.flatMap(({ data }) => data.map(([, y]) => y).filter((y) => y !== null));
  if (values.length === 0) return { min: 0.4, max: 1 };
  values.sort((a, b) => a - b);
  const at = (q) => values[Math.round(q * (values.length - 1))];
  const low = at(0.02);
  const high = at(0.98);
  const margin = Math.max(0.01, 0.12 * (high - low));
  const spread = high - low;
  const step = spread > 0.25 ? 10 : spread > 0.1 ? 20 : 100;
  return {
    min: Math.max(0, Math.floor((low - margin) * step) / step),
    max: Math.min(1, Math.ceil((high + margin) * step) / step),
  };
}
