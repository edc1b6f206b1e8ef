// How a model does while it learns: collapse of embeddings, what the experts share, how domains mix them.

import { colour, drawLines, drawRanked, savePng } from "../charts.js";
import { element, make, options, segments, setText } from "../dom.js";
import { count, ratio, share, small } from "../format.js";

const MOST_GATES = 24;
// A spectrum that falls below this share is drawn on a logarithmic axis.
const STEEP = 0.05;
const GROUPS = { FREQUENT: "Frequent ids", RARE: "Rare ids" };
const charts = ["abundance", "spectrum", "covariance", "entropy"].map((name) => `chart-${name}`);
let fetched = { model: undefined, step: -1, health: undefined };
let fetching = false;

export function start() {
  element("health-png").addEventListener("click", () => savePng(charts.map(element), "caiman-health"));
}

export function show(context) {
  const { store, subject } = context;
  const told = store.health.find((h) => h.model === subject.model);
  element("health-none").hidden = told !== undefined;
  if (told !== undefined && !fetching && (fetched.model !== told.model || fetched.step !== told.step)) fetchHealth(told, context.showSoon);
  if (fetched.model === subject.model && fetched.health !== undefined) fill(fetched.health, context);
}

/** The whole history of one model, when it has told more. */
async function fetchHealth(told, then) {
  fetching = true;
  try {
    const answer = await fetch(`api/health?${new URLSearchParams({ model: told.model })}`);
    if (answer.ok) fetched = { model: told.model, step: told.step, health: await answer.json() };
  } catch {
    // The stream tells that the dashboard does not answer; asked again with the next report.
  }
  setTimeout(() => {
    fetching = false;
    then();
  }, 1500);
  then();
}

function fill(health, { view, go }) {
  const last = health.learning[health.learning.length - 1];
  element("health-warnings").hidden = health.warnings.length === 0;
  element("health-warning-list").replaceChildren(...health.warnings.map((w) => make("li", {}, w)));
  setText("health-steps", count(health.step));
  setText("health-skipped", health.skippedSteps === 0 ? "none skipped" : `${count(health.skippedSteps)} skipped: ${health.lastSkipped ?? ""}`);
  setText("health-entropy", small(last?.crossEntropy) ?? "–");
  setText("health-covariance", small(last?.covarianceLoss) ?? "–");
  setText("health-gradient", small(last?.gradientNorm) ?? "–");
  setText("health-weights", small(last?.weightNorm) ?? "–");

  const domains = [...new Set(health.abundances.map((a) => a.domain))];
  const domain = domains.includes(view.get("domain")) ? view.get("domain") : domains[0];
  options(element("health-domain"), domains.map((d) => ({ value: d, label: d })), domain);
  element("health-domain").onchange = (event) => go({ domain: event.target.value });
  const group = GROUPS[view.get("ids")] ? view.get("ids") : "FREQUENT";
  segments(element("health-groups"), Object.entries(GROUPS).map(([value, label]) => ({ value, label })), group, (ids) => go({ ids }));

  const sets = health.abundances.filter((a) => a.domain === domain && a.group === group).sort((a, b) => a.embeddingSet - b.embeddingSet);
  const named = (a) => ({ id: String(a.embeddingSet), name: `Embedding set ${a.embeddingSet + 1}`, colour: colour(a.embeddingSet) });
  drawLines(element("chart-abundance"), sets.map((a) => ({ ...named(a), points: a.curve.map((p) => [p.time, p.value]) })), ratio);
  drawRanked(element("chart-spectrum"), sets.map((a) => ({ ...named(a), points: a.spectrum })), small, { log: sets.some((a) => a.spectrum.some((s) => s < STEEP)) });
  const learning = (name, of) => [{ id: name, name, colour: colour(0), points: health.learning.map((p) => [p.time, of(p) ?? null]) }];
  drawLines(element("chart-covariance"), learning("Covariance loss", (p) => (p.covarianceLoss > 0 ? p.covarianceLoss : undefined)), small, { log: true });
  drawLines(element("chart-entropy"), learning("Cross-entropy", (p) => p.crossEntropy), small);
  fillGates(health);
}

function fillGates(health) {
  const gates = health.gates.slice(0, MOST_GATES);
  element("gates-section").hidden = gates.length === 0;
  const experts = Math.max(0, ...gates.map((g) => g.curve[g.curve.length - 1].shares.length));
  const legend = Array.from({ length: experts }, (_, e) => {
    const mark = make("span", { className: "swatch" });
    mark.style.backgroundColor = colour(e);
    const silence = health.experts.find((x) => x.expert === e)?.silence;
    return make("span", { className: "key" }, mark, `Expert ${e + 1}${silence === undefined ? "" : `, ${share(silence)} of its outputs 0`}`);
  });
  const more = health.gates.length > gates.length ? [make("span", {}, `the first ${gates.length} of ${health.gates.length} domains`)] : [];
  element("gates-hint").replaceChildren(...legend, ...more);
  const grid = element("gates");
  const names = JSON.stringify(gates.map((g) => g.domain));
  if (grid.dataset.names !== names) {
    grid.dataset.names = names;
    grid.replaceChildren(
      ...gates.map((g) => {
        const area = make("div", { className: "area", role: "img", ariaLabel: `Weight of each expert in domain ${g.domain} by event time` });
        return make("figure", {}, make("figcaption", {}, make("b", {}, g.domain), make("span", { className: "hint" })), area);
      }),
    );
  }
  gates.forEach((gate, i) => {
    const figure = grid.children[i];
    figure.querySelector(".hint").textContent = gate.entropy === undefined ? "" : `entropy ${gate.entropy.toFixed(3)} of 1`;
    drawLines(
      figure.querySelector(".area"),
      Array.from({ length: experts }, (_, e) => ({ id: String(e), name: `Expert ${e + 1}`, colour: colour(e), points: gate.curve.map((p) => [p.time, p.shares[e] ?? null]) })),
      share,
      { min: 0, max: 1, stacked: true },
    );
  });
}
