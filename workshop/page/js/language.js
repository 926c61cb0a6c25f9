// The language of the page: Dutch, or English after a switch; kept for the next visit.
const KEPT = "workshop-language";
let now = "nl";
try {
  now = localStorage.getItem(KEPT) === "en" ? "en" : "nl";
} catch {
  now = "nl"; // a browser that keeps nothing
}

export const language = () => now;

// A number that is no result (an own guess, a budget, a scale), with the separators of the language.
export const grouped = (number) => number.toLocaleString(now === "nl" ? "nl-NL" : "en-GB").replace("-", "−");

export function speak(one) {
  now = one;
  document.documentElement.lang = one;
  try {
    localStorage.setItem(KEPT, one);
  } catch {
    return; // it holds for this visit
  }
}
