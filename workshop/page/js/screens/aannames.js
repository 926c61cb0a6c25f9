// The desk of assumptions, grey and apart: the three that decide most for the package of a table, low and high.
import { h, heading, num, put, said, tongue } from "../dom.js";
import { bar, reach } from "../effects.js";
import { get } from "../net.js";
import { alertUser } from "../say.js";
import { w } from "../words.js";

export function aannames({ redraw }) {
  let tables = null;
  let table = null;
  let found = null;
  const choose = async (id) => {
    table = tables.find((one) => String(one.id) === String(id)) ?? tables[0];
    found = null;
    redraw();
    try {
      found = await get(`/api/assumptions/${table.package.letters}`);
    } catch (error) { found = { three: [], why_none: error.text ?? null }; }
    redraw();
  };
  get("/api/tables").then((all) => { tables = all; if (all.length) choose(all[0].id); else redraw(); }, alertUser);
  return {
    draw(main) {
      put(main, heading(w("deskTitle")), h("p", { class: "lead" }, w("deskLead"), " ", w("deskAsk")),
        !tables?.length ? h("p", {}, w(tables ? "noTables" : "loading")) : [
          h("p", {}, h("label", { for: "desk-table" }, `${w("deskWhich")} `), h("select", { id: "desk-table", on: { change: (event) => choose(event.target.value) } },
            tables.map((one) => h("option", { value: one.id, selected: one.id === table?.id, "data-fixed": "naam" }, one.name)))),
          !found ? h("p", {}, w("loading")) : found.three?.length ? [found.but ? h("p", { class: "soft" }, tongue(found.but)) : "", h("p", { class: "soft" }, w("deskStudy")), list(found.three)] : h("p", {}, said(found.why_none) || w("notSaid"))]);
    },
  };
}

function list(three) {
  const ends = reach(three.map((one) => ({ lower: one.lower, upper: one.upper, difference: one.difference })));
  return h("ol", { class: "three-assumptions" }, three.map((one) => h("li", {}, h("h2", { "data-fixed": "naam" }, tongue(one)),
    bar({ lower_full: one.lower, upper_full: one.upper, difference: one.difference }, ends, tongue(one), "grey"),
    h("dl", { class: "facts" }, end("deskLow", one.low, one.lower), end("deskHigh", one.high, one.upper)))));
}

const end = (key, setting, result) => [h("dt", {}, `${w(key)} (`, said(setting), ")"), h("dd", {}, num(result), ` ${w("extraMoves")}`)];
