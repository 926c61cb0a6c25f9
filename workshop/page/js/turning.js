// A list that is longer than the screen: its pages turn by themselves until somebody asks them to stand still.
import { still } from "./chart.js";
import { button, fixed, h, put } from "./dom.js";
import { w } from "./words.js";

const EVERY = 8000; // milliseconds that a page stands
const HELD = "(max-width: 44rem)"; // a phone, which is scrolled
const EDGE = 6; // pixels that stay free: without a bar to scroll with, a picture is a little wider and higher

export function turning() {
  let [at, paused, pages, show] = [0, still(), [], () => {}];
  const turn = (by) => { at = (at + by + pages.length) % pages.length; show(); };
  const timer = setInterval(() => { if (!paused && pages.length > 1) turn(1); }, EVERY);
  return {
    end: () => clearInterval(timer),
    // Divides what is in a list that is on the screen, and puts the buttons below it where it has more than one page.
    lay(list, below) {
      const items = [...list.children];
      const status = h("span", { id: "page-now" });
      const rest = button("page-rest", "", () => { paused = !paused; show(); });
      const by = (step) => () => { paused = true; turn(step); }; // who turns wants to read
      put(below, button("page-before", w("pageBefore"), by(-1)), rest, button("page-after", w("pageAfter"), by(1)), status);
      pages = divided(list, items, below);
      at = Math.min(at, pages.length - 1);
      below.hidden = pages.length === 1;
      show = () => {
        put(list, pages[at]);
        put(rest, w(paused ? "pageOn" : "pageRest"));
        put(status, `${w("page")} `, fixed(at + 1, "bladzijde"), ` ${w("of")} `, fixed(pages.length, "bladzijde"));
      };
      show();
    },
  };
}

function divided(list, items, below) {
  const boxes = items.map((one) => one.getBoundingClientRect());
  const height = Math.max(0, ...boxes.map((box) => box.height));
  const all = document.documentElement;
  below.hidden = true;
  const fits = all.scrollHeight <= innerHeight;
  below.hidden = false;
  const room = innerHeight - EDGE - (all.scrollHeight - list.offsetHeight); // margins of all that stands around it count, too
  if (fits || room < height || matchMedia(HELD).matches) return [items];
  const pages = [];
  let begin = -Infinity;
  items.forEach((one, number) => {
    if (boxes[number].bottom - begin > room || !pages.length) {
      begin = boxes[number].top;
      pages.push([]);
    }
    pages.at(-1).push(one);
  });
  return pages;
}
