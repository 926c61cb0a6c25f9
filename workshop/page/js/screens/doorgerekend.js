// A question of the desk of assumptions: how far it is, and its answer beside the usual one.
import { button, fixed, h, num, said, span, tongue } from "../dom.js";
import { why } from "../say.js";
import { w } from "../words.js";

// How far a question is, as elements and as what is read aloud.
export function progress(asked) {
  if (asked.state !== "counting") return { shown: fixed(tongue(asked.line), "stand"), spoken: tongue(asked.line) };
  const text = `${asked.counted} ${w("deskOf")} ${asked.of} ${w("deskTimes")}${asked.left ? `, ${w("deskLeft")} ${tongue(asked.left)}` : ""}`;
  return { shown: fixed(text, "voortgang"), spoken: `${asked.counted} ${w("deskOf")} ${asked.of} ${w("deskTimes")}` };
}

export function answer(asked, stop) {
  const counting = asked.state === "counting";
  return h("section", { class: "desk-answer", "aria-labelledby": "desk-answer" },
    h("h2", { id: "desk-answer" }, w("deskAnswer")),
    h("p", {}, `${w("deskPackage")} `, h("b", { "data-fixed": "code" }, asked.letters), ". ", asked.values.length ? [`${w("deskChose")} `, asked.values.map(chosen)] : ""),
    h("p", { class: "desk-progress", id: "desk-progress" },
      counting ? [h("progress", { max: asked.of, value: asked.counted, "aria-label": w("deskTimes") }), " "] : "", progress(asked).shown, " ",
      counting ? button("desk-stop", w("deskStop"), stop) : ""),
    asked.original ? why(asked.line, asked.original, "desk-why")[1] : "",
    asked.worlds < asked.counted || (asked.state === "usual" && !asked.rows.length) ? h("p", { class: "soft" }, w("deskWaitUsual")) : "",
    asked.sentences.length ? h("ul", { class: "sentences" }, asked.sentences.map((one) => h("li", {}, said(one)))) : "",
    asked.rows.length ? [table(asked), h("p", {}, h("a", { id: "desk-csv", href: `/tables/desk/${asked.letters}.csv`, download: true }, w("deskCsv")))] : "");
}

const chosen = (one, at) => [at ? "; " : "", h("span", { "data-fixed": "naam" }, one.card ? `${tongue(one.card)}: ` : "", tongue(one)), ": ", num(one.mine), ` ${w("deskIn")} `, num(one.usual), ", ", fixed(tongue(one.unit), "eenheid")];

const cell = (label, ...content) => h("td", { "data-label": label }, content);

function table(asked) {
  const caption = h("caption", {}, `${w("deskTable")} `, fixed(asked.worlds, "keer"), ` ${w("deskTableBoth")}`);
  return h("table", { class: "cards" }, caption,
    h("thead", {}, h("tr", {}, ["what", "deskUsual", "deskMine", "difference", "howSure"].map((key) => h("th", { scope: "col" }, w(key))))),
    h("tbody", {}, asked.rows.map((row) => h("tr", {},
      h("th", { scope: "row" }, tongue(row.name), ": ", w(row.what === "extra" ? "deskExtra" : "deskWithout")),
      cell(w("deskUsual"), num(row.usual) ?? "–"),
      cell(w("deskMine"), num(row.mine) ?? "–", row.nothing ? "" : within(row, "lower", "upper")),
      cell(w("difference"), num(row.change) ?? "–", row.same ? "" : within(row, "change_lower", "change_upper")),
      cell(w("howSure"), tongue(row.how))))));
}

const within = (row, lower, upper) => {
  const ends = span({ lower: row[lower], upper: row[upper] }, "", w("to"));
  return ends ? [" (", ends, ")"] : "";
};
