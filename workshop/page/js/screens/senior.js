// Screen 7: one senior with and without the package, on one time line, with where the ways part and why.
import { NARROW, years } from "../chart.js";
import { h, heading, put, s, said, spoken, tongue } from "../dom.js";
import { get } from "../net.js";
import { alertUser, announce } from "../say.js";
import { letters, store } from "../store.js";
import * as wire from "../wire.js";
import { w } from "../words.js";

export function senior({ redraw }) {
  let people = null;
  let one = null;
  let asked = null;
  const ask = async (again) => {
    const now = letters();
    if (asked === now && !again) return;
    asked = now;
    try {
      const found = wire.people(await get(`/api/people/${now}`), now);
      if (now !== letters()) return;
      people = found;
      one = null;
      if (found.people.length) await choose(found.people.find((person) => person.id === one?.id)?.id ?? found.people[0].id, true);
      else redraw();
    } catch (error) {
      if (!error.text) throw error;
      people = { people: [], why_none: error.text };
      redraw();
    }
  };
  const choose = async (id, quiet) => {
    try {
      const now = letters();
      one = wire.senior(await get(`/api/senior/${now}/${encodeURIComponent(id)}`), now);
      redraw();
      if (!quiet) announce(`${spoken(one.who)} ${one.part ? `${w("partHere")} ${tongue(one.part.when)}.` : w("neverPart")} ${spoken(one.why)}`);
    } catch (error) { alertUser(error); }
  };
  const step = (by) => {
    if (!people?.people.length) return false;
    const at = people.people.findIndex((person) => String(person.id) === String(one?.id));
    choose(people.people[(at + by + people.people.length) % people.people.length].id);
    return true;
  };
  return {
    keys: (key) => (key === "ArrowRight" ? step(1) : key === "ArrowLeft" ? step(-1) : false),
    draw(main, what, about) {
      ask(what === "outcome" && about.letters === letters() && !people?.people.length);
      put(main, heading(w("seniorTitle")), h("p", { class: "lead" }, w("seniorLead"), " ", w("seniorOne")), h("p", { id: "ghost" }, w("seniorGhost")), h("p", { class: "soft" }, people?.rule ? tongue(people.rule) : "", people?.followed ? [" ", said(people.followed)] : ""),
        !people ? h("p", {}, w("loading")) : !people.people.length ? h("p", {}, tongue(people.why_none) || w("nobodyFollowed")) : [
          h("p", { class: "walk" }, h("label", { for: "pick" }, w("pick")), " ", h("select", { id: "pick", on: { change: (event) => choose(event.target.value) } },
            people.people.map((person) => h("option", { value: person.id, selected: String(person.id) === String(one?.id), "data-fixed": "leeftijd" }, [spoken(person.who), tongue(person.verdict)].join(": "))))),
          people.verdicts.length ? h("ul", { class: "verdicts", "aria-label": w("verdictWords") }, people.verdicts.map((word) => h("li", { "data-verdict": word.key }, said(word)))) : "",
          one ? lanes(one) : h("p", {}, w("loading"))]);
    },
  };
}

function lanes(one) {
  const part = one.part?.month ?? Infinity;
  const months = [...new Set([...one.with, ...one.without].map((step) => step.month))].sort((a, b) => a - b);
  const of = (steps, month) => steps.filter((step) => step.month === month);
  const rows = months.map((month) => {
    const [mine, ghost] = [of(one.with, month), of(one.without, month)];
    const when = (mine[0] ?? ghost[0]).when;
    return [month, h("tr", { class: month < part ? "same" : "apart" }, h("th", { scope: "row" }, h("span", { "data-fixed": "datum" }, tongue(when))),
      lane("with", mine), lane("withoutIt", ghost))];
  });
  const shown = rows.filter(([month]) => month < part).map(([, row]) => row);
  const parting = one.part ? h("tr", { class: "part" }, h("td", { colspan: 3, id: "part" }, h("b", {}, `${w("partHere")} `, h("span", { "data-fixed": "datum" }, tongue(one.part.when)), ". "), said(one.why)))
    : h("tr", { class: "part" }, h("td", { colspan: 3, id: "part" }, h("b", {}, `${w("neverPart")} `), said(one.why)));
  return [h("p", { class: "person" }, said(one.who)), timeline(one),
    h("table", { class: "lanes" }, h("caption", { class: "unseen" }, w("seniorTitle")),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, w("when")), h("th", { scope: "col", class: "with" }, `● ${w("with")}`), h("th", { scope: "col", class: "without" }, `○ ${w("withoutIt")}`))),
      h("tbody", {}, shown, parting, rows.filter(([month]) => month >= part).map(([, row]) => row)))];
}

const lane = (key, steps) => h("td", { class: key === "with" ? "with" : "without", "data-label": w(key) },
  steps.length ? steps.map((step) => h("p", {}, said(step.said))) : h("p", { class: "soft" }, w("nothing")));

// Two lines of dots by month above the years; the table below tells the same in words.
function timeline(one) {
  const months = one.months ?? store.place.months;
  const narrow = matchMedia(NARROW).matches;
  const [width, edge] = [narrow ? 360 : 1180, 26];
  const x = (month) => edge + ((width - 2 * edge) * Math.max(0, month)) / months;
  const dots = (steps, y, kind) => [s("line", { class: kind, x1: edge, x2: width - edge, y1: y, y2: y }), steps.map((step) => s("circle", { class: kind, cx: x(step.month), cy: y, r: 7 }))];
  const ticks = years(store.place.start, months, narrow).filter(([month]) => x(month) < width - edge);
  return s("svg", { class: "timeline", viewBox: `0 0 ${width} 112`, "aria-hidden": "true", focusable: "false" },
    ticks.map(([month, year]) => [s("line", { class: "year", x1: x(month), x2: x(month), y1: 8, y2: 88 }), s("text", { class: "tick", x: x(month), y: 106, "text-anchor": "middle", "data-fixed": "jaar" }, year)]),
    dots(one.with, 25, "with"), dots(one.without, 65, "without"),
    one.part ? s("line", { class: "part", x1: x(one.part.month), x2: x(one.part.month), y1: 4, y2: 88 }) : "");
}
