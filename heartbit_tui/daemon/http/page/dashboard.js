// What the daemon does, for the person whose token this page was given. Whatever comes from there is set as text:
// nothing here makes elements of a string, and the page's policy (require-trusted-types-for) lets nothing do so.

// The token is kept for this tab alone and goes with it. A cookie would be sent by itself with requests that other
// pages cause, and localStorage would keep it for every later tab.
const KEY = "heartbit-token";
const PAGE = 50;
const OFTEN = 2_000; // ms between two looks at tasks and requests, while the page is seen
const SELDOM = 10_000; // ms between two looks at the other panels
const AGAIN = 1_500; // ms until a broken stream of events is taken up again
const ENDED = ["completed", "failed", "cancelled"];
const HEADS = ["name", "title", "text", "task", "content", "summary", "path", "file", "id"];

const by = (id) => document.getElementById(id);
let token = sessionStorage.getItem(KEY) ?? "";
let chosen = ""; // the id of the task that is shown
let limit = PAGE;
let following = new AbortController();
let drawn = new Map(); // what each part was drawn from, so that it is drawn anew only when that changed

// Signs that are not seen but change what is read, written out.
const hidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\u{e0000}-\u{e0fff}]/gu;
const shown = (value) =>
  String(value ?? "").replace(hidden, (sign) => `\\u{${sign.codePointAt(0).toString(16)}}`);

function make(tag, traits = {}, ...inner) {
  const { text, on, ...rest } = traits;
  const found = document.createElement(tag);
  for (const [name, value] of Object.entries(rest)) {
    if (value === true) found.setAttribute(name, "");
    else if (value !== false && value != null) found.setAttribute(name, value);
  }
  if (text != null) found.textContent = shown(text);
  for (const [name, hear] of Object.entries(on ?? {})) found.addEventListener(name, hear);
  found.append(...inner.filter(Boolean));
  return found;
}

// -- the daemon ------------------------------------------------------------------------------------------------------

class Refused extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

async function request(method, path, { body, headers, signal } = {}) {
  const given = { authorization: `Bearer ${token}`, ...headers };
  if (body !== undefined) given["content-type"] = "application/json";
  const answer = await fetch(path, {
    method, signal, headers: given, credentials: "omit", cache: "no-store",
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => ({}));
  if (answer.status === 401 && token) leave("This token is not valid, or not any more.");
  throw new Refused(answer.status, told.error ?? `The daemon answered ${answer.status}.`);
}

const get = async (path) => (await request("GET", path)).json();
const act = async (method, path, body) => void (await request(method, path, { body }));

// Events with ids, from the beginning to `event: end`; where the connection breaks, it goes on after the last one.
// EventSource would do that by itself, but can send no token.
async function follow(path, hear, signal) {
  let last = "";
  while (!signal.aborted) {
    try {
      const headers = { accept: "text/event-stream", ...(last && { "last-event-id": last }) };
      const answer = await request("GET", path, { headers, signal });
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        const blocks = (rest + piece.value).replaceAll("\r\n", "\n").split("\n\n");
        rest = blocks.pop();
        for (const block of blocks) {
          const fields = {};
          for (const line of block.split("\n")) {
            const at = line.indexOf(":");
            if (at > 0) fields[line.slice(0, at)] = line.slice(at + 1).trimStart();
          }
          if (fields.data === undefined) continue;
          hear(fields.event ?? "message", JSON.parse(fields.data));
          if (fields.event === "end") return;
          last = fields.id ?? last;
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Refused && error.status !== 503) return trouble(error);
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN));
  }
}

// -- words -----------------------------------------------------------------------------------------------------------

const money = (usd) => (usd == null ? "" : `$${usd.toFixed(usd < 1 ? 4 : 2)}`);
const count = (number, word) => `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`;
const clock = (text) => (text ? new Date(text).toLocaleString([], { dateStyle: "short", timeStyle: "short" }) : "");
const facts = (...words) => words.filter(Boolean).join(" · ");
const state = (name) => make("span", { class: `state ${/^[a-z]+$/.test(name) ? name : ""}`, text: name });

