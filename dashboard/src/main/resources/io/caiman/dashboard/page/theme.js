// Light, dark, or as the system; remembered by this browser.

const KEY = "caiman-theme";
const CHOICES = ["system", "light", "dark"];
const system = matchMedia("(prefers-color-scheme: dark)");

let chosen = CHOICES.includes(localStorage.getItem(KEY)) ? localStorage.getItem(KEY) : "system";

export const isDark = () => (chosen === "system" ? system.matches : chosen === "dark");

export function startTheme(button, onChange) {
  const show = () => {
    document.documentElement.dataset.theme = chosen;
    button.textContent = { system: "Theme: system", light: "Theme: light", dark: "Theme: dark" }[chosen];
  };
  button.addEventListener("click", () => {
    chosen = CHOICES[(CHOICES.indexOf(chosen) + 1) % CHOICES.length];
    localStorage.setItem(KEY, chosen);
    show();
    onChange();
  });
  system.addEventListener("change", onChange);
  show();
}
