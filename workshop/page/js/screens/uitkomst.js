// Screen 5: the outcome draws itself; sentences with both margins, money, who gains, and the last change again.
import { button, eur, h, heading, num, put, said, spoken, tongue } from "../dom.js";
import { lineChart, play, soFar } from "../chart.js";
import { alone } from "../card.js";
import { bar, chance, chanceNote, named, nameOf, reach, sure, table } from "../effects.js";
import { grouped } from "../language.js";
import { announce, why } from "../say.js";
import { cardOf, carryOn, complain, fetchOutcome, letters, lineOf, mayShow, stopWork, store } from "../store.js";
import { w } from "../words.js";

const played = new Map(); // letters -> months that were drawn

export function uitkomst({ go, redraw }) {
  let run = null; // ends the animation
  let chart = null;
  let asked = null;
  const ask = () => {
    const now = letters();
    if (now === asked || !store.state.package.cards.length) return;
    asked = now;
    fetchOutcome(now).catch((error) => { if (!error.notYet) complain(error); });
  };
  const halt = () => { if (run) played.set(letters(), Math.max(played.get(letters()) ?? 0, run())); run = null; };
  const draw = (main) => {
    const { package: laid } = store.state;
    if (!laid.cards.length) return empty(main, go);
    if (!mayShow()) return gate(main, go, () => { store.unguessed = true; redraw(); });
    ask();
    chart = whole(main, again);
    start();
  };
  const start = () => {
    const of = letters();
    run = play({
      from: played.get(of) ?? 0, rows: () => lineOf(of), draw: (rows) => chart?.redraw(rows),
      done: (shown) => { played.set(of, shown); return shown >= store.place.months || store.stopped || (shown >= lineOf(of).length && Boolean(store.outcomes.get(of)?.line)); },
    });
  };
  const again = () => { halt(); played.set(letters(), 0); announce(`${w("replay")}. ${tongue(lastChange()?.said)}`); redraw(); };
  return {
    keys: (key) => key === "r" && document.getElementById("replay") && (again(), true),
    end: halt,
    draw(main, what, about) {
      if (what === "slice") { if (about.letters === letters()) slice(main); return; }
      if (what === "outcome" && about.letters !== letters()) return;
      halt();
      draw(main);
      const one = store.outcomes.get(letters());
      if (what === "outcome" && one?.sentences?.length) announce(spoken(one.sentences[0]));
    },
  };
  function slice(main) {
    if (!chart || !main.querySelector("svg.line")) { draw(main); return; }
    const line = document.getElementById("so-far");
    if (line) put(line, soFar(store.lines.get(letters())?.now?.so_far));
    if (main.dataset.scale !== scaleOf()) { halt(); draw(main); }
  }
}

// The scale of the picture follows what is known: it is drawn again when the line outgrows it.
const scaleOf = () => { const all = lineOf(letters()); return String(Math.ceil(Math.log2(1 + Math.max(0, ...all.map(Math.abs))))); };

const empty = (main, go) => put(main, heading(w("outcomeTitle")), h("p", {}, w("noCards")),
  h("p", { class: "acts" }, button("to-cards", w("toCards"), () => go("kaarten"), { class: "main" })));

const gate = (main, go, skip) => put(main, heading(w("outcomeTitle")), h("p", { class: "lead" }, w("gate")),
  h("p", { class: "acts" }, button("to-guess", w("toGuess"), () => go("raad"), { class: "main" }), button("no-guess", w("noGuess"), skip)));

// The last line of the history that changed the package, and how the package was before it.
export const lastChange = () => store.state.history.findLast((one) => one.letters && one.before !== one.letters);

function before() {
  const other = lastChange()?.before;
  return other && other !== letters() ? lineOf(other) : [];
}

function whole(main, again) {
  const now = letters();
  const one = store.outcomes.get(now);
  const effect = one?.effects?.senior_moves;
  const guess = store.state.guesses[now];
  const earlier = before();
  main.dataset.scale = scaleOf();
  const chart = lineChart({
    months: store.place.months, start: store.place.start, mine: [], before: earlier, guess: guess?.moves, effect,
    title: w("lineTitle"), alt: one?.sentences?.length ? spoken(one.sentences[0]) : w("lineAlt"),
  });
  const room = lineOf(now);
  if (room.length && !effect) Object.assign(chart, lineChart({ months: store.place.months, start: store.place.start, mine: room, before: earlier, guess: guess?.moves, title: w("lineTitle"), alt: w("lineAlt") }));
  const last = lastChange();
  put(main, heading(w("outcomeTitle")),
    h("p", { class: "last" }, last ? [h("b", {}, `${w("lastChange")} `), h("span", { "data-fixed": "geschiedenis" }, tongue(last.said)), " "] : "",
      button("replay", w("replay"), again, { "aria-keyshortcuts": "r" }),
      store.stopped ? button("carry-on", w("carryOn"), carryOn) : button("stop", w("stop"), stopWork)),
    h("div", { class: "outcome" },
      h("figure", {}, h("figcaption", {}, h("b", {}, w("lineTitle")), " ", h("span", { class: "runs" }, status(one))), chart.picture,
        h("p", { class: "soft", id: "so-far" }, soFar(store.lines.get(now)?.now?.so_far)),
        h("p", { class: "legend" }, h("span", { class: "key-thick" }), ` ${w("thick")} `, h("span", { class: "key-thin" }), ` ${w("thin")} `, h("span", { "aria-hidden": "true" }, "○"), ` ${w("dotIsMean")} `,
          guess ? [h("span", { class: "key-guess", "aria-hidden": "true" }, "◆"), ` ${w("yourGuess")} `, h("span", { "data-fixed": "eigen gok" }, grouped(guess.moves))] : "",
          earlier.length ? [" ", h("span", { class: "key-before" }), ` ${w("replayNote")}`] : "")),
      h("div", { class: "sayings" }, one?.sentences?.length ? [h("ul", { class: "sentences" }, one.sentences.map((item) => h("li", {}, said(item)))), h("p", { class: "soft" }, w("ofTheModel"))] : h("div", {}, store.failed ? why(store.failed.said, store.failed.original, "failed-why") : w(lineOf(now).length ? "drawing" : store.ready ? "startsSoon" : "warming")),
        aloneBox(effect), one ? moneyBox(one.money, effect) : ""),
      one ? h("div", { class: "more" }, gainsBox(one.gains), twoCounts(one.gains)) : ""),
    one?.effects ? [chanceNote(Object.values(one.effects)), numbers(one)] : "");
  return chart;
}

