// What goes to and from the server: JSON over the same origin, and one stream of events of a table.
export class Said extends Error {
  constructor(text, status = 0) {
    super(typeof text === "string" ? text : text.nl);
    this.text = text;
    this.notYet = status === 404; // what is asked is not there, or not yet
  }
}

const LOST = { nl: "De computer met de simulatie antwoordt niet.", en: "The computer with the simulation does not answer." };

async function ask(address, options) {
  let response;
  try {
    response = await fetch(address, options);
  } catch {
    throw new Said(LOST);
  }
  const kind = response.headers.get("content-type") ?? "";
  const body = kind.includes("json") ? await response.json() : await response.text();
  if (!response.ok) throw new Said(body?.nl ? body : String(body || response.status), response.status);
  return body;
}

export const get = (address) => ask(address, { headers: { accept: "application/json" } });
export const post = (address, body) =>
  ask(address, { method: "POST", headers: { "content-type": "application/json", accept: "application/json" }, body: JSON.stringify(body) });
export const postText = (address, body) => ask(address, { method: "POST", headers: { "content-type": "text/plain; charset=utf-8" }, body });

export function stream(table, listeners) {
  const source = new EventSource(`/api/table/${encodeURIComponent(table)}/stream`);
  for (const [kind, listener] of Object.entries(listeners)) {
    if (kind === "open" || kind === "error") source.addEventListener(kind, () => listener());
    else source.addEventListener(kind, (event) => listener(JSON.parse(event.data)));
  }
  return source;
}
