// The line that draws itself: months of the first world, as fast as they come in and at most so many a second.
import { num, s } from "./dom.js";
import { grouped } from "./language.js";
import { w } from "./words.js";

const PACE = 90; // months a second
const SIZES = { wide: [760, 380], narrow: [360, 300] };
const EDGE = { left: 58, right: 54, top: 14, bottom: 34 };
export const NARROW = "(max-width: 40rem)"; // pictures are drawn for a phone
export const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

function step(most) {
  const rough = most / 4 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? 10 * power;
}

// An SVG of lines: mine (months so far), before (the package before the last change), the guess as a dot, the margins at its end.
export function lineChart({ months, start, mine, before, guess, effect, alt, title }) {
  const narrow = matchMedia(NARROW).matches;
  const [width, height] = SIZES[narrow ? "narrow" : "wide"];
  const values = [...mine, ...(before ?? []), guess, ...["difference", "lower", "upper", "lower_full", "upper_full"].map((key) => effect?.[key]?.v)];
  const known = values.filter((one) => Number.isFinite(one));
  const tick = step(Math.max(1, Math.max(0, ...known) - Math.min(0, ...known)));
  const [low, high] = [tick * Math.floor(Math.min(0, ...known) / tick), tick * Math.ceil(Math.max(tick, ...known) / tick)];
  const x = (month) => EDGE.left + ((width - EDGE.left - EDGE.right) * month) / months;
  const y = (value) => height - EDGE.bottom - ((height - EDGE.top - EDGE.bottom) * (value - low)) / (high - low);
  const path = (rows) => (rows.length ? `M${x(0)} ${y(0)}` + rows.map((value, month) => `L${x(month + 1).toFixed(1)} ${y(value).toFixed(1)}`).join("") : "");
  const ticks = [];
  for (let value = low; value <= high + tick / 2; value += tick) ticks.push(value);
  const end = x(months) + 14;
  const span = (a, b, kind) => (a && b ? s("line", { class: kind, x1: end, x2: end, y1: y(a.v), y2: y(b.v) }) : "");
  const picture = s("svg", { class: "line", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": alt }, s("title", {}, title),
    ticks.map((value) => [s("line", { class: value === 0 ? "zero" : "rule", x1: EDGE.left, x2: x(months), y1: y(value), y2: y(value) }),
      s("text", { class: "tick", x: EDGE.left - 8, y: y(value) + 5, "text-anchor": "end", "data-fixed": "as" }, grouped(value))]),
    years(start, months, narrow).map(([month, year]) => s("text", { class: "tick", x: x(month), y: height - 10, "text-anchor": "middle", "data-fixed": "jaar" }, year)),
    before?.length ? s("path", { class: "before", d: path(before) }) : "",
    s("path", { class: "mine", d: path(mine) }),
    span(effect?.lower_full, effect?.upper_full, "thin"), span(effect?.lower, effect?.upper, "thick"),
    effect?.difference ? s("circle", { class: "point", cx: end, cy: y(effect.difference.v), r: 6 }) : "",
    Number.isFinite(guess) ? s("path", { class: "guess", d: `M${end + 14} ${y(guess) - 9}l9 9l-9 9l-9 -9z` }) : "");
  return { picture, redraw: (rows) => picture.querySelector(".mine").setAttribute("d", path(rows)) };
}

// Months at which a year begins, with the year; some are left out where there are many.
export function years(start, months, narrow) {
  const [year, month] = String(start).split("-").map(Number);
  const every = months > 60 ? (narrow ? 4 : 2) : 1;
  const found = [];
  for (let at = (13 - month) % 12, now = month === 1 ? year : year + 1; at <= months; at += 12 * every, now += every) found.push([at, now]);
  return found;
}

// Shows more and more of what is there, at PACE; `rows()` is asked again at each frame. Returns a function that ends it.
export function play({ from = 0, rows, draw, done }) {
  let shown = from;
  let last = null;
  let over = false;
  const frame = (time) => {
    if (over) return;
    shown = Math.min(rows().length, shown + (last === null ? 1 : ((time - last) / 1000) * PACE));
    last = time;
    draw(rows().slice(0, Math.floor(shown)));
    if (done(Math.floor(shown))) over = true;
    else requestAnimationFrame(frame);
  };
  if (still()) {
    draw(rows());
    done(rows().length);
  } else requestAnimationFrame(frame);
  return () => { over = true; return Math.floor(shown); };
}

export const soFar = (cell) => (cell ? [`${w("soFar")} `, num(cell)] : "");