function lasting(seconds) {
  const parts = [[86_400, "d"], [3_600, "h"], [60, "min"]];
  const [size, word] = parts.find(([each]) => seconds >= each) ?? [1, "s"];
  return `${Math.floor(seconds / size)} ${word}`;
}

function json(value) {
  if (typeof value !== "string") return JSON.stringify(value, null, 2);
  try {
    return JSON.stringify(JSON.parse(value), null, 2);
  } catch {
    return value;
  }
}

function trouble(error) {
  by("trouble").hidden = !error;
  by("trouble").textContent = !error ? "" : error instanceof Refused ? shown(error.message) : "The daemon does not answer. It is asked again by itself.";
}

// Draw a part where what it is drawn from has changed; whoever is at a button in there stays at it.
function draw(place, from, ...parts) {
  const now = JSON.stringify(from);
  if (drawn.get(place.id) === now) return;
  drawn.set(place.id, now);
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.key : "";
  place.replaceChildren(...parts.flat().filter(Boolean));
  if (focused) [...place.querySelectorAll("[data-key]")].find((each) => each.dataset.key === focused)?.focus();
}

// -- tasks -----------------------------------------------------------------------------------------------------------

async function showTasks() {
  const wanted = by("filter").value;
  const { tasks, total } = await get(`/tasks?limit=${limit}&state=${encodeURIComponent(wanted)}`);
  const none = wanted ? `No task is ${wanted}.` : "There are no tasks yet. Hand one over above, or with heartbit submit.";
  const rows = tasks.map((task) => make("li", {}, taskRow(task)));
  const empty = make("li", { class: "quiet", text: none });
  draw(by("tasks"), [tasks, chosen, wanted], rows.length ? rows : empty);
  by("more").hidden = total <= tasks.length || limit >= 500;
  const mine = tasks.find((task) => task.id === chosen);
  if (mine) showFacts(mine);
}

function taskRow(task) {
  const row = make("button", { type: "button", "data-key": task.id, "aria-current": String(task.id === chosen), on: { click: () => choose(task.id, true) } },
    make("span", { class: "what", text: task.task }), state(task.state),
    make("span", { class: "quiet", text: facts(clock(task.created_at), task.source, money(task.estimated_cost_usd)) }));
  return row;
}

function choose(id, move = false) {
  following.abort();
  following = new AbortController();
  chosen = id;
  history.replaceState(null, "", id ? `#task=${encodeURIComponent(id)}` : " ");
  by("one-body").hidden = !id;
  by("one-none").hidden = Boolean(id);
  by("events").replaceChildren();
  by("outcome").hidden = true;
  if (!id) return;
  const place = `/tasks/${encodeURIComponent(id)}`;
  const take = events(by("events"));
  get(place).then((task) => chosen === id && (showFacts(task), move && by("one-title").focus({ preventScroll: innerWidth > 896 })), (error) => (trouble(error), choose("")));
  follow(`${place}/events`, (name, data) => (name === "end" ? (showFacts(data), showOutcome(data)) : take(data)), following.signal);
  showTasks().catch(trouble);
}

function showFacts(task) {
  const used = task.tokens_used;
  by("one-task").textContent = shown(task.task);
  by("one-facts").replaceChildren(state(task.state), " ", facts("", count(task.tool_calls_made, "call"),
    `${count(used.input_tokens, "token")} in, ${used.output_tokens.toLocaleString("en")} out`, money(task.estimated_cost_usd), `begun ${count(task.attempts, "time")}`));
  by("cancel").hidden = ENDED.includes(task.state);
  by("resume").hidden = task.state !== "interrupted";
}

function showOutcome(task) {
  const title = { completed: "Answer", failed: "It failed", cancelled: "It was cancelled", interrupted: "It was cut off" }[task.state];
  const said = [...by("events").querySelectorAll(".answer")].at(-1);
  if (said && said.textContent.trim() === shown(task.result).trim()) said.parentElement.remove(); // it stands below
  by("outcome").replaceChildren(make("p", { class: "end-title", text: title ?? task.state }),
    make("p", { class: task.error ? "said fault" : "said", text: task.error || task.result || "Nothing was said." }));
  by("outcome").hidden = false;
}

