// How things are made and worded. Whatever comes from outside is set as text: nothing makes elements of a string, and
// the page's policy (require-trusted-types-for) lets nothing do so.

// Signs that are not seen but change what is read, written out.
const hidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffc\ud800-\udfff\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;
const written = (sign) => `\\u{${sign.codePointAt(0).toString(16)}}`;
export const shown = (value) => String(value ?? "").replace(hidden, written);

// The same for what a person decides by: spaces of other kinds, and letters that look like Latin ones among Latin ones.
const spaces = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\uff01-\uff5e]/gu;
const foreign = /[\u0370-\u03ff\u0400-\u052f\u0530-\u058f\u13a0-\u13fe\u2c80-\u2cff\ua4d0-\ua4ff\u{1d400}-\u{1d7ff}]/gu;
const mixed = (word) => (/[A-Za-z]/.test(word) ? word.replace(foreign, written) : word);
export const revealed = (value) => shown(value).replace(spaces, written).replace(/[\p{L}\p{N}_]+/gu, mixed);

export const by = (id) => document.getElementById(id);

export function make(tag, traits = {}, ...inner) {
  const { text, on, ...rest } = traits;
  const found = document.createElement(tag);
  for (const [name, value] of Object.entries(rest)) {
    if (name === "title" || name === "aria-label") found.setAttribute(name, shown(value));
    else if (value === true) found.setAttribute(name, "");
    else if (value !== false && value != null) found.setAttribute(name, value);
  }
  if (text != null) found.textContent = shown(text);
  for (const [name, hear] of Object.entries(on ?? {})) found.addEventListener(name, hear);
  found.append(...inner.flat().filter(Boolean));
  return found;
}

export const quiet = (text) => make("span", { class: "quiet", text });
export const said = (text) => make("span", { class: "said", text });
export const state = (name) => make("span", { class: `state ${/^[a-z]+$/.test(name) ? name : ""}`, text: name });

// A part that opens. What was opened stays open when its list is drawn anew, by its key.
export const more = (key, title, ...inner) => make("details", { "data-open": key }, make("summary", { text: title }), ...inner);

export const money = (usd) => (usd == null ? "" : `$${usd.toFixed(usd < 1 ? 4 : 2)}`);
export const number = (value) => (value ?? 0).toLocaleString("en");
export const count = (value, word, many = `${word}s`) => `${number(value)} ${value === 1 ? word : many}`;
export const facts = (...words) => words.filter(Boolean).join(" · ");

export function clock(text) {
  const at = text ? new Date(text) : null;
  if (!at || Number.isNaN(at.getTime())) return "";
  const today = at.toDateString() === new Date().toDateString();
  const time = { hour: "2-digit", minute: "2-digit" };
  return at.toLocaleString([], today ? time : { weekday: "short", day: "numeric", month: "short", ...time });
}

export function lasting(seconds) {
  const parts = [[86_400, "d"], [3_600, "h"], [60, "min"]];
  const [size, word] = parts.find(([each]) => seconds >= each) ?? [1, "s"];
  return `${Math.floor(seconds / size)} ${word}`;
}

export function json(value) {
  if (typeof value !== "string") return JSON.stringify(value, null, 2);
  try {
    return JSON.stringify(JSON.parse(value), null, 2);
  } catch {
    return value;
  }
}

// A text of any length in an element: as much as is laid out at once, and more of it whenever that is asked for. What is cut
// off is said with its length.
const FIRST = 20_000;
const FURTHER = 100_000;

export function long(found, text, reveal = shown) {
  const all = reveal(text);
  let at = 0;
  const rest = make("button", { type: "button", class: "plain rest", on: { click: () => further(FURTHER) } });
  const further = (count) => {
    const end = at + count < all.length && isHigh(all.charCodeAt(at + count - 1)) ? at + count - 1 : at + count;
    found.append(all.slice(at, end));
    at = Math.min(end, all.length);
    rest.hidden = at === all.length;
    rest.textContent = `Show more: ${count_(all.length - at)} are left`;
  };
  further(FIRST);
  return at < all.length ? [found, rest] : [found];
}

const isHigh = (code) => code >= 0xd800 && code < 0xdc00; // the first half of a sign of two: it is not cut there
const count_ = (value) => count(value, "character");

export const code = (text, reveal) => long(make("pre", { tabindex: "0" }), text, reveal);
export const told = (text, kind = "said") => long(make("p", { class: kind }), text);

// A diff, its lines marked as what came and what went; what else looks like one is text.
const LINES = 1_000;

export function diff(text, reveal = shown) {
  const lines = String(text).trimEnd().split("\n");
  const first = lines.findIndex((line) => line.startsWith("@@ "));
  if (first < 0) return code(text, reveal);
  const found = make("pre", { class: "diff", tabindex: "0" });
  for (const line of lines.slice(0, LINES)) {
    const kind = /^(\+\+\+|---) /.test(line) ? "file" : { "+": "came", "-": "went", "@": "where" }[line[0]] ?? "";
    const cut = line.length > 4_000 ? `${line.slice(0, 4_000)}… ${count_(line.length - 4_000)} more` : line;
    found.append(make("span", { class: kind || null, text: reveal(cut) || " " }));
  }
  if (lines.length > LINES) found.append(make("span", { class: "where", text: `… ${count(lines.length - LINES, "more line", "more lines")}` }));
  return [found];
}

// A part that opens, and is made when it does.
export function lazily(key, title, build) {
  const found = make("details", { "data-open": key }, make("summary", {}, ...(Array.isArray(title) ? title : [make("span", { text: title })])));
  let built = false;
  found.addEventListener("toggle", () => {
    if (built || !found.open) return;
    built = true;
    found.append(...[build()].flat().filter(Boolean));
  });
  return found;
}

// Tells those who do not see the page what has happened on it.
export const tell = (text) => (by("told").textContent = shown(text));

const drawn = new WeakMap(); // what each part was drawn from

// Draw a part where what it is drawn from has changed; whoever is at a button in there stays at it, and what is open stays so.
export function draw(place, data, parts) {
  const now = JSON.stringify(data);
  if (drawn.get(place) === now) return;
  drawn.set(place, now);
  const key = document.activeElement?.closest("[data-key]")?.dataset.key;
  const open = new Set([...place.querySelectorAll("details[open][data-open]")].map((each) => each.dataset.open));
  place.replaceChildren(...[parts].flat());
  for (const each of place.querySelectorAll("details[data-open]")) each.open ||= open.has(each.dataset.open);
  if (key !== undefined) [...place.querySelectorAll("[data-key]")].find((each) => each.dataset.key === key)?.focus();
}

export const forgetDrawn = (place) => drawn.delete(place);
