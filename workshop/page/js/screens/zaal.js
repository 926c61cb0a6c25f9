// The hall: one sentence and one picture, every table's package as a dot; letters that the last row can read.
import { eur, h, heading, num, put, s, tongue } from "../dom.js";
import { get } from "../net.js";
import { alertGone, alertUser, announce } from "../say.js";
import { held, turning } from "../turning.js";
import * as wire from "../wire.js";
import { both, w } from "../words.js";

const EVERY = 3000; // milliseconds between two looks
const SIGNS = [["#0072B2", "■"], ["#D55E00", "◆"], ["#009E73", "▲"], ["#CC79A7", "▼"], ["#E69F00", "✚"], ["#56B4E9", "✖"], ["#1d2733", "●"]];

export function zaal({ redraw, news }) {
  let found = null;
  let shown = "";
  let lost = false; // the last look failed, and that was said
  const ask = async () => {
    try {
      const now = await dotsOf();
      const back = lost;
      if (back) { alertGone(); announce(w("back")); }
      lost = false;
      if (JSON.stringify(now) === shown && !back) return;
      shown = JSON.stringify(now);
      found = now;
      news();
    } catch (error) {
      if (lost) return;
      lost = true;
      alertUser(error);
      news(); // there is less room now
    }
  };
  ask();
  const timer = setInterval(ask, EVERY);
  const pages = turning();
  addEventListener("resize", redraw);
  return {
    end: () => { clearInterval(timer); pages.end(); document.getElementById("main").className = ""; removeEventListener("resize", redraw); },
    draw(main) {
      main.className = "";
      const dots = found?.dots ?? [];
      const drawn = dots.some((dot) => dot.y);
      put(main, heading(drawn ? finding(dots) : w(dots.length ? "hallNoOutcome" : "hallWaiting")),
        dots.length ? [drawn ? picture(dots, main) : "", names(dots), h("p", { class: "hallpages" })] : h("p", { class: "lead" }, tongue(found?.why_none) || w("loading")));
      const list = main.querySelector(".hallnames");
      if (!list) return;
      const give = drawn ? LOW - LEAST : 0;
      let left = null;
      for (const tight of ["", "wide", "wide tight"]) { // long names: first one beside another, then one below another, then smaller
        main.className = tight;
        left = pages.lay(list, main.querySelector(".hallpages"), give);
        if (left !== null) break;
      }
      if (drawn && !held()) main.querySelector("svg.hall").replaceWith(picture(dots, main, Math.min(LOW + (left ?? -give), innerHeight / 2)));
    },
  };
}

// Every table's package as far as it is worked out; a package without an outcome yet says why.
async function dotsOf() {
  const tables = await get("/api/tables");
  const playing = tables.filter((one) => one.package.cards.length);
  const beside = playing.length <= ROOMY ? `?beside=${playing.map((one) => one.package.letters).join(",")}` : ""; // so that their costs read apart
  const dots = await Promise.all(playing.map(async (one) => {
    const dot = { table: one.name, letters: one.package.letters };
    try {
      const made = wire.outcome(await get(`/api/outcome/${one.package.letters}${beside}`));
      return { ...dot, x: made.money.price === "none" ? null : made.money.year, y: made.effects.senior_moves?.difference, effect: made.effects.senior_moves, worlds: made.worlds };
    } catch (error) { return { ...dot, x: null, y: null, why: error.text }; }
  }));
  return { dots, why_none: both(tables.length ? "hallWaiting" : "noTables") };
}

// The one sentence: which package does most, where that is sure; the margins are those of chance.
function finding(dots) {
  const sure = dots.filter((dot) => dot.effect?.sure && dot.y.v > 0).sort((a, b) => b.y.v - a.y.v);
  if (!sure.length) return w(dots.some((dot) => dot.effect?.sure) ? "hallNoneMore" : "hallNoneSure");
  const [first, second] = sure;
  if (second && first.effect.lower.v <= second.effect.upper.v && first.letters !== second.letters) return w("hallAlike");
  const shared = sure.filter((dot) => dot.letters === first.letters).length > 1 ? ` ${w("hallShared")}` : "";
  return [`${w("hallMost")} `, h("span", { "data-fixed": "naam" }, first.table), `${shared}, ${w("hallAbout")} `, num(first.y), ` ${w("hallMoves")}.`];
}

