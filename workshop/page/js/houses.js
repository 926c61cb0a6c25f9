// Homes as pictures: a shape for the type, a colour and a sign for the tenure (the same as in the report).
import { h, s, tongue } from "./dom.js";
import { coded } from "./wire.js";

const SHAPES = {
  eengezins: "M24 3 4 20h5v17h11V26h8v11h11V20h5z",
  meergezins: "M9 3h30v34h-9v-8h-6v8H9zM14 8v5h5V8zM29 8v5h5V8zM14 17v5h5v-5zM29 17v5h5v-5zM14 26v5h5v-5z",
  seniorencomplex: "M4 17 14 9l10 8 10-8 10 8v20h-8V27h-5v10H17V27h-5v10H4z",
  mantelzorgunit: "M4 18 15 8l11 10v19H4zM29 26l7-6 8 6v11H29z",
  flex: "M5 15h38v22H5zM10 20v6h7v-6zM22 20v17h7V20zM33 20v6h6v-6z",
};
export const TYPES = Object.keys(SHAPES);
export const TENURES = { koop: "■", corporatie: "◆", vrije_huur: "▲" };
export const ENDS = { starter: "★", arrival: "→", separated: "÷", open: "○", withdrawn: "×", demolished: "×" };

export const house = (type) => s("svg", { class: "house", viewBox: "0 0 48 40", "aria-hidden": "true", focusable: "false" }, s("path", { d: SHAPES[type] ?? SHAPES.eengezins }));
export const tenure = (key) => h("span", { class: `tenure ${key}` }, h("span", { "aria-hidden": "true" }, `${TENURES[key] ?? "●"} `), tongue(coded("tenure", key)));
export const endSign = (key) => ENDS[key] ?? "●";
