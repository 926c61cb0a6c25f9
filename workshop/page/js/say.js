// What is said beside the screens: an error above them, and what a screen reader reads aloud.
import { button, h, tongue } from "./dom.js";
import { w } from "./words.js";

export function alertUser(error) {
  const text = tongue(error?.text ?? { nl: String(error?.message ?? error), en: String(error?.message ?? error) });
  document.getElementById("wrong")?.remove();
  const box = h("p", { id: "wrong", role: "alert", class: "inside" }, `${w("wrong")} ${text} `, button("wrong-close", w("close"), () => box.remove()));
  document.getElementById("top").after(box);
}

export const announce = (text) => {
  const live = document.getElementById("live");
  if (live.textContent !== text) live.textContent = text;
};
