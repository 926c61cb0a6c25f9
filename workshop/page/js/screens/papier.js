// On paper: the cards, eight on an A4, and the menu as a poster.
import { h, heading, put, tongue } from "../dom.js";
import { doseLine, evidenceMark, mark } from "../card.js";
import { store } from "../store.js";
import { w } from "../words.js";
import { ROWS, SECTORS, rowKey } from "./kaarten.js";

const EIGHT = 8;

export const paper = (kind) => () => ({ draw: (main) => (kind === "cards" ? sheets(main) : poster(main)) });

function printed(card) {
  return h("article", { class: `paper row${card.category}` },
    h("p", { class: "of" }, `${w(rowKey(card.category))} · ${w(card.sector)}`), h("h2", {}, tongue(card)),
    h("p", { "data-fixed": "omschrijving" }, tongue(card.line)),
    h("ul", {}, ["klein", "gewoon", "groot"].map((dose) => h("li", {}, `☐ ${w(dose)}: `, doseLine(card.doses[dose])))),
    h("p", {}, `${w("pays")} ${tongue(card.payer)}. ${w("evidence")} `, mark(card)));
}


function sheets(main) {
  const cards = ROWS.flatMap((row) => store.place.cards.filter((card) => card.category === row));
  const pages = Array.from({ length: Math.ceil(cards.length / EIGHT) }, (_, at) => cards.slice(EIGHT * at, EIGHT * (at + 1)));
  put(main, heading(h("span", { "data-fixed": "papier" }, w("printCards"))), pages.map((page) => h("div", { class: "sheet8" }, page.map(printed))));
}

function poster(main) {
  put(main, heading(w("printPoster")), h("div", { class: "poster" }, ROWS.filter((row) => store.place.cards.some((card) => card.category === row)).map((row) =>
    h("section", { class: `row${row}` }, h("h2", {}, w(rowKey(row)), h("small", {}, ` ${w(`${rowKey(row)}goal`)}`)),
      h("div", { class: "three" }, SECTORS.map((sector) => h("div", {}, h("h3", {}, w(sector)),
        h("ul", {}, store.place.cards.filter((card) => card.category === row && card.sector === sector).map((card) => h("li", {}, `${tongue(card)} `, h("span", { class: "mark", "data-fixed": "bewijs" }, `(${evidenceMark(card)})`))))))))))); 
}
