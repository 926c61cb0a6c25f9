// The desk of assumptions, grey and apart: what decides most for a package can be chosen here, and is counted through.
import { button, fixed, h, heading, num, put, said, tongue } from "../dom.js";
import { bar, reach } from "../effects.js";
import { get, post } from "../net.js";
import { alertGone, alertUser, announce } from "../say.js";
import { w } from "../words.js";
import { answer, progress } from "./doorgerekend.js";

const EVERY = 1000; // milliseconds between two looks

export function aannames({ redraw, news }) {
  let packages = null; // [{letters, name}]
  let letters = null;
  let found = null; // what the study says of the package, and between what may be chosen
  let chosen = {}; // by assumption: "low", "model", "high" or "own"
  let own = {}; // by assumption: what was typed
  let desk = null; // whether it is busy, and how long it takes
  let asked = null; // the question that is shown
  let mine = 0; // the number of the question that was asked here
  let shown = "";
  let typed = ""; // the code of a package
  let lost = false; // the last look failed, and that was said

  const complain = (error) => { alertUser(error); redraw(); };
  const choose = async (one) => {
    [letters, found, chosen, own] = [one, null, {}, {}];
    redraw();
    try {
      const answered = await get(`/api/assumptions/${encodeURIComponent(one)}`);
      if (letters !== one) return; // another was chosen meanwhile
      found = answered;
      letters = found.letters;
      if (!packages.some((other) => other.letters === letters)) packages.push({ letters, name: letters });
    } catch (error) {
      if (letters !== one) return;
      found = { three: [], why_none: error.text ?? null, again: error.notYet };
    }
    redraw();
  };
  const look = async () => {
    const before = mine;
    try {
      const state = await get("/api/desk");
      const number = mine || state.last?.number; // who asked nothing sees what was asked last
      const question = number ? await get(`/api/desk/${number}`) : null;
      if (mine !== before) return; // a question was asked meanwhile
      if (lost) { alertGone(); announce(w("back")); }
      [desk, asked, lost] = [state, question, false];
      const now = JSON.stringify([desk, asked]);
      if (now === shown) return;
      shown = now;
      if (asked && asked.number === mine) announce(progress(asked).spoken);
      news();
    } catch (error) {
      if (error.notYet) mine = 0; // it is not remembered any more
      else if (!lost) alertUser(error);
      lost = !error.notYet;
    }
  };
  const ask = async () => {
    const values = Object.fromEntries(found.three.filter((one) => one.range).map((one) => [one.key, value(one, chosen[one.key], own[one.key])]));
    try {
      asked = await post("/api/desk", { letters, values });
      mine = asked.number;
      await look();
    } catch (error) { complain(error); }
  };
  const stop = async () => {
    try {
      asked = await post(`/api/desk/${asked.number}/stop`, {});
      redraw();
      document.getElementById("desk-go")?.focus();
    } catch (error) { complain(error); }
  };
  laid().then((all) => { packages = all; if (all.length) choose(all[0].letters); else redraw(); }, alertUser);
  look();
  const timer = setInterval(look, EVERY);
  return {
    end: () => clearInterval(timer),
    draw(main) {
      put(main, heading(w("deskTitle")), h("p", { class: "lead" }, w("deskLead"), " ", w("deskAsk")),
        packages ? which(packages, letters, typed, { choose, type: (text) => { typed = text; } }) : h("p", {}, w("loading")),
        letters === null ? "" : !found ? h("p", {}, w("loading")) : found.three?.length
          ? [form(found, chosen, own, desk, mine, { ask, redraw }), study(found)] : h("p", {}, said(found.why_none) || w("notSaid"), " ", found.again ? [w("deskNotYet"), " ", button("desk-again", w("deskAgain"), () => choose(letters))] : ""),
        asked ? answer(asked, stop) : "", h("p", { class: "soft" }, w("deskKept")));
    },
  };
}

// The packages of all tables, and their bookmarks.
async function laid() {
  const tables = await get("/api/tables");
  const states = await Promise.all(tables.map((one) => get(`/api/table/${encodeURIComponent(one.id)}`)));
  const all = states.flatMap((one) => [[one.package.letters, one.name], ...one.bookmarks.map((mark) => [mark.letters, `${one.name}: ${mark.name}`])]);
  const names = new Map();
  for (const [code, name] of all) names.set(code, [...(names.get(code) ?? []), name]);
  return [...names].map(([code, list]) => ({ letters: code, name: `${list.join(", ")} (${code})` }));
}

