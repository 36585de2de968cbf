// How things are made and worded. Whatever comes from outside is set as text: nothing makes elements of a string, and
// the page's policy (require-trusted-types-for) lets nothing do so.

// Signs that are not seen but change what is read, written out.
const hidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\u{e0000}-\u{e0fff}]/gu;
export const shown = (value) =>
  String(value ?? "").replace(hidden, (sign) => `\\u{${sign.codePointAt(0).toString(16)}}`);

export const by = (id) => document.getElementById(id);

export function make(tag, traits = {}, ...inner) {
  const { text, on, ...rest } = traits;
  const found = document.createElement(tag);
  for (const [name, value] of Object.entries(rest)) {
    if (value === true) found.setAttribute(name, "");
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

// A text in which lines that came or went are marked, where it is a diff.
export function diff(text) {
  const found = make("pre");
  const is = /^@@ /m.test(text);
  for (const line of String(text).trimEnd().split("\n")) {
    const kind = !is || /^(\+\+\+|---) /.test(line) ? "" : { "+": "came", "-": "went", "@": "where" }[line[0]] ?? "";
    found.append(make("span", { class: kind || null, text: line }), "\n");
  }
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