// Colour and sign of each table, in the picture and in the list; with more tables than signs a letter.
const looks = (dots) => dots.map((_, at) => [SIGNS[at % SIGNS.length][0], dots.length > SIGNS.length ? letter(at) : SIGNS[at][1]]);
const letter = (at) => (at < 26 ? "" : letter(Math.floor(at / 26) - 1)) + String.fromCharCode(65 + (at % 26));

const DOT = 30; // width of a sign

// Tables with the same outcome have one place in the picture: their signs stand in a row.
function together(dots) {
  const groups = new Map();
  for (const [at, dot] of dots.entries()) {
    const place = `${dot.x?.v ?? 0} ${dot.y?.v}`;
    if (dot.y) groups.set(place, [...(groups.get(place) ?? []), at]);
  }
  return [...groups.values()];
}

const [LOW, LEAST] = [200, 150]; // pixels: so high it is before the list gets a second page, and where one name fills a page
const NARROW = 1180; // pixels: on a wider screen letters are larger

// The picture takes what sentence and list leave of the height of a screen; on a phone, which is scrolled, it has one shape.
function picture(dots, main, high = LOW) {
  const signs = looks(dots);
  const style = getComputedStyle(main);
  const wide = main.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  const larger = Math.max(1, wide / NARROW);
  const [width, height] = held() ? [NARROW, 350] : [wide / larger, high / larger];
  const [left, bottom, top] = [40, 56, 60];
  const most = (axis) => Math.max(1, ...dots.map((dot) => dot[axis]?.v ?? 0)) * 1.12;
  const [mx, my] = [most("x"), most("y")];
  const least = Math.min(0, ...dots.map((dot) => dot.y?.v ?? 0));
  const x = (value) => left + ((width - left - 60) * value) / mx;
  const y = (value) => height - bottom - ((height - bottom - top) * (value - least)) / (my - least);
  return s("svg", { class: "hall", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${w("hallAxisY")}, ${w("hallAxisX")}` },
    s("line", { class: "zero", x1: left, x2: width - 20, y1: y(0), y2: y(0) }), s("line", { class: "zero", x1: left, x2: left, y1: top - 20, y2: height - bottom }),
    s("text", { x: width - 20, y: height - 12, "text-anchor": "end" }, `${w("hallAxisX")} →`), s("text", { x: 0, y: 28 }, `↑ ${w("hallAxisY")}`),
    together(dots).map((group) => {
      const at = x(dots[group[0]].x?.v ?? 0);
      const side = group.length === 1 ? "middle" : at < width / 2 ? "start" : "end";
      return s("text", { class: "dots", x: side === "start" ? at - DOT / 2 : side === "end" ? at + DOT / 2 : at, y: y(dots[group[0]].y.v) + 14, "text-anchor": side },
        group.map((one) => s("tspan", { class: `dot${dots[one].effect?.sure ? "" : " open"}`, style: { fill: dots[one].effect?.sure ? signs[one][0] : "#fff", stroke: signs[one][0] } }, signs[one][1])));
    }));
}

const ROOMY = 4; // tables of which costs and letters are shown, too

function names(dots) {
  const [few, signs] = [dots.length <= ROOMY, looks(dots)];
  return h("ul", { class: `hallnames${few ? "" : " many"}` }, dots.map((dot, at) => h("li", {},
    h("span", { class: "sign", "aria-hidden": "true", style: { color: signs[at][0] } }, signs[at][1]), " ", h("b", { "data-fixed": "naam" }, dot.table), " ",
    few ? [h("span", { "data-fixed": "code" }, dot.letters), h("br")] : "", dot.y ? [...moved(dot.y), doubt(dot), few ? [", ", costs(dot)] : ""] : tongue(dot.why) || w("noOutcome"))));
}

// Fewer are a number without a sign: the word says it.
const size = (cell) => ({ ...cell, t: Object.fromEntries(Object.entries(cell.t).map(([language, text]) => [language, text.replace(/^[−-]/, "")])) });
const moved = (cell) => (cell.v < 0 ? [num(size(cell)), ` ${w("hallFewer")}`] : [num(cell), ` ${w("hallExtra")}`]);
const doubt = (dot) => (dot.y.v === 0 ? ` (${w("noDifference")})` : dot.effect?.sure ? "" : ` (${w("unsureShort")})`);
const costs = (dot) => (dot.x ? [eur(dot.x), ` ${w("perYear")}`] : w("hallNoPrice"));