// What takes the events of a task, in their order, into a list: words, calls with their results, and what was asked.
function events(list) {
  const calls = new Map();
  let answer = null;
  const add = (...inner) => {
    const low = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
    const row = make("li", {}, ...inner);
    list.append(row);
    if (low) list.scrollTop = list.scrollHeight;
    return row;
  };
  const note = (text, kind = "quiet") => add(make("span", { class: kind, text }));
  const kinds = {
    run_started: () => note("It begins."),
    text_delta: (event) => {
      answer ??= add(make("span", { class: "answer" })).firstChild;
      answer.append(shown(event.text));
      list.scrollTop = list.scrollHeight;
    },
    llm_response: (event) => {
      if (answer) answer.textContent = shown(event.text || answer.textContent);
      else if (event.text) add(make("span", { class: "answer", text: event.text }));
      answer = null;
    },
    tool_call_started: (event) => {
      const took = make("span", { class: "quiet", text: "runs" });
      const more = make("details", {}, make("summary", {}, make("span", { class: "name", text: event.tool_name }), took), event.input && make("pre", { text: json(event.input) }));
      calls.set(event.tool_call_id, { took, more });
      add(more);
    },
    tool_call_completed: (event) => {
      if (!calls.has(event.tool_call_id)) kinds.tool_call_started(event); // one that was refused never began
      const call = calls.get(event.tool_call_id);
      call.took.textContent = `${event.is_error ? "failed" : "done"} in ${(event.duration_ms / 1000).toFixed(1)} s`;
      call.took.classList.toggle("wrong", event.is_error);
      if (event.output) call.more.append(make("pre", { text: event.output }));
    },
    approval_requested: (event) => note(`${event.call.name} waits for your word.`),
    approval_decision: (event) => note(event.approved ? "It may." : `It may not. ${event.note ?? ""}`),
    question_asked: () => note("It asks you something."),
    permission_denied: (event) => note(`${event.tool_name} was refused: ${event.reason}`, "fault"),
    guardrail_denied: (event) => note(`A guardrail stepped in: ${event.reason}`, "fault"),
    notice: (event) => event.level !== "info" && note(event.text, event.level === "error" ? "fault" : "quiet"),
    run_failed: (event) => note(event.error ?? event.message ?? "It failed.", "fault"),
  };
  return (event) => Object.hasOwn(kinds, event.type) && kinds[event.type](event);
}

// -- what waits for a person -----------------------------------------------------------------------------------------

async function showWaiting() {
  const [{ approvals }, { questions }] = await Promise.all([get("/approvals"), get("/questions")]);
  const all = [...approvals, ...questions];
  by("waiting").hidden = !all.length;
  document.title = all.length ? `(${all.length}) heartbit` : "heartbit";
  draw(by("requests"), all, approvals.map(approval), questions.map(question));
}

const placeOf = (kind, each) => `/${kind}/${encodeURIComponent(each.session_id)}/${encodeURIComponent(each.interaction_id)}`;

function buttons(place, each, answers) {
  const fault = make("p", { class: "fault", role: "alert" });
  const row = make("div", { class: "row" });
  for (const [label, kind, body] of answers) {
    const key = `${each.interaction_id} ${label}`;
    row.append(make("button", { type: "button", class: kind, "data-key": key, text: label, on: { click: async () => {
      for (const button of row.children) button.disabled = true;
      try {
        await act("POST", place, body());
        await showWaiting();
      } catch (error) {
        fault.textContent = shown(error.message);
        for (const button of row.children) button.disabled = false;
      }
    } } }));
  }
  return [row, fault];
}

function approval(each) {
  const say = (decision) => () => ({ decision });
  return make("article", { class: "request" },
    make("p", {}, make("strong", { text: each.call.name }), make("span", { class: "quiet", text: `  ${facts(each.agent, clock(each.since), each.reason)}` })),
    make("pre", { text: json(each.call.input ?? {}) }),
    each.preview && make("details", {}, make("summary", { text: "What it would change" }), make("pre", { text: each.preview })),
    each.proposal && make("p", { class: "quiet", text: `Always and never are kept as the rule ${each.proposal}` }),
    ...buttons(placeOf("approvals", each), each, [
      ["Allow once", "primary", say("allow")],
      ["Deny", "danger", say("deny")],
      ["Always allow", "", say("always_allow")],
      ["Never allow", "", say("always_deny")],
    ]));
}

