// What the server sends, as the screens read it: rows of a table become cells with their place.
import { store } from "./store.js";
import * as Words from "./words.js";

const whole = (value, tongue) => value.toLocaleString(tongue === "nl" ? "nl-NL" : "en-GB", { maximumFractionDigits: 1 });

// A cell of a row that came without text: counts, ages, rooms, which are shown as they are.
const cellAt = (at, row, column) => {
  const value = row[column];
  return Number.isFinite(value) ? { v: value, t: { nl: whole(value, "nl"), en: whole(value, "en") }, at: `${at}${row.row}/${column}` } : null;
};

export const plain = (key) => String(key ?? "").replaceAll("_", " ");
export const coded = (kind, key) => store.place?.codes?.[kind]?.[key] ?? { nl: plain(key), en: plain(key) };
const both = (text) => ({ nl: text, en: text });

// state

export function state(one) {
  const names = {};
  for (const [key, name] of Object.entries(one.names ?? {})) {
    const [contact, step] = key.split(":");
    if (typeof name === "string") names[contact] = { ...names[contact], [step]: name };
    else names[key] = name;
  }
  const since = one.clock?.started ? Date.parse(one.clock.started) / 1000 : null;
  return { ...one, names, cost: one.cost ?? null, clock: one.clock ? { started: since, since, step: one.clock.step } : null };
}

// months

export function slice(one) {
  const rows = one.rows.map((row) => ({ ...row, so_far: row.extra_so_far ?? null }));
  const last = rows.findLast((row) => row.so_far !== null);
  const value = last?.so_far;
  return { ...one, rows: rows.filter((row) => row.so_far !== null), now: last ? { so_far: { v: value, t: { nl: whole(value, "nl"), en: whole(value, "en") }, at: `${one.at}${last.month}/extra_so_far` } } : null };
}

export const alone = (one) => ({ ...one, card: one.card ?? one.key });
export const failed = (one) => ({ ...one, said: one.said ?? { nl: one.nl, en: one.en } });

// outcomes

export function outcome(one) {
  if (!one) return null;
  const money = one.money ?? {};
  return { ...one, money: { ...money, year: money.year ?? money.eur_per_year ?? null, total: money.total ?? money.eur ?? null } };
}

export function compared(found) {
  const packages = found.packages.map((one) => {
    const made = outcome(one.outcome) ?? (one.effects ? outcome(one) : {});
    return { ...made, shares: one.shares ?? made.shares, why_no_shares: one.why_no_shares, letters: one.letters, name: one.name, package: one.package ?? { done: one.done, cards: one.cards }, why: one.why_not };
  });
  return { ...found, packages };
}

// chains

const home = (at, row, side) => ({ type: row[`${side}type`], tenure: row[`${side}tenure`], rooms: cellAt(at, row, `${side}rooms`), wijk: area(row, side) });
const area = (row, side) => (row[`${side}area_name`] ? both(row[`${side}area_name`]) : (store.place?.areas?.[row[`${side}area`]] ?? both(row[`${side}area`] ?? "")));

function link(at, row) {
  const by = String(row.instruments ?? "").split("+").filter(Boolean).map(helper);
  return {
    ...home(at, row, ""), who: Words.has(`one_${row.household_class}`) ? Words.both(`one_${row.household_class}`) : coded("class", row.household_class), persons: cellAt(at, row, "household_size"), age: cellAt(at, row, "age"),
    why: coded("trigger", row.trigger), when: monthOf(row.month), by: by.length ? { nl: by.map((one) => one.nl).join(", "), en: by.map((one) => one.en).join(", ") } : null,
  };
}

// The name of a card that helped; what the place does already has DONE before its key.
const DONE = "al_";
function helper(key) {
  const card = store.place.cards.find((one) => one.key === key || `${DONE}${one.key}` === key);
  if (!card) return both(plain(key));
  const already = key !== card.key ? Words.both("doneAlready") : null;
  return already ? { nl: `${card.nl} (${already.nl})`, en: `${card.en} (${already.en})` } : card;
}

