// The daemon as it is spoken with: in the name of whoever's token this page was given.

// The token is kept for this tab alone and goes with it. A cookie would be sent by itself with requests that other
// pages cause, and localStorage would keep it for every later tab.
const KEY = "heartbit-token";
const AGAIN = 1_500; // ms until a broken stream of events is taken up again
const SILENCE = 45_000; // ms without a sign after which a stream counts as broken; the daemon gives one every 15 s

const NO_ANSWER = "The daemon does not answer. It is asked again by itself.";

let token = sessionStorage.getItem(KEY) ?? "";
let refused = () => {};

export const hasToken = () => Boolean(token);
export const take = (text) => (token = text);
export const keep = () => sessionStorage.setItem(KEY, token);
export const whenRefused = (hear) => (refused = hear);
export function forget() {
  token = "";
  sessionStorage.removeItem(KEY);
}

export class Refused extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

export const worded = (error, otherwise = NO_ANSWER) => (error instanceof Refused ? error.message : otherwise);

export async function request(method, path, { body, headers, signal } = {}) {
  const mine = token;
  const given = { authorization: `Bearer ${mine}`, ...headers };
  if (body !== undefined) given["content-type"] = "application/json";
  const answer = await fetch(path, {
    method, signal, headers: given, credentials: "omit", cache: "no-store",
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => ({}));
  if (answer.status === 401 && token && mine === token) refused();
  throw new Refused(answer.status, told.error ?? `The daemon answered ${answer.status}.`);
}

export const get = async (path) => (await request("GET", path)).json();
export const act = (method, path, body) => request(method, path, { body });

// Events with ids, from the beginning to `event: end`; where the connection breaks, it goes on after the last one.
// EventSource would do that by itself, but can send no token.
export async function follow(path, hear, signal, failed = () => {}) {
  const place = { last: "" };
  while (!signal.aborted) {
    try {
      if (await once(path, hear, signal, place)) return;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Refused && error.status !== 503) return failed(error);
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN));
  }
}

// One connection; whether it was told to its end. One that gives no sign any more is left.
async function once(path, hear, signal, place) {
  const silent = new AbortController();
  const leave = () => silent.abort();
  signal.addEventListener("abort", leave);
  let timer = setTimeout(leave, SILENCE);
  try {
    const headers = { accept: "text/event-stream", ...(place.last && { "last-event-id": place.last }) };
    const answer = await request("GET", path, { headers, signal: silent.signal });
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      clearTimeout(timer);
      timer = setTimeout(leave, SILENCE);
      const blocks = (rest + piece.value).replaceAll("\r\n", "\n").split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) {
        const fields = fieldsOf(block);
        if (fields.data === undefined || signal.aborted) continue;
        hear(fields.event ?? "message", JSON.parse(fields.data));
        if (fields.event === "end") return true;
        place.last = fields.id ?? place.last;
      }
    }
    return false;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", leave);
    silent.abort();
  }
}

function fieldsOf(block) {
  const fields = {};
  for (const line of block.split("\n")) {
    const at = line.indexOf(":");
    if (at > 0) fields[line.slice(0, at)] = line.slice(at + 1).trimStart();
  }
  return fields;
}
