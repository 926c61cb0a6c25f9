// What opens over a screen: the keys, and the script of ninety minutes with its clock.
import { button, fixed, h, tongue } from "./dom.js";
import { keysOn, switchKeys } from "./keys.js";
import { send, store } from "./store.js";
import { helpOf } from "./screenhelp.js";
import { SCRIPT } from "./toolkit.js";
import { has, w } from "./words.js";

function open(id, title, ...content) {
  const before = document.activeElement;
  document.getElementById(id)?.remove();
  const dialog = h("dialog", { id, "aria-labelledby": `${id}-title`, on: { close: () => { dialog.remove(); before?.focus?.(); } } },
    h("h2", { id: `${id}-title`, tabindex: "-1", "data-fixed": "titel" }, title), ...content,
    h("p", {}, button(`${id}-close`, w("close"), () => dialog.close())));
  document.getElementById("dialogs").append(dialog);
  dialog.showModal();
  document.getElementById(`${id}-title`).focus();
  return dialog;
}

const KEYS = [["0 – 9", "k09"], ["a", "ka"], ["← →", "kArrows"], ["Enter", "kEnter"], ["z", "kz"], ["y", "ky"], ["r", "kr"], ["b", "kb"], ["t", "kt"], ["Esc", "kesc"], ["?", "kq"]];

// What the present screen is for, in words; then the keys.
export function showHelp(screen) {
  open("help", `${w("help")}: ${has(screen) ? w(screen) : w(screen.startsWith("papier") ? "paper" : screen === "zaal" ? "hall" : "desk")}`,
    helpOf(screen).map((one) => h("p", { "data-fixed": "uitleg" }, tongue(one))), h("h3", {}, w("helpTitle")),
    h("dl", { class: "keys" }, KEYS.map(([key, said]) => [h("dt", {}, h("kbd", { "data-fixed": "toets" }, key)), h("dd", { "data-fixed": "toets" }, w(said))])),
    h("p", {}, h("label", {}, h("input", { type: "checkbox", id: "keys-on", checked: keysOn(), on: { change: (event) => switchKeys(event.target.checked) } }), ` ${w("helpSwitch")}`)));
}

const now = () => Date.now() / 1000;

// The clock of the step that the table is in: "15 minutes left", or how late it is; null while it stands still.
export function tick() {
  const clock = store.state?.clock;
  if (!clock?.started || clock.step === null || clock.step === undefined) return null;
  const [minutes] = SCRIPT[clock.step] ?? [0];
  const left = Math.ceil(minutes - (now() - (clock.since ?? clock.started)) / 60);
  const step = `${clock.step + 1}/${SCRIPT.length}`;
  return left >= 0 ? `${step} · ${left} ${w("scriptLeft")}` : `${step} · ${-left} ${w("scriptOver")}`;
}

export function showScript(go) {
  const step = store.state?.clock?.step ?? null;
  const set = async (number) => {
    if (await send({ kind: "clock", step: number })) {
      document.getElementById("script")?.close();
      if (number !== null) go(SCRIPT[number][1]);
    }
  };
  open("script", w("scriptTitle"),
    h("ol", { class: "script" }, SCRIPT.map(([minutes, screen, said], number) => h("li", { "aria-current": number === step ? "step" : null },
      h("b", {}, fixed(minutes, "draaiboek"), ` ${w("minutesWord")}`), " ", tongue(said), " ",
      store.state ? button(`script-${screen}`, w("goThere"), () => { document.getElementById("script").close(); go(screen); }, { "aria-label": `${w("goThere")}: ${w(screen)}` }) : ""))),
    store.state ? h("p", { class: "acts" },
      step === null ? button("clock-start", w("scriptStart"), () => set(0))
        : [step + 1 < SCRIPT.length ? button("clock-next", w("scriptNext"), () => set(step + 1)) : "", button("clock-stop", w("scriptStop"), () => set(null))])
      : h("p", {}, w("sitFirst")));
}
