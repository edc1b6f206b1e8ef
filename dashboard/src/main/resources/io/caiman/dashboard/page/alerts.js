// The alerts that are raised. Names and messages go in as text, never as markup.

import { moment } from "./format.js";

export function fillAlerts(list, alerts) {
  list.replaceChildren(...alerts.map(item));
}

function item(alert) {
  const li = document.createElement("li");
  li.append(part("b", alert.rule), part("span", about(alert), "about"), part("span", alert.message));
  li.append(part("time", `since ${moment(alert.sinceMs)}`));
  return li;
}

const about = ({ model, task, domain }) =>
  [model && `model ${model}`, task && `task ${task}`, domain !== undefined && `domain ${domain}`].filter(Boolean).join(", ");

function part(tag, text, className = "") {
  const element = document.createElement(tag);
  element.textContent = text;
  element.className = className;
  return element;
}
