// Makes elements, and shows numbers: each with the place where it can be read back, or with why it is no result.
import { language } from "./language.js";
import { w } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";

const shown = (children) => children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false && child !== "");

// What an element holds from now on.
export const put = (one, ...children) => one.replaceChildren(...shown(children));

function fill(one, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [kind, listener] of Object.entries(value)) one.addEventListener(kind, listener);
    else if (name === "style") for (const [rule, given] of Object.entries(value)) one.style.setProperty(rule, given);
    else if (name in one && ["value", "checked", "disabled", "htmlFor", "selected", "indeterminate"].includes(name)) one[name] = value;
    else one.setAttribute(name, value === true ? "" : value);
  }
  one.append(...shown(children));
  return one;
}

export const h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
export const s = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

// A text of the server in the language of the page.
export const tongue = (text) => (text === null || text === undefined ? "" : typeof text === "string" ? text : (text[language()] ?? text.nl ?? ""));

// A number of the simulation: the text of its cell, with where that stands.
export function num(cell) {
  if (!cell) return null;
  return h("data", { "data-at": cell.at, value: cell.v }, tongue(cell.t));
}

// The same in euro; where nothing was spent it says so.
export function eur(cell) {
  if (!cell) return null;
  const text = tongue(cell.t);
  const shown = h("data", { "data-at": cell.at, value: cell.v, "data-euro": true }, text.includes("€") ? text : `€\u00a0${text}`);
  return cell.v === 0 ? h("span", {}, shown, ` (${w("nothingSpent")})`) : shown;
}

// Digits that are no result (a date, a name, an own choice): `why` says what they are.
export const fixed = (text, why) => h("span", { "data-fixed": why }, String(text));

const SET = /((?:19|20)\d\d|\b\d+ (?:jaar|maanden|years?|months?|kaart(?:en)?|cards?)\b)/; // what was set and did not come out: a year, how long, how many cards

// A sentence of the server: text with {name} where a cell stands.
export function said(one) {
  if (!one) return null;
  const cells = one.cells ?? {};
  return tongue(one).split(/(\{\w+\})/).map((part) => {
    const name = part.match(/^\{(\w+)\}$/)?.[1];
    if (name) return num(cells[name]) ?? "";
    return part.split(SET).map((piece, odd) => (odd % 2 ? fixed(piece, "jaar of duur") : piece));
  });
}

// The same as plain text, for what is read aloud.
export const spoken = (one) => tongue(one).replace(/\{(\w+)\}/g, (_, name) => tongue(one.cells?.[name]?.t));

// "lower to upper" of one effect; which: "" (chance) or "_full" (with what we do not know).
export function span(effect, which, to) {
  const [low, high] = [effect[`lower${which}`], effect[`upper${which}`]];
  return low && high ? [num(low), ` ${to} `, num(high)] : null;
}

export const heading = (text, ...rest) => h("h1", { id: "heading", tabindex: "-1" }, text, ...rest);
export const button = (id, text, click, more = {}) => h("button", { type: "button", id, on: { click }, ...more }, text);
