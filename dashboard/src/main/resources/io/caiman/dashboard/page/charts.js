// Charts. Everything is drawn on canvas, names included, so no name is ever read as markup.

import { isOverall } from "./store.js";
import { moment } from "./format.js";
import { isDark } from "./theme.js";

const PALETTE = ["#4c78d8", "#e8a512", "#e5604d", "#39a98c", "#a463f2", "#c2698f", "#6f9c2f", "#3fa9d6", "#a0704b", "#8b93a3"];
const TIME_LABELS = {
  year: "{yyyy}",
  month: "{d} {MMM}",
  day: "{d} {MMM}",
  hour: "{HH}:{mm}",
  minute: "{HH}:{mm}",
  second: "{HH}:{mm}:{ss}",
};
const charts = new WeakMap();

export const colour = (i) => PALETTE[i % PALETTE.length];

export const colourOf = (series) => (isOverall(series) ? ink().strong : colour(series.order));

/** Where the colours are used up, lines are dashed. */
export const dashOf = (series) => (isOverall(series) ? "solid" : ["solid", "dashed", "dotted"][Math.floor(series.order / PALETTE.length) % 3]);

const ink = () =>
  isDark()
    ? { text: "#93a59e", line: "#26332f", card: "#1d2926", page: "#16201d", strong: "#e6efeb" }
    : { text: "#5c6b66", line: "#e4eae7", card: "#ffffff", page: "#ffffff", strong: "#17211e" };

/** The chart in an element, made when first asked for. */
function chartIn(element) {
  let chart = charts.get(element);
  if (chart === undefined) {
    chart = echarts.init(element, null, { renderer: "canvas" });
    charts.set(element, chart);
    new ResizeObserver(() => chart.resize()).observe(element);
  }
  return chart;
}

/** Moves the pointer of several charts together. */
export const connect = (elements) => echarts.connect(elements.map(chartIn));

/** Saves the charts in these elements as one PNG file each. */
export function savePng(elements, name) {
  elements.forEach((element, i) => {
    const link = document.createElement("a");
    link.href = chartIn(element).getDataURL({ type: "png", pixelRatio: 2, backgroundColor: ink().page });
    link.download = elements.length === 1 ? `${name}.png` : `${name}-${i + 1}.png`;
    link.click();
  });
}

/**
 * Draws lines of figures by event time.
 *
 * @param lines [{id, name, colour, dash, bold, points: [[time, value or null]]}]
 * @param show a value as text
 * @param form {min, max, log, stacked}
 */
export function drawLines(element, lines, show, form = {}) {
  const drawn = lines.map(({ id, name, colour, dash = "solid", bold, points }) => ({
    id,
    name,
    type: "line",
    data: points,
    showSymbol: points.length < 3,
    symbolSize: 6,
    connectNulls: false,
    z: bold ? 5 : 3,
    lineStyle: { width: form.stacked ? 0 : bold ? 2.6 : 1.6, type: dash },
    itemStyle: { color: colour },
    emphasis: { disabled: true },
    ...(form.stacked ? { stack: "all", areaStyle: { opacity: 0.75 }, symbol: "none" } : {}),
  }));
  const value = { ...range(drawn), ...form };
  chartIn(element).setOption(
    {
      ...base(show, "valueDesc"),
      tooltip: {
        ...base(show).tooltip,
        axisPointer: { lineStyle: { color: ink().text }, label: { formatter: ({ value: at }) => moment(at) } },
      },
      xAxis: {
        type: "time",
        axisLine: { lineStyle: { color: ink().line } },
        axisLabel: { color: ink().text, hideOverlap: true, formatter: TIME_LABELS },
        splitLine: { show: false },
        ...(form.stacked ? { splitNumber: 2 } : {}),
      },
      yAxis: valueAxis(form.log ? "log" : "value", form.log ? {} : value, (v) => axisText(v)),
      series: drawn,
    },
    { replaceMerge: ["series", "yAxis"] },
  );
}

