// Screen 0: sit down at a table, or open a package; what the table did and keeps.
import { button, h, heading, num, put, said, tongue } from "../dom.js";
import { get, post, postText } from "../net.js";
import { alertUser } from "../say.js";
import { send, store } from "../store.js";
import { w } from "../words.js";

let tables = null;
let other = null; // what a package of another version said

export function start({ go, redraw }) {
  get("/api/tables").then((found) => { tables = found; redraw(); }, alertUser);
  const sit = async (event) => {
    event.preventDefault();
    try {
      const made = await post("/api/tables", { name: document.getElementById("table-name").value.trim() });
      go("zonder", made.id);
    } catch (error) { alertUser(error); }
  };
  const openLetters = (event) => {
    event.preventDefault();
    open(document.getElementById("open-letters").value.trim().toUpperCase());
  };
  const open = async (letters) => { if (await send({ kind: "open", letters })) go("kaarten"); };
  const openFile = async (event) => {
    const file = event.target.files[0];
    if (!file) return;
    try {
      other = await postText("/api/package", await file.text());
      if (other.why) redraw();
      await send({ kind: "open", letters: other.letters });
    } catch (error) { alertUser(error); }
  };
  return {
    draw(main) {
      const { place, state } = store;
      put(main, 
        heading(`${w("startTitle")} ${tongue(place.place)}`), h("p", { class: "lead" }, w("startLead")),
        h("div", { class: "columns" },
          h("section", {}, h("h2", {}, w("newTable")),
            h("form", { on: { submit: sit } }, label("table-name", w("tableName")), h("input", { id: "table-name", type: "text", maxlength: 60, required: true, autocomplete: "off" }),
              h("button", { id: "sit", class: "main" }, w("sitDown"))),
            h("h2", {}, w("tables")), tablesList(go)),
          h("section", {}, h("h2", {}, w("openLetters")), state ? [
            h("form", { on: { submit: openLetters } }, label("open-letters", w("fiveLetters")),
              h("input", { id: "open-letters", type: "text", maxlength: 5, size: 6, required: true, autocomplete: "off", pattern: "[A-Za-z]{5}" }),
              h("button", { id: "open" }, w("open"))),
            h("h2", {}, w("openFile")), label("open-file", w("file")), h("input", { id: "open-file", type: "file", accept: ".txt,text/plain", on: { change: openFile } }),
            versions(),
            h("p", {}, h("a", { id: "save-file", href: `/api/package/${state.package.letters}.txt`, download: `${state.package.letters}.txt` }, w("saveFile")))]
            : h("p", {}, w("sitFirst"))),
          state ? kept(open) : "",
          h("section", {}, h("h2", {}, w("paper")), h("ul", {},
            link("print-cards", store.table ? `#/${store.table}/papier-kaarten` : "#//papier-kaarten", w("printCards")),
            link("print-poster", store.table ? `#/${store.table}/papier-poster` : "#//papier-poster", w("printPoster")),
            link("to-hall", "/zaal", w("hall")), link("to-desk", "/aannames", w("desk"))))));
    },
  };
}

const label = (id, text) => h("label", { for: id }, text);
const link = (id, href, text, more = {}) => h("li", {}, h("a", { id, href, ...more, "data-fixed": "naam" }, text));

function tablesList(go) {
  if (!tables?.length) return h("p", {}, w(tables ? "noTables" : "loading"));
  return h("ul", { class: "tables" }, tables.map((one) => h("li", {}, button(`table-${one.id}`, one.name, () => go("zonder", one.id), { "data-fixed": "naam" }))));
}

function versions() {
  if (!other?.why) return "";
  const side = (key, one) => h("li", {}, `${w(key)}: `, one?.v === undefined ? said(one) : num(one));
  return h("div", { class: "note", role: "status" }, h("p", {}, w("otherVersion"), " ", said(other.why)), h("ul", {}, side("oldResult", other.old), side("newResult", other.new)));
}

function kept(open) {
  const { bookmarks, history, package: laid, id } = store.state;
  const mark = async (event) => {
    event.preventDefault();
    const field = document.getElementById("bookmark-name");
    if (await send({ kind: "bookmark", name: field.value.trim() || laid.letters })) field.value = "";
  };
  return h("section", {},
    h("h2", {}, w("bookmarks")),
    bookmarks.length ? h("ul", { class: "tables" }, bookmarks.map((one, at) => h("li", {}, button(`bookmark-${at}`, `${one.name} (${one.letters})`, () => open(one.letters), { "data-fixed": "naam" }))))
      : h("p", {}, w("noBookmarks")),
    h("form", { on: { submit: mark } }, label("bookmark-name", w("bookmarkName")), h("input", { id: "bookmark-name", type: "text", maxlength: 60, autocomplete: "off" }),
      h("button", { id: "bookmark" }, w("keepHere"))),
    h("details", { id: "history" }, h("summary", { id: "history-open" }, w("history")),
      history.length ? h("ol", { class: "history" }, history.map((one) => h("li", { "data-fixed": "geschiedenis" }, tongue(one.said)))) : h("p", {}, w("noHistory"))),
    h("p", {}, h("a", { id: "minutes", href: `/api/table/${encodeURIComponent(id)}/minutes.md`, download: "verslag.md" }, w("minutes"))));
}