export function chains(found) {
  if (Array.isArray(found.chains)) return found;
  const { at, rows } = found.chains;
  const byChain = Map.groupBy ? Map.groupBy(rows, (row) => row.chain) : group(rows);
  const all = [...byChain.values()].map((links) => links.sort((a, b) => a.link - b.link));
  const drawn = all.map((links) => {
    const last = links.at(-1);
    return {
      id: last.chain, start: coded("origin", links[0].origin), links: links.filter((row) => row.link > 0).map((row) => link(at, row)),
      end: { key: last.end, ...coded("end", last.end) }, left: last.left_type && EMPTY.includes(last.end) ? home(at, last, "left_") : null, first: links.some((row) => row.drawn === true),
    };
  });
  const rowsOf = found.hundred?.rows ?? [];
  const counted = rowsOf.length && ("length" in rowsOf[0] || "moves" in rowsOf[0]) ? rowsOf.map((row) => [found.hundred.at, row]) : all.map((links) => [at, links[0]]);
  const hundred = counted.map(([place, row]) => ({ length: cellAt(place, row, "length" in row ? "length" : "moves"), end: row.end })).filter((row) => row.length);
  const ends = Object.fromEntries(hundred.map((row) => [row.end, coded("end", row.end)]));
  return { chains: drawn.filter((one) => one.links.length || one.left).sort((a, b) => b.first - a.first), hundred: hundred.sort((a, b) => b.length.v - a.length.v), ends, why_none: found.why_none };
}

const EMPTY = ["open", "withdrawn", "demolished"]; // nobody lives in the last home

function group(rows) {
  const found = new Map();
  for (const row of rows) found.set(row.chain, [...(found.get(row.chain) ?? []), row]);
  return found;
}

// Months of the run in the calendar, as people say them.
export function monthOf(month) {
  const [year, first] = String(store.place.start).split("-").map(Number);
  const date = new Date(Date.UTC(year, first - 1 + month, 1));
  const say = (tongue) => date.toLocaleDateString(tongue, { month: "long", year: "numeric", timeZone: "UTC" });
  return { nl: say("nl-NL"), en: say("en-GB") };
}

// people

// A line of the journal: its numbers get their place in the table ``people``.
function told(one, letters, row) {
  if (!one) return null;
  if (one.cells || !one.numbers) return one.said?.cells ? one.said : (one.said ?? one);
  const cells = Object.entries(one.numbers).map(([name, value]) => [name, { v: value, t: { nl: whole(value, "nl"), en: whole(value, "en") }, at: `people/${letters}/${row}/${name}` }]);
  return { ...one.said, cells: Object.fromEntries(cells) };
}

export function people(found, letters) {
  const listed = (Array.isArray(found.people) ? found.people : found.people?.people) ?? [];
  return {
    people: listed.map((one, at) => ({ id: one.id, who: told(one.who, letters, `${one.id}.who`) ?? both(String(at + 1)), verdict: one.said ?? one, sort: one.verdict })),
    rule: found.people?.rule ?? found.rule ?? null, why_none: found.why_none, followed: found.followed ?? null, verdicts: found.verdicts ?? [],
  };
}

export function senior(found, letters) {
  const one = found.senior ?? found;
  if (!one.lanes) return one;
  const lane = (name) => one.lanes[name].map((line, at) => ({ month: line.month, when: line.when, kind: line.kind, said: told(line, letters, `${one.id}.${name}.${at}`) }));
  const parted = one.parted_month ?? one.parted?.month ?? null;
  return {
    id: one.id, who: told(one.who, letters, `${one.id}.who`), months: one.watched_until, with: lane("with"), without: lane("without"),
    part: parted === null ? null : { month: parted, when: one.parted?.when ?? monthOf(parted) }, why: one.why,
  };
}

// the place

export function place(one) {
  const current = (one.current ?? []).map((pair) => (Array.isArray(pair) ? { card: pair[0], dose: pair[1] } : pair));
  return { ...one, current };
}