/** Draws values in order, such as singular values; lines as in drawLines, their points plain values. */
export function drawRanked(element, lines, show, { log = false } = {}) {
  const longest = Math.max(1, ...lines.map(({ points }) => points.length));
  chartIn(element).setOption(
    {
      ...base(show, "seriesAsc"),
      xAxis: {
        type: "category",
        data: Array.from({ length: longest }, (_, i) => String(i + 1)),
        axisLine: { lineStyle: { color: ink().line } },
        axisLabel: { color: ink().text },
        axisTick: { show: false },
      },
      yAxis: valueAxis(log ? "log" : "value", log ? {} : { min: 0 }, axisText),
      series: lines.map(({ id, name, colour, points }) => ({
        id,
        name,
        type: "line",
        data: points.map((p) => (log && !(p > 0) ? null : p)),
        symbolSize: 5,
        lineStyle: { width: 1.8 },
        itemStyle: { color: colour },
        emphasis: { disabled: true },
      })),
    },
    { replaceMerge: ["series", "xAxis", "yAxis"] },
  );
}

const axisText = (v) => (Math.abs(v) >= 10_000 ? `${v / 1000}k` : Math.abs(v) >= 100 || v === 0 ? String(v) : Math.abs(v) < 0.01 ? v.toExponential(0) : String(Number(v.toFixed(3))));

const base = (show, order) => ({
  useUTC: true,
  animation: false,
  textStyle: { fontFamily: getComputedStyle(document.documentElement).fontFamily },
  grid: { left: 8, right: 16, top: 16, bottom: 4, containLabel: true },
  tooltip: {
    trigger: "axis",
    renderMode: "richText",
    confine: true,
    order,
    backgroundColor: ink().card,
    borderColor: ink().line,
    textStyle: { color: ink().strong, fontSize: 12 },
    valueFormatter: (value) => (value === null || value === undefined ? "not defined" : show(value)),
  },
});

const valueAxis = (type, range, formatter) => ({
  type,
  ...("min" in range ? { min: range.min } : {}),
  ...("max" in range ? { max: range.max } : {}),
  // Ends that are no round numbers would stand close to a round one.
  axisLabel: { color: ink().text, formatter, showMinLabel: roundEnd(range.min), showMaxLabel: roundEnd(range.max) },
  splitLine: { lineStyle: { color: ink().line } },
});

const roundEnd = (end) => (end === undefined || end === 0 || end === 1 ? undefined : false);

/** The first figures, over few impressions, jump about: they may leave the picture rather than flatten the rest. */
function range(lines) {
  const values = lines.flatMap(({ data }) => data.map(([, y]) => y).filter((y) => y !== null));
  if (values.length === 0) return {};
  values.sort((a, b) => a - b);
  const at = (q) => values[Math.round(q * (values.length - 1))];
  const low = at(0.02);
  const high = at(0.98);
  const spread = high - low || Math.abs(high) || 1;
  const step = 10 ** Math.floor(Math.log10(spread / 2));
  const rounded = (x, round) => Number((round(x / step) * step).toPrecision(12));
  return {
    min: low >= 0 ? Math.max(0, rounded(low - 0.12 * spread, Math.floor)) : rounded(low - 0.12 * spread, Math.floor),
    max: rounded(high + 0.12 * spread, Math.ceil),
  };
}

const SPARK = { width: 150, height: 30, points: 80 };

/** A small line of the latest points as SVG; gaps where a value is undefined. */
export function sparkline(values, colour) {
  const svg = svgElement("svg", { width: SPARK.width, height: SPARK.height, viewBox: `0 0 ${SPARK.width} ${SPARK.height}`, class: "spark", "aria-hidden": "true" });
  const shown = values.slice(-SPARK.points);
  const defined = shown.filter((v) => v !== undefined);
  if (defined.length < 2) return svg;
  const low = Math.min(...defined);
  const spread = Math.max(Math.max(...defined) - low, 0.01);
  const x = (i) => 2 + (i * (SPARK.width - 6)) / (shown.length - 1);
  const y = (v) => SPARK.height - 3 - ((v - low) / spread) * (SPARK.height - 6);
  let path = "";
  shown.forEach((v, i) => {
    if (v !== undefined) path += `${i > 0 && shown[i - 1] !== undefined ? "L" : "M"}${x(i).toFixed(1)} ${y(v).toFixed(1)}`;
  });
  svg.append(svgElement("path", { d: path, fill: "none", stroke: colour, "stroke-width": "1.6", "stroke-linejoin": "round" }));
  const last = shown.length - 1;
  if (shown[last] !== undefined) svg.append(svgElement("circle", { cx: x(last).toFixed(1), cy: y(shown[last]).toFixed(1), r: "2.2", fill: colour }));
  return svg;
}

function svgElement(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
