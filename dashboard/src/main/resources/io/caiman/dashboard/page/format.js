// Numbers and times as people read them. Times are UTC, as everywhere in the log.

const whole = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
const date = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", year: "numeric", month: "short", day: "numeric" });
const clock = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", hour: "2-digit", minute: "2-digit", second: "2-digit" });

export const count = (n) => whole.format(n);
export const share = (x) => (x === undefined ? undefined : `${(100 * x).toFixed(2)} %`);
export const figure = (x) => (x === undefined ? undefined : x.toFixed(4));
export const ratio = (x) => (x === undefined ? undefined : x.toFixed(3));
export const signed = (x) => {
  if (x === undefined) return undefined;
  const digits = Math.abs(x).toFixed(4);
  return Number(digits) === 0 ? digits : `${x < 0 ? "\u2212" : "+"}${digits}`;
};
export const rate = (x) => (x < 10 ? x.toFixed(1) : count(x));
export const small = (x) => (x === undefined ? undefined : Math.abs(x) >= 0.001 ? x.toFixed(4) : x.toExponential(2));
export const day = (ms) => date.format(ms);
export const time = (ms) => `${clock.format(ms)} UTC`;
export const moment = (ms) => `${day(ms)} ${clock.format(ms)}`;
