// The page of a table: which screen is shown, what is drawn again when something changes, and where the focus goes.
import { button, h, put, tongue } from "./dom.js";
import { language, speak } from "./language.js";
import { costSaid } from "./card.js";
import { keyboard } from "./keys.js";
import { showHelp, showScript, tick } from "./dialogs.js";
import { NARROW } from "./chart.js";
import { alertUser, announce } from "./say.js";
import { cardOf, hear, leave, loadPlace, send, sit, store } from "./store.js";
import { w } from "./words.js";
import { start } from "./screens/start.js";
import { zonder } from "./screens/zonder.js";
import { cardsScreen, doneScreen } from "./screens/kaarten.js";
import { raad } from "./screens/raad.js";
import { uitkomst } from "./screens/uitkomst.js";
import { keten } from "./screens/keten.js";
import { senior } from "./screens/senior.js";
import { naast } from "./screens/naast.js";
import { wie } from "./screens/wie.js";
import { afspraken } from "./screens/afspraken.js";
import { paper } from "./screens/papier.js";
import { zaal } from "./screens/zaal.js";
import { aannames } from "./screens/aannames.js";

const SCREENS = ["start", "zonder", "wat-al", "kaarten", "raad", "uitkomst", "keten", "senior", "naast", "wie", "afspraken"];
const MADE = {
  start, zonder, "wat-al": doneScreen, kaarten: cardsScreen, raad, uitkomst, keten, senior, naast, wie, afspraken,
  "papier-kaarten": paper("cards"), "papier-poster": paper("poster"),
};
const ALONE = { "/zaal": zaal, "/aannames": aannames }; // pages of their own, without a table
const main = document.getElementById("main");
let screen = null; // {name, draw(what), keys}
let busy = false; // the pointer is down: what is under it must not be drawn again

const where = () => {
  const [, table, name] = location.hash.split("/").map(decodeURIComponent);
  return { table: table || null, name: MADE[name] ? name : "start" };
};
const go = (name, table = store.table) => {
  const to = table ? `#/${encodeURIComponent(table)}/${name}` : "#/";
  if (to === location.hash) document.getElementById("heading")?.focus();
  else location.hash = to;
};

// What has the focus and what was typed outlast a drawing.
function keep(draw) {
  const one = document.activeElement;
  const id = one?.id;
  const typed = main.contains(one) && one.matches("input[type=text],input[type=number],input[type=search],textarea")
    ? { value: one.value, at: one.selectionStart } : null;
  const open = new Set([...document.querySelectorAll("details[id][open]")].map((fold) => fold.id));
  draw();
  for (const fold of document.querySelectorAll("details[id]")) if (open.has(fold.id)) fold.open = true;
  const again = id ? document.getElementById(id) : null;
  if (!again || again === document.activeElement) return;
  if (typed) again.value = typed.value;
  again.focus({ preventScroll: true });
  if (typed && typed.at !== null && again.type === "text") again.setSelectionRange(typed.at, typed.at);
}

function draw(what, about) {
  if (!screen) return;
  if (busy && what === "state") { busy = "late"; return; }
  keep(() => {
    header();
    screen.draw(main, what, about);
    document.title = [document.getElementById("heading")?.textContent, store.state?.name, w("title")].filter(Boolean).join(" · ");
  });
}

function show(name) {
  screen?.end?.();
  screen = { name, ...(MADE[name] ?? ALONE[name])({ go, redraw: () => draw("own"), news: () => draw("state") }) };
  document.body.dataset.screen = name.replace("/", "");
  put(main, );
  draw("shown");
  window.scrollTo(0, 0);
  document.getElementById("heading")?.focus({ preventScroll: true });
}

async function route() {
  if (ALONE[location.pathname]) { show(location.pathname); return; }
  const { table, name } = where();
  try {
    if (table) await sit(table);
    else if (store.table) leave();
  } catch (error) {
    leave();
    show("start");
    alertUser(error);
    return;
  }
  if (name !== "start" && !store.state && !name.startsWith("papier")) { go("start", null); return; }
  show(name);
  if (store.state && SCREENS.includes(name) && store.state.screen !== name) send({ kind: "screen", screen: name });
}

