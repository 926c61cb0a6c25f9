// One card of the menu: its front, and its back with three doses in people and euros, who pays, and what is known of it.
import { eur, fixed, h, num, said, tongue } from "./dom.js";
import { chance, full, runs } from "./effects.js";
import { cardOf, mayShow, send, store } from "./store.js";
import { w } from "./words.js";

const DOSES = ["klein", "gewoon", "groot"];
const DOTS = { klein: "●○○", gewoon: "●●○", groot: "●●●" };

export const laid = (kind, key) => store.state?.package[kind].find(([card]) => card === key)?.[1] ?? null;

// What a dose is: people, an amount with its unit, euros a year; or why it cannot be.
export function doseLine(dose) {
  if (!dose) return "";
  if (dose.why_not) return tongue(dose.why_not);
  return [num(dose.amount) ?? "", " ", h("span", { "data-fixed": "eenheid" }, tongue(dose.unit)), dose.people ? [" · ", w("people"), " ", num(dose.people)] : "", " · ", priceOf(dose)];
}

function priceOf(dose) {
  if (dose.price === "none") return w("noPrice");
  if (!dose.eur_per_year) return w("priceNotYet");
  return [eur(dose.eur_per_year), ` ${w("perYear")}`, dose.price === "in part" ? ` (${w("partPrice")})` : ""];
}

// The mark of its evidence, and what the mark does not say: nowhere a trial.
export const evidenceMark = (card) => `${tongue(card.evidence.mark)}${card.evidence.but ? `, ${tongue(card.evidence.but)}` : ""}`;

export function mark(card) {
  return [h("span", { class: "mark", "data-fixed": "bewijs" }, tongue(card.evidence.mark)), ": ", h("span", { "data-fixed": "bewijs" }, tongue(card.evidence))];
}

// kind: "cards" (the package) or "done" (what the place does already).
export function tile(card, kind, { open, turn }) {
  const now = laid(kind, card.key);
  const done = kind === "cards" && laid("done", card.key);
  return h("li", { class: ["tile", now ? `on ${kind}` : "", done ? "already" : "", open ? "open" : ""].join(" ") },
    h("button", { type: "button", id: `card-${card.key}`, class: "face", "aria-expanded": open ? "true" : "false", "aria-controls": open ? `back-${card.key}` : null, on: { click: () => turn(card.key) } },
      h("span", { class: "name" }, tongue(card)),
      h("span", { class: "state" }, h("span", { class: "mark", "data-fixed": "bewijs" }, evidenceMark(card)),
        now ? h("span", { class: "dots" }, h("span", { "aria-hidden": "true" }, DOTS[now]), " ", w(now)) : "",
        done ? h("span", { class: "dots" }, `${w("doneAlready")}: ${w(done)}`) : "")),
    open ? back(card, kind, now) : "");
}

const PAUSE = 250; // milliseconds in which arrow keys may pass by a dose that is not meant
let keyed = false;
let waiting = 0;
addEventListener("keydown", () => { keyed = true; }, true);
addEventListener("pointerdown", () => { keyed = false; }, true);

function back(card, kind, now) {
  const choose = (dose) => () => {
    clearTimeout(waiting);
    waiting = setTimeout(send, keyed ? PAUSE : 0, { kind: kind === "done" ? "done" : "card", key: card.key, dose });
  };
  const radio = (dose, text, line, off) => h("label", { class: `dose${off ? " off" : ""}` },
    h("input", { type: "radio", name: `dose-${card.key}`, id: `dose-${card.key}-${dose ?? "none"}`, value: dose ?? "none", checked: now === dose, disabled: off, on: { change: choose(dose) } }),
    h("span", {}, h("b", {}, text), line ? [" ", h("span", { class: "line" }, line)] : ""));
  return h("div", { id: `back-${card.key}`, class: "back" },
    h("p", { class: "said", "data-fixed": "omschrijving" }, tongue(card.line)),
    h("fieldset", {}, h("legend", {}, w("howMuch")),
      radio(null, w(kind === "done" ? "notDone" : "notLaid")),
      DOSES.map((dose) => radio(dose, w(dose), doseLine(card.doses[dose]), Boolean(card.doses[dose]?.why_not) || !card.doses[dose]))),
    h("dl", { class: "facts" }, h("dt", {}, w("pays")), h("dd", {}, tongue(card.payer)),
      card.deliverer ? [h("dt", {}, w("delivers")), h("dd", {}, tongue(card.deliverer))] : "",
      h("dt", {}, w("evidence")), h("dd", {}, mark(card))),
    card.settings ? h("details", { id: `exact-${card.key}` }, h("summary", {}, w("exactly")), h("p", {}, said(card.settings))) : "",
    kind === "cards" ? alone(card, now ?? "gewoon") : "");
}

// The prepared result of this card alone, marked as that, with how often it was run; `beside`: the effect of the package that it stands next to.
export function alone(card, dose, beside = null) {
  const came = store.alone?.card === card.key && store.alone.dose === dose ? store.alone : null;
  const effects = came?.effects ?? card.alone?.[dose];
  const one = effects?.senior_moves;
  if (!mayShow()) {
    return h("div", { class: "alone", id: `alone-${card.key}` }, h("p", {}, w("afterGuess")));
  }
  return h("div", { class: "alone", id: `alone-${card.key}` },
    h("p", {}, h("b", {}, w("aloneCard")), " (", w(dose), ") ", one?.difference
      ? [num(one.difference), ` ${w("extraMoves")} `, period(), ". ", w("byChance"), ": ", chance(one), ". ", w("byAll"), ": ", full(one), ". ", h("span", { class: "runs" }, w("aloneRuns"), " ", runs(one), ".")]
      : tongue(came?.why) || w("aloneNone")),
    one?.difference && beside && beside.worlds !== one.worlds ? h("p", {}, w("packageRuns"), " ", runs(beside), ". ", w("otherRuns")) : "",
    one?.difference ? h("p", { class: "soft" }, w("aloneNote")) : "");
}

// How long the run is, in years.
export const period = () => [fixed(store.place.months / 12, "jaren"), ` ${w("yearsLong")}`];

export const nameOfCard = (key) => tongue(cardOf(key));

// What the package costs a year: at once from the doses where the server adds them up, else as the outcome has it.
export function costNow() {
  const { cost, package: now } = store.state;
  const made = store.outcomes.get(now.letters)?.money;
  const year = cost ? cost.year : made?.price === "none" ? null : (made?.year ?? null);
  return { year, known: Boolean(cost || made), lacking: cost?.without_price ?? [] };
}

export function costSaid() {
  const { year, known, lacking } = costNow();
  if (!known) return w("costUnknown");
  return year ? [eur(year), ` ${w("perYear")}`, lacking.length ? ` (${w("partPrice")})` : ""] : w("noPrice");
}
