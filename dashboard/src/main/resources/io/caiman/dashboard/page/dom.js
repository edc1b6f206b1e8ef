// Making and finding elements. Text goes in as text, never as markup: names in a log are hostile input.

export const element = (id) => document.getElementById(id);

export const setText = (id, text) => {
  const there = element(id);
  if (there.textContent !== text) there.textContent = text;
};

/** An element with properties and attributes, and with children that are elements or texts. */
export function make(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** A table's cell; what is undefined is a dash that says why. */
export function cell(text, whyNot, className = "") {
  if (text !== undefined) return make("td", { className }, text);
  return make("td", {}, make("span", { className: "undefined", title: whyNot, role: "img", ariaLabel: whyNot }, "–"));
}

/** A cell with a bar of a share from 0 to 1. */
export function bar(share) {
  const percent = share === undefined ? "–" : `${(100 * share).toFixed(share < 1 && share > 0.999 ? 2 : 0)} %`;
  return make("td", { className: "wide" }, make("progress", { max: 1, value: share ?? 0 }), make("span", { className: "percent" }, percent));
}

/** Buttons of which one is pressed; made anew only when the choices change. */
export function segments(group, choices, chosen, choose) {
  const names = JSON.stringify(choices.map(({ value }) => value));
  if (group.dataset.choices !== names) {
    group.dataset.choices = names;
    group.replaceChildren(
      ...choices.map(({ value, label, title = "" }) => {
        const button = make("button", { type: "button", title }, label);
        button.addEventListener("click", () => choose(value));
        return button;
      }),
    );
  }
  choices.forEach(({ value }, i) => group.children[i].setAttribute("aria-pressed", String(value === chosen)));
}

/** A select's options; made anew only when they change. */
export function options(select, choices, chosen) {
  const names = JSON.stringify(choices);
  if (select.dataset.choices !== names) {
    select.dataset.choices = names;
    select.replaceChildren(...choices.map(({ value, label }) => new Option(label, value)));
  }
  select.value = chosen;
}
