// What is said beside the screens: an error above them, and what a screen reader reads aloud.
import { button, h, said, tongue } from "./dom.js";
import { language } from "./language.js";
import { w } from "./words.js";

// Why something cannot be; in Dutch with the English of the model folded under it, in English as it is.
export const why = (line, original, id) => [h("p", {}, said(line)), original && language() === "nl"
  ? h("details", { id }, h("summary", { id: `${id}-open` }, w("inEnglish")), h("p", { lang: "en", "data-fixed": "melding" }, original)) : ""];

export function alertUser(error) {
  const text = tongue(error?.text ?? { nl: String(error?.message ?? error), en: String(error?.message ?? error) });
  document.getElementById("wrong")?.remove();
  const box = h("div", { id: "wrong", class: "inside" }, h("p", { role: "alert" }, `${w("wrong")} ${text} `), button("wrong-close", w("close"), () => box.remove()),
    error?.text?.original && language() === "nl" ? why({ nl: "", en: "" }, error.text.original, "wrong-why")[1] : "");
  document.getElementById("top").after(box);
}

export const alertGone = () => document.getElementById("wrong")?.remove();

export const announce = (text) => {
  const live = document.getElementById("live");
  if (live.textContent !== text) live.textContent = text;
};