function which(packages, letters, typed, { choose, type }) {
  const take = (event) => {
    event.preventDefault();
    const code = document.getElementById("desk-letters").value.trim();
    if (code) choose(code);
  };
  return [packages.length ? "" : h("p", {}, w("noTables")),
    h("form", { id: "desk-which", on: { submit: take } },
      h("label", { for: "desk-table" }, w("deskWhich")),
      h("select", { id: "desk-table", disabled: !packages.length, on: { change: (event) => choose(event.target.value) } },
        packages.map((one) => h("option", { value: one.letters, selected: one.letters === letters, "data-fixed": "naam" }, one.name))),
      h("label", { for: "desk-letters" }, w("deskLetters")), h("input", { type: "text", id: "desk-letters", maxlength: "20", size: "6", autocomplete: "off", value: typed, on: { input: (event) => type(event.target.value) } }),
      h("button", { id: "desk-fetch" }, w("deskFetch")))];
}

// The number that is meant; what was typed is not judged here: the server says what is wrong with it.
const value = (one, end, typed) => (end === "own" ? Number(String(typed ?? "").trim().replace(",", ".") || "NaN") : one.range[end ?? "model"].v);

function form(found, chosen, own, desk, mine, { ask, redraw }) {
  const busy = desk?.last?.state === "counting";
  return h("form", { id: "desk-form", novalidate: true, on: { submit: (event) => { event.preventDefault(); ask(); } } },
    h("ol", { class: "three-assumptions" }, found.three.map((one) => h("li", {}, one.range ? choice(one, chosen, own, redraw) : h("p", { "data-fixed": "naam" }, tongue(one))))),
    h("p", { class: "acts" }, h("button", { id: "desk-go", class: "main" }, w("deskGo"))),
    desk ? h("p", { class: "soft", id: "desk-takes" }, `${w("deskTakes")} `, fixed(tongue(desk.takes), "schatting"), ` (${w(desk.measured ? "deskMeasured" : "deskGuessed")}), `, w("deskTakesWhy")) : "",
    busy && desk.last.number !== mine ? h("p", { class: "stands" }, w("deskBusy")) : "");
}

function choice(one, chosen, own, redraw) {
  const { range } = one;
  const now = chosen[one.key] ?? "model";
  const id = (end) => `desk-${one.key}-${end}`;
  const set = (end) => { chosen[one.key] = end; redraw(); if (end === "own") document.getElementById(id("number"))?.focus(); };
  const pick = (end, ...label) => h("label", { for: id(end) }, h("input", { type: "radio", id: id(end), name: `desk-${one.key}`, value: end, checked: now === end, on: { change: () => set(end) } }), h("span", {}, ...label));
  const ends = ["low", "model", "high"].filter((end) => end === "model" || range[end].v !== range.model.v);
  const words = { low: "deskLowEnd", model: "deskModel", high: "deskHighEnd" };
  return h("fieldset", {}, h("legend", { "data-fixed": "naam" }, range.card ? `${tongue(range.card)}: ` : "", tongue(one)),
    h("p", { class: "soft" }, `${w("deskUnit")} `, fixed(tongue(range.unit), "eenheid"), ". ", tongue(range.evidence), " ", tongue(range.rule)),
    h("div", { class: "desk-ends" }, ends.map((end) => pick(end, `${w(words[end])}: `, num(range[end]))), pick("own", w("deskOwn")),
      now === "own" ? h("input", {
        type: "text", inputmode: "decimal", id: id("number"), size: "8", "aria-label": `${w("deskOwnFor")} ${range.card ? `${tongue(range.card)}: ` : ""}${tongue(one)}`, value: own[one.key] ?? "",
        on: { input: (event) => { own[one.key] = event.target.value; } },
      }) : ""));
}

function study(found) {
  return h("details", { id: "desk-study" }, h("summary", {}, w("deskFold")), found.but ? h("p", { class: "soft" }, tongue(found.but)) : "", h("p", { class: "soft" }, w("deskStudy")), list(found.three));
}

function list(three) {
  const ends = reach(three.map((one) => ({ lower: one.lower, upper: one.upper, difference: one.difference })));
  return h("ol", { class: "three-assumptions" }, three.map((one) => h("li", {}, h("h2", { "data-fixed": "naam" }, tongue(one)),
    bar({ lower_full: one.lower, upper_full: one.upper, difference: one.difference }, ends, tongue(one), "grey"),
    h("dl", { class: "facts" }, end("deskLow", one.low, one.lower), end("deskHigh", one.high, one.upper)))));
}

const end = (key, setting, result) => [h("dt", {}, `${w(key)} (`, said(setting), ")"), h("dd", {}, num(result), ` ${w("extraMoves")}`)];