function question(each) {
  const sets = each.questions.map((asked, number) => {
    const kind = asked.multiple ? "checkbox" : "radio";
    const name = `${each.interaction_id} ${number}`;
    const choices = (asked.options ?? []).map((choice) => {
      const box = make("input", { type: kind, name });
      box.value = choice.label; // as it was sent: what is shown may have signs written out
      return make("label", { class: "choice" }, box, make("span", { text: facts(choice.label, choice.description) }));
    });
    const own = asked.allow_other === false ? null : make("input", { type: "text", "aria-label": "Own words", placeholder: "Own words" });
    const set = make("fieldset", {}, make("legend", { class: "said", text: asked.question }), ...choices, own);
    return { set, answer: () => [...[...set.querySelectorAll(":checked")].map((box) => box.value), ...(own?.value.trim() ? [own.value.trim()] : [])] };
  });
  return make("article", { class: "request" }, ...sets.map(({ set }) => set), ...buttons(placeOf("questions", each), each, [
    ["Answer", "primary", () => ({ answers: sets.map(({ answer }) => answer()) })],
    ["Decline", "", () => ({ answers: [] })],
  ]));
}

// -- panels ----------------------------------------------------------------------------------------------------------

const panel = (id, title, ...before) => {
  const body = make("div", { id: `${id}-body` });
  const found = make("section", { id, "aria-labelledby": `${id}-title`, hidden: true }, make("h2", { id: `${id}-title`, text: title }), ...before, body);
  by("panels").append(found);
  return { found, body };
};

const empty = (text) => make("p", { class: "quiet", text });

// Rows of any route that answers with a list: what each is called, and below it what else is plain about it.
function rows(all, none) {
  const row = (each) => {
    if (each === null || typeof each !== "object") return make("li", { text: each });
    const head = HEADS.find((name) => each[name]);
    const rest = Object.entries(each).filter(([name, value]) => name !== head && ["string", "number", "boolean"].includes(typeof value) && value !== "" && !(name === "id"));
    return make("li", {}, make("span", { class: "said", text: head ? each[head] : json(each) }), make("span", { class: "quiet", text: rest.map(([name, value]) => `${name.replaceAll("_", " ")}: ${/_at$|^at$/.test(name) ? clock(value) : value}`).join(" · ") }));
  };
  return all.length ? make("ul", { class: "rows" }, ...all.map(row)) : empty(none);
}

const listed = (data) => (Array.isArray(data) ? data : (Object.values(data).find(Array.isArray) ?? []));

function figures(data) {
  const used = data.total_tokens;
  const pairs = [
    ["tasks", data.total_tasks.toLocaleString("en")],
    ...Object.entries(data.tasks_by_state).filter(([, number]) => number).map(([name, number]) => [name, number]),
    ["tokens in", used.input_tokens.toLocaleString("en")],
    ["from the cache", used.cache_read_tokens.toLocaleString("en")],
    ["tokens out", used.output_tokens.toLocaleString("en")],
    ["cost", money(data.total_estimated_cost_usd ?? 0)],
    ...Object.entries(data.tasks_by_source).map(([name, number]) => [`by ${name}`, number]),
  ];
  by("standing").textContent = facts(`up for ${lasting(data.uptime_seconds)}`, count(data.active_tasks, "task") + " at work");
  return make("dl", {}, ...pairs.flatMap(([name, value]) => [make("dt", { text: name }), make("dd", { text: value })]));
}

function sessions({ sessions: all }) {
  const found = all.map((each) => ({ title: each.title || each.id, model: each.model, messages: each.message_count, updated_at: each.updated_at, ...(each.running && { running: "now" }) }));
  return rows(found, "No session yet.");
}

