// Screen 10: goals, the first three actions with who and when, and how the place keeps track; saved in the minutes.
import { h, heading, put, said } from "../dom.js";
import { allSaved, field, unsaved } from "../field.js";
import { complain, fetchOutcome, letters, send, store } from "../store.js";
import { w } from "../words.js";

const ROWS = { goal: 2, action: 3, monitor: 3 };
const TITLES = { goal: "goals", action: "actions", monitor: "monitoring" };
const SINGLE = { goal: "goal", action: "action", monitor: "keep" };
const PARTS = { text: "whatAgree", who: "whoAgree", when: "whenAgree" };

// Which row of the sheet an agreement fills stands in front of its text, as the minutes have it: "Actie 2: …".
const before = (row) => `${WORDS[row.slice(0, -1)]} ${row.at(-1)}: `;
const WORDS = { goal: "Doel", action: "Actie", monitor: "Bijhouden" };

function kept(row) {
  const one = store.state.agreements.find(({ text }) => `${text} `.startsWith(before(row)));
  return one ? { ...one, text: one.text.slice(before(row).length) } : { number: undefined, text: "", who: "", when: "" };
}

export function afspraken() {
  let asked = null;
  return {
    draw(main) {
      if (asked !== letters() && store.state.package.cards.length && !store.outcomes.get(letters())) {
        asked = letters();
        fetchOutcome(asked).catch((error) => { if (!error.notYet) complain(error); });
      }
      put(main, heading(w("agreeTitle")), Object.keys(ROWS).map(part),
        h("p", { class: "acts" }, h("a", { id: "save-minutes", class: "main", href: `/api/table/${encodeURIComponent(store.table)}/minutes.md`, download: "verslag.md", on: { click: savedAs } }, w("saveMinutes")),
        h("span", { id: "minutes-saved", role: "status" })));
    },
  };
}

// A browser saves without a word: say what it does, and where to look. What was typed and is still on its way comes first.
async function savedAs(event) {
  if (unsaved()) {
    event.preventDefault();
    if (await allSaved()) setTimeout(() => document.getElementById("save-minutes")?.click(), 0); // a click within a click is none
    return;
  }
  document.getElementById("minutes-saved").textContent = ` ${w("minutesSaved")}`;
}

function part(kind) {
  const rows = Array.from({ length: ROWS[kind] }, (_, at) => `${kind}${at + 1}`);
  return h("section", { class: "sheet" }, h("h2", {}, w(TITLES[kind])), kind === "goal" ? h("p", { class: "soft" }, w("goalHint")) : "", kind === "monitor" ? expected() : "",
    h("table", { class: "cards" }, h("thead", {}, h("tr", {}, h("td", {}), Object.values(PARTS).map((key) => h("th", { scope: "col" }, w(key))))),
      h("tbody", {}, rows.map((row, at) => h("tr", {}, h("th", { scope: "row" }, h("span", { "data-fixed": "volgnummer" }, `${w(SINGLE[kind])} ${at + 1}`)),
        Object.entries(PARTS).map(([name, key]) => h("td", { "data-label": w(key) }, sheetField(row, name, `${w(SINGLE[kind])} ${at + 1}: ${w(key)}`))))))));
}

function expected() {
  const monitor = store.outcomes.get(letters())?.monitor;
  return monitor?.length ? [h("p", {}, w("monitoringLead")), h("ul", { class: "sentences" }, monitor.map((one) => h("li", {}, said(one))))] : h("p", {}, w("monitoringNone"));
}

function sheetField(row, name, label) {
  const save = (given) => {
    const { number, text, who, when } = { ...kept(row), [name]: given };
    const said = text || who || when ? `${before(row)}${text}` : "";
    return send({ kind: "agree", text: said, who, when, ...(number ? { number } : {}) });
  };
  return field({ id: `${row}-${name}`, longest: name === "text" ? 300 : 60, label, kept: () => kept(row)[name], save });
}
