// Screen 6: one chain of the ledger, home by home, and a hundred as rows; arrow keys go to the next.
import { button, fixed, h, heading, num, put, tongue } from "../dom.js";
import { get } from "../net.js";
import { ENDS, TENURES, TYPES, endSign, house, tenure } from "../houses.js";
import { announce } from "../say.js";
import { letters } from "../store.js";
import * as wire from "../wire.js";
import { w } from "../words.js";

export function keten({ redraw }) {
  let found = null;
  let asked = null;
  let at = 0;
  const ask = async (again) => {
    const now = letters();
    if (asked === now && !again) return;
    asked = now;
    try {
      const one = wire.chains(await get(`/api/chains/${now}`));
      if (now !== letters()) return;
      found = one;
      at = Math.min(at, Math.max(0, one.chains.length - 1));
      redraw();
    } catch (error) {
      if (!error.text) throw error;
      found = { chains: [], why_none: error.text };
      redraw();
    }
  };
  const step = (by) => {
    if (!found?.chains.length) return false;
    at = (at + by + found.chains.length) % found.chains.length;
    redraw();
    const chain = found.chains[at];
    announce(`${w("chainOf")} ${at + 1} ${w("of")} ${found.chains.length}. ${w("theEnd")} ${tongue(chain.end)}.`);
    return true;
  };
  return {
    keys: (key) => (key === "ArrowRight" ? step(1) : key === "ArrowLeft" ? step(-1) : false),
    draw(main, what, about) {
      ask(what === "outcome" && about.letters === letters() && !found?.chains.length);
      put(main, heading(w("chainTitle")),
        h("p", { class: "stands" }, w("chainStands")),
        !found ? h("p", {}, w("loading")) : !found.chains.length ? h("p", {}, tongue(found.why_none) || w("noOutcome")) : [
          h("p", { class: "walk" }, button("previous", `← ${w("previous")}`, () => step(-1)), " ",
            h("b", { id: "which" }, `${w("chainOf")} `, fixed(`${at + 1} ${w("of")} ${found.chains.length}`, "volgnummer")), " ",
            button("next", `${w("next")} →`, () => step(1)), " ", h("span", { class: "soft" }, w("chainKeys"))),
          drawn(found.chains[at]), hundred(found), legend(found)]);
    },
  };
}

function drawn(chain) {
  const items = chain.links.map((link, number) => h("li", { class: `home ${link.tenure}` },
    h("p", { class: "free" }, number === 0 ? `${w("freeBy")} ${tongue(chain.start)}` : w("soFree")), home(link),
    h("p", { class: "who" }, `${w("movesIn")} `, h("b", {}, tongue(link.who)), ", ", people(link), ". ",
      `${w("inMonth")} `, h("span", { "data-fixed": "datum" }, tongue(link.when)), `. ${w("reason")} ${tongue(link.why)}.`, link.by ? ` ${w("helpedBy")} ${tongue(link.by)}.` : "")));
  if (chain.left) items.push(h("li", { class: `home empty ${chain.left.tenure}` }, h("p", { class: "free" }, w("soFree")), home(chain.left)));
  return [h("ol", { class: "chain", "aria-label": w("chainTitle") }, items),
    h("p", { class: `ends ends-${chain.end.key}`, id: "end" }, h("span", { "aria-hidden": "true" }, `${endSign(chain.end.key)} `), `${w("theEnd")} `, h("b", {}, tongue(chain.end)))];
}

const home = (link) => h("div", { class: "what" }, house(link.type), h("p", {}, h("b", {}, tongue(wire.coded("type", link.type))), h("br"), tenure(link.tenure),
  link.rooms ? [", ", num(link.rooms), ` ${w(link.rooms.v === 1 ? "room" : "rooms")}`] : "", h("br"), h("span", { "data-fixed": "wijk" }, tongue(link.wijk))));

const people = (link) => [link.persons ? (link.persons.v === 1 ? w("alonePerson") : [num(link.persons), ` ${w("persons")}`]) : "",
  link.age ? [link.persons?.v === 1 ? ", " : `, ${w("oldest")} `, num(link.age), ` ${w("years")}`] : ""];

// Each row a chain of the ledger: as many squares as homes, and the sign of its end.
function hundred(found) {
  if (!found.hundred?.length) return "";
  return h("section", {}, h("h2", {}, w("hundred")), found.hundred.some((row) => row.length.v === 0) ? h("p", { class: "soft", "data-fixed": "uitleg" }, w("noHome")) : "", h("ol", { class: "hundred" }, found.hundred.map((row) => h("li", { class: `ends-${row.end}` },
    num(row.length), h("span", { class: "unseen" }, ` ${w(row.length.v === 1 ? "oneHome" : "homes")}, ${tongue(found.ends[row.end])}`),
    h("span", { class: "squares", "aria-hidden": "true" }, "▪".repeat(Math.min(40, row.length.v)), h("i", {}, endSign(row.end)))))));
}

function legend(found) {
  const ends = Object.keys(ENDS).filter((key) => found.ends[key]);
  return h("section", { class: "legend" }, h("h2", {}, w("legend")), h("ul", { class: "signs" },
    Object.keys(TENURES).map((key) => h("li", {}, tenure(key))), TYPES.map((key) => h("li", {}, house(key), ` ${tongue(wire.coded("type", key))}`)),
    ends.map((key) => h("li", { class: `ends-${key}` }, h("i", { "aria-hidden": "true" }, endSign(key)), ` ${tongue(found.ends[key])}`))));
}