function panels() {
  const query = make("input", { id: "memory-query", type: "search", "aria-label": "Search the memory", placeholder: "Search" });
  const look = () => showPanel(all.at(-1)).catch(trouble);
  query.addEventListener("change", look);
  const plain = (none) => (data) => rows(listed(data), none);
  const all = [
    ["figures", "Figures and costs", () => "/stats", figures],
    ["sessions", "Sessions", () => "/sessions?limit=30", sessions],
    ["schedules", "Schedules", () => "/schedules", plain("Nothing is done at set times.")],
    ["heartbeats", "Heartbeats", () => "/heartbeats", plain("There is no heartbeat.")],
    ["todo", "To do", () => "/todo", plain("Nothing is to be done.")],
    ["inbox", "Inbox", () => "/inbox", plain("No letter waits.")],
    ["memory", "Memory", () => `/memory?limit=30&q=${encodeURIComponent(query.value)}`, plain("Nothing of this kind is remembered."), query],
  ].map(([id, title, path, body, ...before]) => ({ path, draw: body, ...panel(id, title, ...before) }));
  return all;
}

// A route that this daemon does not have, or this token may not use, has no panel.
async function showPanel(shownPanel) {
  const { found, body, path, draw: made, absent } = shownPanel;
  if (absent) return;
  try {
    const data = await get(path());
    const { uptime_seconds: _, ...lasts } = data;
    const part = made(data);
    draw(body, lasts, part);
    found.hidden = false;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    found.hidden = true;
    shownPanel.absent = error.status === 404 || error.status === 403;
  }
}

// -- coming and going ------------------------------------------------------------------------------------------------

let beat = 0;
let looked = 0;
let parts = [];

async function look(fully = false) {
  clearTimeout(beat);
  if (!token) return;
  try {
    if (!document.hidden) {
      const now = Date.now();
      const due = fully || now - looked > SELDOM;
      if (due) looked = now;
      await Promise.all([showTasks(), showWaiting(), ...(due ? parts : parts.slice(0, 1)).map(showPanel)]);
      trouble(null);
    }
  } catch (error) {
    if (token) trouble(error);
  }
  clearTimeout(beat);
  if (token) beat = setTimeout(look, OFTEN);
}

function enter() {
  by("door").hidden = true;
  by("inside").hidden = false;
  drawn = new Map();
  by("panels").replaceChildren();
  parts = panels();
  const wanted = new URLSearchParams(location.hash.slice(1)).get("task");
  choose(wanted ?? "");
  look(true);
}

function leave(why = "") {
  token = "";
  sessionStorage.removeItem(KEY);
  following.abort();
  clearTimeout(beat);
  chosen = "";
  for (const id of ["tasks", "requests", "events", "outcome", "panels"]) by(id).replaceChildren();
  by("one-body").hidden = true;
  by("inside").hidden = true;
  by("door").hidden = false;
  by("login-fault").textContent = why;
  document.title = "heartbit";
  by("token").focus();
}

by("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  token = by("token").value.trim();
  by("login-fault").textContent = "";
  try {
    await get("/tasks?limit=1");
    sessionStorage.setItem(KEY, token);
    by("token").value = "";
    enter();
  } catch (error) {
    if (token) leave(error instanceof Refused ? shown(error.message) : "The daemon does not answer.");
  }
});

by("submit").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = by("submit").querySelector("button");
  button.disabled = true;
  by("submit-fault").textContent = "";
  try {
    const made = await (await request("POST", "/tasks", { body: { task: by("task").value } })).json();
    by("task").value = "";
    choose(made.id);
  } catch (error) {
    by("submit-fault").textContent = error instanceof Refused ? shown(error.message) : "The daemon does not answer; nothing was handed over.";
  } finally {
    button.disabled = false;
  }
});

by("task").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) by("submit").requestSubmit();
});
by("filter").addEventListener("change", () => ((limit = PAGE), showTasks().catch(trouble)));
by("more").addEventListener("click", () => ((limit = Math.min(limit + PAGE, 500)), showTasks().catch(trouble)));
by("cancel").addEventListener("click", () => act("DELETE", `/tasks/${encodeURIComponent(chosen)}`).then(() => look(), trouble));
by("resume").addEventListener("click", () => act("POST", `/tasks/${encodeURIComponent(chosen)}/resume`).then(() => choose(chosen), trouble));
by("logout").addEventListener("click", () => leave());
document.addEventListener("visibilitychange", () => look());

if (token) enter();
else leave();
