// Screen 8: up to four packages side by side, on one axis, with euros, shares of the cards, who gains and who loses.
import { button, fixed, h, heading, num, put, said, tongue } from "../dom.js";
import { nameOfCard } from "../card.js";
import { bar, chance, chanceNote, full, nameOf, reach, runs, sure } from "../effects.js";
import { get } from "../net.js";
import { alertUser } from "../say.js";
import { complain, letters, store } from "../store.js";
import * as wire from "../wire.js";
import { w } from "../words.js";
import { gainsBox, lastChange, moneyBox, twoCounts } from "./uitkomst.js";

const MOST = 4;
const SIGNS = ["■", "◆", "▲", "▼"];
let chosen = []; // letters beside the present package
let indicator = "senior_moves";

export function naast({ redraw }) {
  let found = null;
  let asked = "";
  const all = () => [...new Set([letters(), ...chosen])].slice(0, MOST);
  const ask = async (again) => {
    const wanted = all().join(",");
    if (wanted === asked && !again) return;
    asked = wanted;
    try {
      const one = wire.compared(await get(`/api/compare?letters=${wanted}`));
      if (wanted !== all().join(",")) return;
      found = one;
      redraw();
    } catch (error) { alertUser(error); }
  };
  const add = (one) => {
    if (all().length >= MOST) return complain({ text: { nl: w("besideMost"), en: w("besideMost") } });
    if (!all().includes(one)) chosen.push(one);
    redraw();
  };
  const take = (one) => { chosen = chosen.filter((other) => other !== one); redraw(); };
  return {
    draw(main, what, about) {
      ask(what === "outcome" && all().includes(about.letters));
      const shown = (found?.packages ?? []).filter((one) => all().includes(one.letters));
      put(main, heading(w("besideTitle")), chooser(all(), add), shown.length ? [between(shown, found.between ?? []), axis(shown, (key) => { indicator = key; redraw(); }), h("div", { class: "beside" }, shown.map((one, at) => column(one, at, take))), twoCounts(shown.flatMap((one) => one.gains ?? []))]
          : h("p", {}, w("loading")));
    },
  };
}

function chooser(now, add) {
  const others = store.state.bookmarks.filter((one) => !now.includes(one.letters));
  const submit = (event) => { event.preventDefault(); const field = document.getElementById("beside"); add(field.value.trim().toUpperCase()); field.value = ""; };
  const before = previous(now);
  return h("div", { class: "chooser" },
    before ? h("p", {}, button("beside-previous", w("besidePrevious"), () => add(before.before)), " ", h("span", { class: "soft", "data-fixed": "geschiedenis" }, `${w("besideBefore")} ${tongue(before.said)}`)) : "",
    h("form", { on: { submit } }, h("label", { for: "beside" }, `${w("besideAdd")} (${w("fiveLetters").toLowerCase()})`),
      h("input", { id: "beside", type: "text", size: 6, maxlength: 5, required: true, pattern: "[A-Za-z]{5}", autocomplete: "off" }), h("button", { id: "beside-add" }, w("open"))),
    others.length ? h("p", {}, `${w("besideFrom")} `, others.map((one) => button(`beside-${one.letters}`, `${one.name} (${one.letters})`, () => add(one.letters), { "data-fixed": "naam" }))) : "");
}

// The last change, where the package before it does not stand beside the present one yet.
function previous(now) {
  const last = lastChange();
  return last && !now.includes(last.before) ? last : null;
}

// What each other package does beside the present one: the only place where packages are compared with each other.
function between(shown, pairs) {
  const there = pairs.filter((one) => shown.some((other) => other.letters === one.letters));
  return h("section", { class: "between", "aria-labelledby": "between" }, h("h2", { id: "between" }, w("betweenTitle")),
    there.length ? h("ul", { class: "sentences" }, there.map((one) => h("li", { "data-pair": one.letters }, one.sentences.map((item, at) => [at ? " " : "", said(item)])))) : h("p", {}, w("betweenOne")));
}

function axis(shown, choose) {
  const keys = [...new Set(shown.flatMap((one) => Object.keys(one.effects ?? {})))];
  const ends = reach(shown.map((one) => one.effects?.[indicator]));
  return h("section", { class: "axis", "aria-labelledby": "against" }, h("h2", { id: "against" }, w("againstTitle")), h("p", {}, w("againstNothing")), h("p", {}, h("label", { for: "indicator" }, `${w("show")} `),
    h("select", { id: "indicator", on: { change: (event) => choose(event.target.value) } }, keys.map((key) => h("option", { value: key, selected: key === indicator }, nameOf(key))))),
  h("ul", { class: "bars" }, shown.map((one, at) => {
    const effect = one.effects?.[indicator];
    return h("li", {}, h("span", { class: "barname" }, `${SIGNS[at]} `, name(one), " ", h("small", {}, fixed(one.letters, "code"))), effect ? bar(effect, ends, one.letters, `look${at}`) : h("span"),
      h("span", { class: "barsaid" }, effect?.difference ? [w("against"), " ", num(effect.difference), " (", chance(effect), ") ", sure(effect), ". ", runs(effect)] : tongue(one.why) || w("noOutcome")));
  })), h("p", { class: "legend" }, h("span", { class: "key-thick" }), ` ${w("thick")} `, h("span", { class: "key-thin" }), ` ${w("thin")}`),
  chanceNote(shown.map((one) => one.effects?.[indicator])));
}

const name = (one) => (one.name ? h("span", { class: "packname", "data-fixed": "naam" }, tongue(one.name)) : "");

function column(one, at, take) {
  const effect = one.effects?.senior_moves;
  return h("section", { class: `package look${at}`, "aria-labelledby": `pack-${one.letters}` },
    h("h2", { id: `pack-${one.letters}` }, `${SIGNS[at]} `, name(one), one.letters === letters() ? ` (${w("this")})` : "", " ", h("small", {}, fixed(one.letters, "code"))),
    h("ul", { class: "laid" }, one.package.cards.map(([key, dose]) => h("li", {}, `${nameOfCard(key)}, ${w(dose)}`)), one.package.cards.length ? "" : h("li", {}, w("emptyPackage"))),
    one.sentences?.length ? [h("p", { class: "soft" }, w("against")), h("ul", { class: "sentences" }, one.sentences.map((item) => h("li", {}, said(item))))] : h("p", {}, tongue(one.why) || w("noOutcome")),
    effect?.difference ? h("p", {}, `${w("byAll")}: `, full(effect), ". ", runs(effect), ".") : "",
    moneyBox(one.money, effect), h("h3", {}, w("share")), one.shares?.length ? h("ul", { class: "shares" }, one.shares.map((share) => h("li", {}, `${nameOfCard(share.card)}: `, num(share.cell))))
      : h("p", { "data-fixed": "aantal combinaties" }, tongue(one.why_no_shares) || w("notSaid")),
    gainsBox(one.gains, `-${one.letters}`),
    one.letters === letters() ? "" : h("p", {}, button(`remove-${one.letters}`, w("remove"), () => take(one.letters), { "aria-label": `${w("remove")}: ${tongue(one.name) || one.letters}` })));
}
