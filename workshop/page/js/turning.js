// A list that is longer than the screen: its pages turn by themselves until somebody asks them to stand still.
import { still } from "./chart.js";
import { button, fixed, h, put } from "./dom.js";
import { w } from "./words.js";

const EVERY = 8000; // milliseconds that a page stands
const HELD = "(max-width: 44rem)"; // a phone, which is scrolled
const EDGE = 6; // pixels that stay free: without a bar to scroll with, a picture is a little wider and higher

export const held = () => matchMedia(HELD).matches;

export function turning() {
  let [at, paused, pages, show] = [0, still(), [], () => {}];
  const turn = (by) => { at = (at + by + pages.length) % pages.length; show(); };
  const timer = setInterval(() => { if (!paused && pages.length > 1) turn(1); }, EVERY);
  return {
    end: () => clearInterval(timer),
    // Divides what is in a list that is on the screen, and puts the buttons below it where it has more than one page. What stands above it
    // can give some pixels. Answers how many are left over on the fullest page, below 0 how many it has to give; null: no page is high enough.
    lay(list, below, give) {
      const items = [...list.children];
      const status = h("span", { id: "page-now" });
      const rest = button("page-rest", "", () => { paused = !paused; show(); });
      const by = (step) => () => { paused = true; turn(step); }; // who turns wants to read
      put(below, button("page-before", w("pageBefore"), by(-1)), rest, button("page-after", w("pageAfter"), by(1)), status);
      const name = () => {
        put(rest, w(paused ? "pageOn" : "pageRest"));
        put(status, `${w("page")} `, fixed(at + 1, "bladzijde"), ` ${w("of")} `, fixed(pages.length, "bladzijde"));
      };
      name(); // so that the buttons are as high as they will be
      const found = divided(list, items, below, give);
      below.hidden = !(found?.pages.length > 1);
      if (!found) return null;
      pages = found.pages;
      at = Math.min(at, pages.length - 1);
      show = () => { put(list, pages[at]); name(); };
      show();
      return found.left;
    },
  };
}

function divided(list, items, below, give) {
  const boxes = items.map((one) => one.getBoundingClientRect());
  const high = (some) => Math.max(0, ...some.map((one) => boxes[one].bottom)) - (boxes[some[0]]?.top ?? 0);
  const room = () => innerHeight - EDGE - (list.parentElement.getBoundingClientRect().bottom + scrollY - list.offsetHeight);
  const all = items.map((_, number) => number);
  below.hidden = true;
  if (held() || high(all) <= room()) return { pages: [items], left: room() - high(all) };
  below.hidden = false;
  const most = Math.max(room(), Math.min(room() + give, Math.max(...all.map((one) => high([one]))))); // of a page
  const pages = [];
  for (const one of all) {
    if (pages.length && high([...pages.at(-1), one]) <= most) pages.at(-1).push(one);
    else pages.push([one]);
  }
  const left = room() - Math.max(...pages.map(high));
  return left + give < 0 ? null : { pages: pages.map((page) => page.map((one) => items[one])), left };
}
