// Screen 1: what happens without us, each figure beside the public one, with a mark where we miss.
import { fixed, h, heading, num, put, said, tongue } from "../dom.js";
import { store } from "../store.js";
import { w } from "../words.js";

export function zonder() {
  return {
    draw(main) {
      const { place } = store;
      const cell = (label, ...content) => h("td", { "data-label": w(label) }, content);
      put(main, 
        heading(w("withoutTitle")),
        (place.without ?? []).map((one) => h("p", { class: "lead" }, said(one))), misses(place.public),
        h("table", { class: "cards figures" },
          h("thead", {}, h("tr", {}, ["figure", "imitated", "real", "mark", "source"].map((key) => h("th", { scope: "col" }, w(key))))),
          h("tbody", {}, place.public.map((one) => h("tr", { class: verdict(one) },
            h("th", { scope: "row", "data-fixed": "naam" }, tongue(one)), cell("imitated", figure(one.simulated, one)), cell("real", figure(one.observed, one)),
            cell("mark", h("span", { class: "verdict" }, h("span", { "aria-hidden": "true" }, SIGNS[verdict(one)]), w(verdict(one)), one.hit ? "" : side(one))),
            cell("source", h("span", { "data-fixed": "bron" }, tongue(one.source)), one.year ? [", ", fixed(one.year, "jaar")] : "",
              one.differs ? h("span", { class: "differs", "data-fixed": "uitleg" }, ` ${tongue(one.differs)}`) : ""))))),
        place.sources ? h("p", { class: "soft" }, said(place.sources)) : "");
    },
  };
}

const SIGNS = { hit: "● ", miss: "▲ ", uncompared: "" };
const verdict = (one) => (one.simulated ? (one.hit ? "hit" : "miss") : "uncompared");

// Which figures we miss, and on which side; first of all, since outcomes hang on them.
function misses(figures) {
  const missed = figures.filter((one) => !one.hit && one.simulated);
  if (!missed.length) return figures.length ? h("p", {}, w("noMisses")) : "";
  return h("div", { class: "misses" }, h("p", {}, h("b", {}, w("missesLead"))),
    h("ul", {}, missed.map((one) => h("li", {}, h("span", { "data-fixed": "naam" }, tongue(one)), side(one)))), h("p", {}, w("missesSay")));
}

const side = (one) => (one.simulated && one.observed ? `: ${w(one.simulated.v > one.observed.v ? "tooHigh" : "tooLow")}` : "");
const figure = (value, one) => (value ? [num(value), one.unit ? ` ${tongue(one.unit)}` : ""] : tongue(one.why) || w("notSaid"));