function status(one) {
  if (store.failed && !one) return said(store.failed.said);
  if (store.stopped) return w("stopped");
  if (!one) return w(lineOf(letters()).length ? "playedOnce" : store.ready ? "startsSoon" : "warming");
  if (one.worlds === 1) return w("playedOnce");
  return [num({ v: one.worlds, t: { nl: String(one.worlds), en: String(one.worlds) }, at: `effects/${one.letters}/senior_moves/seeds` }), ` ${w("worlds")}`];
}

// The prepared result of the card that was changed last, marked: it is no part of a sum. After another change there is none.
function aloneBox(effect) {
  const key = store.state.last?.card;
  const dose = store.state.package.cards.find(([card]) => card === key)?.[1];
  if (!dose) return "";
  return h("div", { class: "alonebox" }, h("h2", {}, tongue(cardOf(key)), " ", h("small", { class: "stamp" }, w("aloneMark"))), alone(cardOf(key), dose, effect));
}

export function moneyBox(money, effect) {
  if (!money) return "";
  if (money.price === "none") return h("div", { class: "money" }, h("h2", {}, w("money")), h("p", {}, w("noPrice")));
  const line = (key, cell) => (cell ? h("li", {}, `${w(key)} `, eur(cell)) : "");
  return h("div", { class: "money" }, h("h2", {}, w("money")),
    h("ul", {}, line("inYear", money.year), line("inAll", money.total), money.per_move && !effect?.sure ? h("li", {}, `${w("perMove")} ${w("noPerMove")}`) : line("perMove", money.per_move),
      (money.payers ?? []).map((one) => h("li", {}, `${tongue(one)}: `, eur(one.year) ?? w("noPrice"), one.year ? ` ${w("perYear")}` : ""))),
    money.why ? h("p", {}, said(money.why)) : money.price === "in part" ? h("p", {}, w("partPrice")) : !money.year && !money.total ? h("p", {}, w("noPrice")) : "");
}

// Who gains and who loses, where that is sure; households first, income and tenure in a fold.
export function gainsBox(gains, id = "") {
  if (!gains?.length) return "";
  const sign = { gains: "▲", loses: "▼", same: "●" };
  const line = (one) => {
    const how = one.sure ? one.how : "same";
    return h("li", { class: how }, h("span", { "aria-hidden": "true" }, `${sign[how]} `), h("b", {}, tongue(one.who)), " ",
      one.how === "same" ? w("same") : one.sure ? w(one.how) : w("unsureGain"),
      one.cell ? [": ", num(one.cell), ` ${w("ofMoves")}`] : "", one.why ? [", ", tongue(one.why)] : "");
  };
  const [first, rest] = [gains.filter((one) => one.group_by === "class" || !one.group_by), gains.filter((one) => one.group_by && one.group_by !== "class")];
  return h("div", { class: "gains" }, h("h2", {}, w("whoGains")), h("ul", {}, first.map(line)),
    rest.length ? h("details", { id: `groups${id}` }, h("summary", { id: `groups-open${id}` }, w("otherGroups")), h("ul", {}, rest.map(line))) : "");
}

// Two counts that look alike: what each is.
export const twoCounts = (gains) => (gains?.length ? h("p", { class: "twocounts" }, w("twoCounts")) : "");

function numbers(one) {
  const effects = Object.entries(one.effects);
  return h("details", { id: "numbers" }, h("summary", { id: "numbers-open" }, w("allNumbers")),
    h("ul", { class: "bars" }, effects.map(([key, effect]) => h("li", {}, h("span", { class: "barname" }, named(key, effect)), bar(effect, reach([effect]), nameOf(key)),
      h("span", { class: "barsaid" }, num(effect.difference) ?? "", " (", chance(effect), ") ", sure(effect))))),
    table(one.effects, w("allNumbers")));
}
