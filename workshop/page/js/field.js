// A field of a sheet: what is typed stays on the screen from the first letter, and is saved when the field is left, one after another.
import { h } from "./dom.js";
import { announce } from "./say.js";
import { complain, store } from "./store.js";
import { w } from "./words.js";

const typed = new Map(); // "table id" -> what was typed and the table does not have yet
let saving = Promise.resolve();

const mine = (id) => `${store.table} ${id}`;

// `kept` says what the table has, `save` sends it. A drawing takes the field away and puts it back, focus and all: that is not leaving it.
export function field({ id, longest, label, kept, save }) {
  const keep = () => {
    const at = mine(id);
    if (typed.has(at)) saving = saving.then(() => one(at, id, kept, save)).catch(complain); // one that fails stops no other
  };
  const left = () => setTimeout(() => { if (document.activeElement?.id !== id) keep(); }, 0);
  return h("input", {
    id, type: "text", maxlength: longest, autocomplete: "off", "aria-label": label, value: typed.get(mine(id)) ?? kept(),
    on: { input: (event) => typed.set(mine(id), event.target.value), change: keep, blur: left },
  });
}

async function one(at, id, kept, save) {
  if (at !== mine(id) || !typed.has(at)) return; // another table sits here now, or it is saved
  const given = typed.get(at);
  if (given.trim() !== kept()) {
    if (!(await save(given.trim()))) return; // the error is said; what was typed stays
    announce(w("saved"));
  }
  if (typed.get(at) === given) typed.delete(at);
}

// Whether something was typed that the table does not have yet.
export const unsaved = () => [...typed.keys()].some((at) => at.startsWith(mine("")));

// Whether the table has all that was typed, after what is on its way.
export async function allSaved() {
  await saving;
  return !unsaved();
}
