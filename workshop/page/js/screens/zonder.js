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
        (place.without ?? []).map((one) => h("p", { class: "lead" }, said(one))),
        h("table", { class: "cards figures" },
          h("thead", {}, h("tr", {}, ["figure", "imitated", "real", "mark", "source"].map((key) => h("th", { scope: "col" }, w(key))))),
          h("tbody", {}, place.public.map((one) => h("tr", { class: one.hit ? "hit" : "miss" },
            h("th", { scope: "row", "data-fixed": "naam" }, tongue(one)), cell("imitated", figure(one.simulated, one)), cell("real", figure(one.observed, one)),
            cell("mark", h("span", { class: "verdict" }, h("span", { "aria-hidden": "true" }, one.hit ? "● " : "▲ "), w(one.hit ? "hit" : "miss"))),
            cell("source", h("span", { "data-fixed": "bron" }, tongue(one.source)), one.year ? [", ", fixed(one.year, "jaar")] : "",
              one.differs ? h("span", { class: "differs", "data-fixed": "uitleg" }, ` ${tongue(one.differs)}`) : ""))))),
        h("p", {}, w("missesSay")), place.sources ? h("p", { class: "soft" }, said(place.sources)) : "");
    },
  };
}

const figure = (value, one) => (value ? [num(value), one.unit ? ` ${tongue(one.unit)}` : ""] : tongue(one.why) || w("notSaid"));
