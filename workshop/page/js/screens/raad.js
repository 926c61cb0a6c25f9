// Screen 4: guess before the outcome; a dot on a scale, for two numbers, and who notices most.
import { button, fixed, h, heading, put } from "../dom.js";
import { send, store } from "../store.js";
import { grouped } from "../language.js";
import { w } from "../words.js";

const WHO = ["seniors", "families", "starters", "nobody"];

// A quarter of the scale, round and whole: the scale goes to about half of what moves anyway, so that it gives nothing away.
function quarter() {
  const effects = store.place.cards.flatMap((card) => Object.values(card.alone ?? {})).filter(Boolean);
  const base = effects.map((one) => one.senior_moves?.base?.v).find(Number.isFinite) ?? 4000;
  return Math.ceil(base / 8 / power(base / 8)) * power(base / 8);
}

const power = (number) => 10 ** Math.floor(Math.log10(Math.max(1, number)));

export function raad({ go, redraw }) {
  let guess = null;
  const place = async () => {
    const { letters } = store.state.package;
    if (await send({ kind: "guess", ...(guess ?? first()) })) go("uitkomst", undefined, letters);
  };
  const first = () => store.state.guesses[store.state.package.letters] ?? { moves: 0, chains: 0, gains: "seniors" };
  const set = (key, value, draw) => { guess = { ...(guess ?? first()), [key]: value }; if (draw) redraw(); };
  return {
    draw(main, what) {
      if (what === "state" && main.childElementCount && !letterChange()) return;
      const now = guess ?? first();
      const part = quarter();
      put(main, heading(w("guessTitle")), h("p", { class: "lead" }, w("guessLead")),
        store.state.package.cards.length ? [
          scale("moves", w("guessMoves").replace("{n}", String(store.place.months / 12)), now.moves, part, set), scale("chains", w("guessChain"), now.chains, 2 * part, set),
          h("p", { class: "soft" }, w("guessArrows")),
          h("fieldset", { class: "gainers" }, h("legend", {}, w("guessWho")), WHO.map((one) => h("label", {},
            h("input", { type: "radio", name: "gains", id: `gains-${one}`, checked: now.gains === one, on: { change: () => set("gains", one) } }), ` ${w(one)}`))),
          h("p", { class: "acts" }, button("place-dot", w("placeDot"), place, { class: "main" }))]
          : [h("p", {}, w("guessEmpty")), h("p", { class: "acts" }, button("to-cards", w("toCards"), () => go("kaarten"), { class: "main" }))]);
    },
  };
}

let seen = null;
function letterChange() {
  const now = store.state.package.letters;
  const changed = now !== seen;
  seen = now;
  return changed;
}

function scale(key, text, value, part, set) {
  const output = h("output", { id: `said-${key}`, for: `guess-${key}`, "data-fixed": "eigen gok" }, grouped(value));
  const move = (event) => {
    output.textContent = grouped(Number(event.target.value));
    event.target.setAttribute("aria-valuetext", `${output.textContent}: ${text}`);
    set(key, Number(event.target.value));
  };
  return h("div", { class: "scale" }, h("label", { for: `guess-${key}`, "data-fixed": "vraag" }, text), output,
    h("input", { type: "range", id: `guess-${key}`, min: -part, max: 4 * part, step: Math.max(1, power(part) / 10), value, "aria-valuetext": `${grouped(value)}: ${text}`, on: { input: move } }),
    h("div", { class: "marks", "aria-hidden": "true" }, [-1, 0, 1, 2, 3, 4].map((at) => h("span", {}, fixed(grouped(at * part), "schaal")))));
}
