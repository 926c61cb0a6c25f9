// The keys of the page: numbers for screens, arrows for what a screen walks through, and a few letters; they can be put off.
import { send, store } from "./store.js";

const KEPT = "workshop-keys";
let on = true;
try {
  on = localStorage.getItem(KEPT) !== "off";
} catch {
  on = true;
}
export const keysOn = () => on;
export function switchKeys(now) {
  on = now;
  try {
    localStorage.setItem(KEPT, now ? "on" : "off");
  } catch {
    on = now;
  }
}

const typing = (one) => one.closest?.("input:not([type=radio]):not([type=checkbox]):not([type=range]), textarea, [contenteditable]");
const listed = (one, key) => one.closest?.("select") && !/^[0-9]$/.test(key); // a list has letters and arrows for itself; digits are screens
const ofItself = (one, key) => key.startsWith("Arrow") && one.closest?.("input, select, textarea, [role=slider]");

export function keyboard({ go, screens, current, help, script }) {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    if (event.key === "Escape" && typing(event.target) && !document.querySelector("dialog[open]")) { event.target.blur(); return; } // digits are screens again
    if (document.querySelector("dialog[open]") || typing(event.target) || listed(event.target, event.key) || ofItself(event.target, event.key)) return;
    if (event.key === "?") { event.preventDefault(); help(); return; }
    if (!on) return;
    if (current()?.keys?.(event.key, event)) { event.preventDefault(); return; }
    if (/^[0-9]$/.test(event.key) && store.state) { event.preventDefault(); go(screens[Number(event.key)]); return; }
    if (!store.state) return;
    const act = {
      a: () => go("afspraken"),
      z: () => store.state.undo && send({ kind: "undo" }),
      y: () => store.state.redo && send({ kind: "redo" }),
      b: () => send({ kind: "bookmark", name: store.state.package.letters }),
      t: script,
    }[event.key.toLowerCase()];
    if (act) { event.preventDefault(); act(); }
  });
}
