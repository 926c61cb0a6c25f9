// What the page knows: the place, the state of its table, and what has come in of each package. Screens read it and hear of changes.
import { get, post, stream } from "./net.js";
import * as wire from "./wire.js";

export const store = {
  place: null,
  table: null, // id
  state: null,
  outcomes: new Map(), // letters -> outcome
  lines: new Map(), // letters -> {world, rows, now}
  alone: null, // the last prepared result of one card
  failed: null,
  online: true,
  ready: false,
  stopped: false,
  unguessed: false, // somebody chose to see without a guess
};

// Whether outcomes may be shown: a table guesses once before it sees any, or chose not to.
export const mayShow = () => store.unguessed || Object.keys(store.state?.guesses ?? {}).length > 0;

const hearers = new Set();
export const hear = (listener) => hearers.add(listener);
const tell = (what, about) => hearers.forEach((listener) => listener(what, about));

let source = null;

export async function loadPlace() {
  store.place = wire.place(await get("/api/place"));
  store.ready = store.place.ready;
}

export async function sit(table) {
  if (store.table === table && source) return;
  leave();
  store.state = wire.state(await get(`/api/table/${encodeURIComponent(table)}`));
  store.table = table;
  listen(table);
}

function listen(table) {
  source?.close();
  source = stream(table, {
    state: (state) => set(state),
    alone: (one) => { store.alone = wire.alone(one); tell("alone", store.alone); },
    slice: (one) => { addSlice(one); tell("slice", one); },
    outcome: (one) => { store.outcomes.set(one.letters, wire.outcome(one)); tell("outcome", one); },
    failed: (one) => { store.failed = wire.failed(one); tell("failed", one); },
    ready: () => loadPlace().then(() => { store.ready = true; tell("ready"); }, complain),
    open: () => connected(true),
    error: () => connected(false),
  });
}

export function leave() {
  source?.close();
  source = null;
  Object.assign(store, { table: null, state: null, alone: null, failed: null });
}

function connected(now) {
  const changed = store.online !== now;
  store.online = now;
  if (changed) tell("online");
}

function set(sent) {
  const state = wire.state(sent);
  if (state.id !== store.table) return;
  if (state.package.letters !== store.state?.package.letters) {
    store.failed = null;
    store.stopped = false;
  }
  store.state = state;
  tell("state", state);
}

function addSlice(sent) {
  const one = wire.slice(sent);
  const known = store.lines.get(one.letters);
  if (known && one.world > known.world) return; // the first world alone is drawn
  if (!one.rows.length) return; // what it is compared with is not there yet
  const rows = known?.world === one.world ? known.rows.filter((row) => row.month < one.rows[0].month) : [];
  store.lines.set(one.letters, { world: one.world, rows: [...rows, ...one.rows], now: one.now });
}

// The line of the first world of a package, as far as it is known: [so far at month 0, 1 …].
export function lineOf(letters) {
  const drawn = store.lines.get(letters)?.rows.map((row) => row.so_far) ?? [];
  const whole = store.outcomes.get(letters)?.line?.so_far ?? [];
  return whole.length > drawn.length ? whole : drawn;
}

export const letters = () => store.state?.package.letters ?? null;

// `quiet`: what the server says no to is not shown.
export async function send(event, quiet = false) {
  const at = store.table;
  try {
    const state = await post(`/api/table/${encodeURIComponent(at)}/event`, event);
    if (at === store.table) set(state);
    return true;
  } catch (error) {
    if (!quiet) tell("error", error);
    return false;
  }
}

export async function fetchOutcome(of) {
  if (!of) return null;
  const one = wire.outcome(await get(`/api/outcome/${of}`));
  if (one?.letters && one.worlds >= (store.outcomes.get(of)?.worlds ?? 0)) {
    store.outcomes.set(of, one);
    tell("outcome", one);
  }
  return one;
}

export function stopWork() {
  store.stopped = true;
  return send({ kind: "stop" }, true); // at least nothing is drawn any more
}

// After a stop: whoever listens anew has its package worked out again.
export function carryOn() {
  store.stopped = false;
  listen(store.table);
  tell("state", store.state);
}

export const complain = (error) => tell("error", error);
export const cardOf = (key) => store.place.cards.find((card) => card.key === key);
