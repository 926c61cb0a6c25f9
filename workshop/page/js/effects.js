// How an effect is shown: the difference with both margins, how sure it is, in words; and bars on one axis.
import { h, num, s, span, spoken, tongue } from "./dom.js";
import { store } from "./store.js";
import { w } from "./words.js";

export const nameOf = (indicator) => tongue(store.place.indicators?.[indicator]) || indicator.replaceAll("_", " ");

// In words what an effect is; a 0 or an equal says why.
export function sure(effect) {
  if (!effect.difference) return tongue(effect.why) || w("notSaid");
  if (effect.difference.v === 0 && (!effect.lower || (effect.lower.v === 0 && effect.upper.v === 0))) return tongue(effect.why) || w("exactZero");
  if (!effect.lower) return w("oneWorld");
  if (!effect.sure) return w("unsure");
  return effect.noticed ? w("sureBig") : w("sureSmall");
}

// What "larger than chance" is here, and what the check of the report adds to it.
export const chanceNote = (effects) => {
  const known = effects.filter((one) => one?.lower);
  return known.length ? h("p", { class: "soft chancenote" }, [w("chanceNote"), w(known.every((one) => one.checked) ? "chanceChecked" : "chanceUnchecked"), w("noticeNote")].join(" ")) : "";
};

const oneText = (effect) => effect.lower && tongue(effect.lower.t) === tongue(effect.upper.t);
export const chance = (effect) => (oneText(effect) ? w("hardlyAny") : (span(effect, "", w("to")) ?? w("oneWorld")));
export const full = (effect) => span(effect, "_full", w("to")) ?? (tongue(effect.why_no_full) || w("noFull"));

// How many times something was run of which a number is shown.
export const runs = (effect) => (effect?.worlds === 1 ? w("playedOnce") : effect?.runs ? [num(effect.runs), ` ${w("worlds")}`] : "");

const cell = (label, ...content) => h("td", { "data-label": label }, content);

// The name of what is counted, with its unit.
export const named = (key, effect) => [nameOf(key), " ", h("small", { class: "unit", "data-fixed": "eenheid" }, `(${tongue(effect.unit)})`)];

export function table(effects, caption) {
  return h("table", { class: "cards" }, h("caption", {}, caption),
    h("thead", {}, h("tr", {}, ["what", "difference", "byChance", "byAll", "without", "howSure"].map((key) => h("th", { scope: "col" }, w(key))))),
    h("tbody", {}, Object.entries(effects).map(([key, effect]) => h("tr", {},
      h("th", { scope: "row" }, named(key, effect)),
      cell(w("difference"), num(effect.difference) ?? tongue(effect.why)),
      cell(w("byChance"), chance(effect)), cell(w("byAll"), full(effect)),
      cell(w("without"), num(effect.base) ?? "–"), cell(w("howSure"), sure(effect))))));
}

// Ends of an axis that holds all these effects and 0.
export function reach(effects) {
  const all = effects.filter(Boolean).flatMap((one) => [one.difference, one.lower, one.upper, one.lower_full, one.upper_full].filter(Boolean).map((end) => end.v));
  const [low, high] = [Math.min(0, ...all), Math.max(0, ...all)];
  const room = (high - low || 1) * 0.06;
  return [low - room, high + room];
}

const WIDTH = 600;
export function bar(effect, [low, high], label, look = "") {
  const x = (value) => (WIDTH * (value - low)) / (high - low);
  const line = (a, b, kind) => (a && b ? s("line", { class: kind, x1: x(a.v), x2: x(b.v), y1: 18, y2: 18 }) : "");
  const said = [label, spoken({ nl: tongue(effect.difference?.t), en: tongue(effect.difference?.t) })].join(": ");
  return s("svg", { class: `effect ${look}`, viewBox: `0 0 ${WIDTH} 36`, role: "img", "aria-label": said, preserveAspectRatio: "none" },
    s("line", { class: "zero", x1: x(0), x2: x(0), y1: 0, y2: 36 }),
    line(effect.lower_full, effect.upper_full, "thin"), line(effect.lower, effect.upper, "thick"),
    effect.difference ? s("line", { class: "point", x1: x(effect.difference.v), x2: x(effect.difference.v), y1: 6, y2: 30 }) : "");
}
