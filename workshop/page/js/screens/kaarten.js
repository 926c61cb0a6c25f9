// Screens 2 and 3: the menu of cards, five rows by social and private; what the place does already, and what it would do.
import { button, fixed, h, heading, put, tongue } from "../dom.js";
import { grouped } from "../language.js";
import { announce } from "../say.js";
import { send, store } from "../store.js";
import { costNow, costSaid, laid, nameOfCard, tile } from "../card.js";
import { w } from "../words.js";

export const ROWS = ["1", "2", "3", "4", "5", "programma"];
export const SECTORS = ["sociaal", "beide", "particulier"];
export const rowKey = (row) => (row === "programma" ? "rowP" : `row${row}`);

function menu(kind, redraw) {
  let open = null;
  const turn = (key) => { open = open === key ? null : key; redraw(); };
  return {
    keys(key) {
      if (!key.startsWith("Arrow")) return false;
      const faces = [...document.querySelectorAll("button.face")];
      const at = faces.indexOf(document.activeElement);
      if (at < 0) return false;
      const next = faces[at + (["ArrowRight", "ArrowDown"].includes(key) ? 1 : -1)];
      next?.focus();
      return Boolean(next);
    },
    rows: () => ROWS.filter((row) => store.place.cards.some((card) => card.category === row)).map((row) => h("section", { class: `menurow row${row}` },
      h("h2", {}, row === "programma" ? "" : h("span", { class: "nr", "data-fixed": "rij" }, row), ` ${w(rowKey(row))}`, h("small", {}, w(`${rowKey(row)}goal`))),
      h("div", { class: "sectors" }, SECTORS.map((sector) => {
        const cards = store.place.cards.filter((card) => card.category === row && card.sector === sector);
        return h("div", { class: `sector ${sector}` }, h("h3", {}, w(sector), h("small", {}, ` ${w(`${sector}Long`)}`)),
          cards.length ? h("ul", { class: "tiles" }, cards.map((card) => tile(card, kind, { open: open === card.key, turn }))) : h("p", { class: "soft" }, w("noCardHere")));
      })))),
  };
}

const sayChange = (what) => {
  const last = store.state.history.at(-1);
  if (what === "state" && last) announce(tongue(last.said));
};

export function doneScreen({ redraw }) {
  const cards = menu("done", redraw);
  return {
    keys: cards.keys,
    draw(main, what) {
      sayChange(what);
      const found = store.place.current ?? [];
      const lay = async () => { for (const one of found) if (!laid("done", one.card)) await send({ kind: "done", key: one.card, dose: one.dose }); };
      put(main, heading(w("alreadyTitle")), h("p", { class: "lead" }, w("alreadyLead")),
        found.length ? h("p", {}, `${w("found")} ${found.map((one) => `${nameOfCard(one.card)} (${w(one.dose)})`).join(", ")}. `, button("lay-found", w("layFound"), lay))
          : store.state.package.done.length ? "" : h("p", {}, w("foundNone")),
        h("div", { class: "menu done-menu" }, cards.rows()));
    },
  };
}

export function cardsScreen({ redraw, go }) {
  const cards = menu("cards", redraw);
  return {
    keys: cards.keys,
    draw(main, what) {
      sayChange(what);
      put(main, heading(w("cardsTitle")), h("p", { class: "lead" }, w("cardsLead")), budget(),
        h("div", { class: "menu" }, cards.rows()),
        h("p", { class: "acts" }, button("to-guess", w("raad"), () => go("raad"), { class: "main" })));
    },
  };
}

function budget() {
  const { budget: most, package: now } = store.state;
  const { year, lacking } = costNow();
  const set = (event) => {
    event.preventDefault();
    const given = document.getElementById("budget").value.replace(/[^0-9]/g, "");
    send({ kind: "budget", eur: given === "" ? null : Number(given) });
  };
  const over = most !== null && year && year.v > most;
  const fits = !now.cards.length || !year ? "" : most === null ? w("budgetNone") : w(over ? "budgetOver" : "budgetIn");
  return h("section", { class: `budget${over ? " over" : ""}` },
    h("form", { on: { submit: set } }, h("label", { for: "budget" }, w("budget")),
      h("input", { id: "budget", type: "text", inputmode: "numeric", size: 10, autocomplete: "off", value: most ?? "" }), h("button", { id: "budget-set" }, w("budgetSet"))),
    h("div", { class: "meter", "aria-hidden": "true" }, h("i", { style: { width: `${most && year ? Math.min(100, (100 * year.v) / most) : 0}%` } })),
    h("p", {}, now.cards.length ? [`${w("costs")} `, costSaid(), ". ", store.state.cost?.how ? `${tongue(store.state.cost.how)} ` : "", most === null ? "" : [fixedBudget(most), " "], fits] : w("costsNothing"),
      lacking.length ? ` ${w("lacksPrice")} ${lacking.map(nameOfCard).join(", ")}.` : ""));
}

const fixedBudget = (eur) => fixed(`€ ${grouped(eur)}:`, "eigen budget");