function header() {
  document.documentElement.lang = language();
  document.getElementById("skip").textContent = w("skip");
  const place = tongue(store.place?.place);
  const alone = ALONE[location.pathname];
  put(document.getElementById("top"),
    h("div", { class: "inside bar" },
      h("p", { class: "brand" }, h("b", {}, `${w("title")} ${place}`), store.state ? [" · ", h("span", { "data-fixed": "naam" }, store.state.name)] : ""),
      h("p", { class: "signs" },
        store.place?.offline ? h("span", { class: "sign" }, w("offline")) : "",
        !store.online ? h("span", { class: "sign bad" }, w("lost")) : !store.ready ? h("span", { class: "sign" }, w("warming")) : ""),
      alone ? "" : clock(),
      alone ? "" : button("to-script", w("script"), () => showScript(go), { "aria-keyshortcuts": "t" }),
      alone ? "" : button("to-help", w("help"), help, { "aria-keyshortcuts": "?" }),
      button("switch", w("other"), turn, { "aria-label": w("otherName") })),
    store.state && !alone ? nav() : "",
    store.state && !alone ? packageBar() : "");
}

function help() {
  showHelp(screen?.name.replace("/", "") ?? "start");
}

function clock() {
  const said = tick();
  return said ? h("p", { class: "clock", id: "clock", "data-fixed": "klok" }, said) : "";
}

function turn() {
  speak(language() === "nl" ? "en" : "nl");
  draw("language");
}

function nav() {
  return h("nav", { class: "inside", "aria-label": w("screens") }, h("ol", { class: "screens" }, SCREENS.map((name, number) => h("li", {},
    h("a", {
      id: `to-${name}`, href: `#/${encodeURIComponent(store.table)}/${name}`, "aria-current": screen.name === name ? "page" : null,
      "aria-keyshortcuts": number < 10 ? number : "a",
    }, h("span", { class: "nr", "data-fixed": "toets", "aria-hidden": "true" }, number < 10 ? number : "a"), h("span", { class: "name" }, w(name)))))));
}

function packageBar() {
  const { package: laid, undo, redo } = store.state;
  const chip = (kind) => ([key, dose]) => h("li", { class: `chip ${kind}` }, `${tongue(cardOf(key))} `, h("small", {}, w(dose)));
  return h("div", { class: "inside package" },
    h("h2", { class: "unseen" }, w("yourPackage")),
    h("ul", { class: "chips", id: "chips", tabindex: "0", "aria-label": w("yourPackage") }, laid.done.map(chip("done")), laid.cards.map(chip("laid")),
      laid.cards.length ? "" : h("li", { class: "soft" }, w(laid.done.length ? "emptyBeside" : "emptyPackage"))),
    h("p", { class: "code" }, `${w("code")} `, h("b", { id: "letters", "data-fixed": "code" }, laid.letters)),
    h("p", { class: "cost" }, laid.cards.length ? costSaid() : ""),
    h("p", { class: "acts" },
      button("undo", w("undo"), () => send({ kind: "undo" }), { disabled: !undo, "aria-keyshortcuts": "z" }),
      button("redo", w("redo"), () => send({ kind: "redo" }), { disabled: !redo, "aria-keyshortcuts": "y" })));
}

keyboard({ go, screens: SCREENS, current: () => screen, help, script: () => showScript(go) });
addEventListener("hashchange", route);
matchMedia(NARROW).addEventListener("change", () => draw("size"));
addEventListener("pointerdown", () => { busy = true; });
for (const up of ["pointerup", "pointercancel"]) addEventListener(up, () => setTimeout(() => { // the latter: a finger scrolls
  const late = busy === "late";
  busy = false;
  if (late) draw("state");
}, 0));
setInterval(() => { const one = document.getElementById("clock"); if (one) one.textContent = tick() ?? ""; }, 1000);
hear((what, about) => {
  if (what === "error") alertUser(about);
  else draw(what, about);
  if (what === "online") announce(w(store.online ? "back" : "lost"));
});

speak(language());
try {
  await loadPlace();
  await route();
} catch (error) {
  header();
  put(main, h("h1", { id: "heading", tabindex: "-1" }, w("title")), h("p", {}, w("loading")));
  alertUser(error);
}
