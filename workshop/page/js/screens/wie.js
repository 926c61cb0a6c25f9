// Screen 9: the worksheets Organisaties and Contactmomenten, the ladder of participation, and the talking sheets.
import { h, heading, put, tongue } from "../dom.js";
import { language } from "../language.js";
import { nameOfCard } from "../card.js";
import { field } from "../field.js";
import { cardOf, send, store } from "../store.js";
import { PLATES, RUNGS } from "../toolkit.js";
import { w } from "../words.js";

const nameAt = (contact, step) => store.state.names?.[contact]?.[step] ?? "";
let organisation = null;

function nameField(contact, step, label) {
  const save = (name) => send({ kind: "name", contact, step, name });
  return field({ id: `name-${contact}-${step}`, longest: 60, label, kept: () => nameAt(contact, step), save });
}

export function wie({ redraw }) {
  return {
    draw(main) {
      const organisations = store.place.organisations ?? [];
      organisation ??= organisations[0]?.key;
      put(main, heading(w("whoTitle")), h("p", { class: "lead" }, w("whoCall")), sheetOrganisations(organisations),
        sheetContacts(organisations, (key) => { organisation = key; redraw(); }), ladder(), plates());
    },
  };
}

function sheetOrganisations(organisations) {
  return h("section", { class: "sheet" }, h("h2", {}, w("sheetOrg")), h("p", {}, w("sheetOrgLead"), " ", w("orgSmall")),
    h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, w("organisation")), h("th", { scope: "col" }, w("nameWho")))),
      h("tbody", {}, organisations.map((one) => h("tr", {}, h("th", { scope: "row" }, tongue(one)), h("td", {}, nameField(one.key, "wie", `${w("nameWho")}: ${tongue(one)}`)))))));
}

function sheetContacts(organisations, choose) {
  const one = organisations.find((other) => other.key === organisation);
  const laid = (stage) => store.state.package.cards.map(([key]) => cardOf(key)).filter((card) => card?.stages?.includes(stage)).map((card) => nameOfCard(card.key));
  return h("section", { class: "sheet" }, h("h2", {}, w("sheetContact")), h("p", {}, w("sheetContactLead")),
    h("p", {}, h("label", { for: "organisation" }, `${w("chooseOrg")} `), h("select", { id: "organisation", on: { change: (event) => choose(event.target.value) } },
      organisations.map((other) => h("option", { value: other.key, selected: other.key === organisation }, tongue(other))))),
    one ? h("ol", { class: "journey" }, (store.place.stages ?? []).map((stage) => h("li", {}, h("h3", {}, tongue(stage)),
      one.stages.includes(stage.key) ? h("p", { class: "meets" }, `● ${w("meetsDaily")}`) : "",
      h("p", { class: "soft" }, laid(stage.key).length ? `${w("cardsHere")} ${laid(stage.key).join(", ")}` : w("noCardsHere")),
      nameField(one.key, stage.key, `${tongue(one)}, ${tongue(stage)}`)))) : "");
}

function ladder() {
  return h("section", { class: "sheet" }, h("h2", {}, w("ladder")), h("p", {}, w("ladderLead")),
    h("table", { class: "cards" }, h("thead", {}, h("tr", {}, ["rung", "example", "askWho", "askWhat"].map((key) => h("th", { scope: "col" }, w(key))))),
      h("tbody", {}, RUNGS.map((rung) => h("tr", {}, h("th", { scope: "row" }, tongue(rung)), h("td", { "data-label": w("example") }, tongue(rung.example)),
        ["askWho", "askWhat"].map((key) => h("td", { "data-label": w(key) }, nameField(`trede_${rung.key}`, key === "askWho" ? "wie" : "wat", `${tongue(rung)}: ${w(key)}`))))))));
}

function plates() {
  return h("section", { class: "sheet" }, h("h2", {}, w("plates")), h("p", {}, w("platesLead")),
    PLATES.map((plate) => h("details", { id: `plate-${plate.key}` }, h("summary", { id: `plate-open-${plate.key}` }, tongue(plate)), h("p", {}, tongue(plate.lead)),
      h("ul", { class: "topics" }, plate.topics.map(([nl, en]) => h("li", {}, language() === "en" ? en : nl))))));
}
