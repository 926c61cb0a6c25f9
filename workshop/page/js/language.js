// The language of the page: Dutch, or English after a switch; kept for the next visit.
const KEPT = "workshop-language";
let now = "nl";
try {
  now = localStorage.getItem(KEPT) === "en" ? "en" : "nl";
} catch {
  now = "nl"; // a browser that keeps nothing
}

export const language = () => now;

export function speak(one) {
  now = one;
  document.documentElement.lang = one;
  try {
    localStorage.setItem(KEPT, one);
  } catch {
    return; // it holds for this visit
  }
}
