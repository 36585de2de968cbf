// What the daemon does, for the person whose token this page was given.

import { act, follow, forget, get, hasToken, keep, Refused, request, take, whenRefused, worded } from "/dashboard-daemon.js";
import { panels } from "/dashboard-panels.js";
import { events, forgetWaiting, showWaiting } from "/dashboard-waiting.js";
import { by, clock, count, draw, facts, forgetDrawn, make, money, number, shown, state, tell } from "/dashboard-words.js";

const PAGE = 50;
const OFTEN = 2_000; // ms between two looks at tasks and requests, while the page is seen
const SELDOM = 10_000; // ms between two looks at the other panels
const ENDED = ["completed", "failed", "cancelled"];

let chosen = ""; // the id of the task that is shown
let limit = PAGE;
let following = new AbortController();
let away = false; // whether the daemon did not answer when it was asked last

function trouble(error) {
  const gone = Boolean(error) && !(error instanceof Refused);
  by("trouble").hidden = !error;
  by("trouble").textContent = error ? shown(worded(error)) : "";
  if (away && !gone) tell("The daemon is there again.");
  away = gone;
}

// -- tasks -----------------------------------------------------------------------------------------------------------

async function showTasks() {
  const wanted = by("filter").value;
  const { tasks, total } = await get(`/tasks?limit=${limit}&state=${encodeURIComponent(wanted)}`);
  const none = wanted ? `No task is ${wanted}.` : "There are no tasks yet. Hand one over above, or with heartbit submit.";
  const rows = tasks.map((task) => make("li", {}, taskRow(task)));
  draw(by("tasks"), [tasks, chosen, wanted], rows.length ? rows : make("li", { class: "quiet", text: none }));
  by("more").hidden = total <= tasks.length || limit >= 500;
  const mine = tasks.find((task) => task.id === chosen);
  if (mine) showFacts(mine);
}

function taskRow(task) {
  return make("button", { type: "button", "data-key": task.id, "aria-current": String(task.id === chosen), on: { click: () => choose(task.id, true) } },
    make("span", { class: "what", text: task.task }), state(task.state),
    make("span", { class: "quiet", text: facts(clock(task.created_at), task.source, task.user_id && `${task.user_id}${task.tenant_id ? ` of ${task.tenant_id}` : ""}`, money(task.estimated_cost_usd)) }));
}

function choose(id, move = false) {
  following.abort();
  following = new AbortController();
  const { signal } = following;
  chosen = id;
  history.replaceState(null, "", id ? `#task=${encodeURIComponent(id)}` : "/");
  by("one-body").hidden = !id;
  by("one-none").hidden = Boolean(id);
  by("one-fault").textContent = "";
  by("events").replaceChildren();
  by("outcome").hidden = true;
  if (!id) return;
  const place = `/tasks/${encodeURIComponent(id)}`;
  const hear = events(by("events"));
  const failed = (error) => {
    if (signal.aborted) return;
    choose("");
    by("one-fault").textContent = shown(worded(error));
  };
  get(place).then((task) => chosen === id && showFacts(task), (error) => error instanceof Refused && failed(error));
  follow(`${place}/events`, (name, data) => (name === "end" ? (showFacts(data), showOutcome(data)) : hear(data)), signal, failed);
  showTasks().catch(trouble);
  if (move) by("one-title").focus({ preventScroll: innerWidth > 896 });
}

function showFacts(task) {
  const used = task.tokens_used;
  by("one-task").textContent = shown(task.task);
  by("one-facts").replaceChildren(state(task.state), " ", facts("", count(task.tool_calls_made, "call"),
    `${count(used.input_tokens, "token")} in, ${number(used.output_tokens)} out`, money(task.estimated_cost_usd), task.attempts > 1 ? `begun ${task.attempts} times` : "",
    task.deadline ? `due ${clock(task.deadline)}` : ""));
  by("cancel").hidden = ENDED.includes(task.state);
  by("resume").hidden = task.state !== "interrupted";
}

function showOutcome(task) {
  const title = { completed: "Answer", failed: "It failed", cancelled: "It was cancelled", interrupted: "It was cut off" }[task.state];
  const last = [...by("events").querySelectorAll(".answer")].at(-1);
  if (last && last.textContent.trim() === shown(task.result).trim()) last.parentElement.remove(); // it stands below
  by("outcome").replaceChildren(make("h3", { class: "end-title", text: title ?? task.state }),
    make("p", { class: task.error ? "said fault" : "said", text: task.error || task.result || "Nothing was said." }));
  by("outcome").hidden = false;
  tell(`The task is ${task.state}.`);
}

// What is done with the task that is shown; what goes wrong stands below its buttons.
async function withChosen(method, rest, then) {
  const id = chosen;
  by("one-fault").textContent = "";
  try {
    await act(method, `/tasks/${encodeURIComponent(id)}${rest}`);
    await then(id);
  } catch (error) {
    if (chosen === id) by("one-fault").textContent = shown(worded(error, "The daemon does not answer; nothing was done."));
  }
}

// -- coming and going ------------------------------------------------------------------------------------------------

let beat = 0;
let looked = 0;
let parts = [];

async function look(fully = false) {
  clearTimeout(beat);
  if (!hasToken()) return;
  try {
    if (!document.hidden) {
      const now = Date.now();
      const due = fully || away || now - looked > SELDOM;
      await Promise.all([showTasks(), showWaiting(), ...(due ? parts : parts.slice(0, 1)).map((each) => each.show())]);
      if (due) looked = now;
      trouble(null);
    }
  } catch (error) {
    if (hasToken()) trouble(error);
  }
  clearTimeout(beat);
  if (hasToken()) beat = setTimeout(look, OFTEN);
}

function enter() {
  by("door").hidden = true;
  by("inside").hidden = false;
  by("panels").replaceChildren();
  parts = panels((id) => choose(id, true));
  choose(new URLSearchParams(location.hash.slice(1)).get("task") ?? "");
  look(true);
}

function leave(why = "") {
  forget();
  following.abort();
  clearTimeout(beat);
  chosen = "";
  forgetWaiting();
  for (const id of ["tasks", "requests"]) forgetDrawn(by(id));
  for (const id of ["tasks", "requests", "events", "outcome", "panels", "one-facts", "one-task", "standing"]) by(id).replaceChildren();
  by("task").value = "";
  trouble(null);
  by("one-body").hidden = true;
  by("waiting").hidden = by("waiting-note").hidden = true;
  by("inside").hidden = true;
  by("door").hidden = false;
  by("login-fault").textContent = why;
  document.title = "heartbit";
  by("token").focus();
}

whenRefused(() => leave("This token is not valid, or not any more."));

by("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  take(by("token").value.trim());
  by("login-fault").textContent = "";
  try {
    await get("/tasks?limit=1");
    keep();
    by("token").value = "";
    enter();
  } catch (error) {
    if (hasToken()) leave(shown(worded(error, "The daemon does not answer.")));
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
    tell("The task was handed over.");
    choose(made.id);
  } catch (error) {
    by("submit-fault").textContent = shown(worded(error, "The daemon does not answer; nothing was handed over."));
  } finally {
    button.disabled = false;
  }
});

by("task").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) by("submit").requestSubmit();
});
by("filter").addEventListener("change", () => ((limit = PAGE), showTasks().catch(trouble)));
by("more").addEventListener("click", () => ((limit = Math.min(limit + PAGE, 500)), showTasks().catch(trouble)));
by("cancel").addEventListener("click", () => withChosen("DELETE", "", () => look()));
by("resume").addEventListener("click", () => withChosen("POST", "/resume", (id) => choose(id)));
by("logout").addEventListener("click", () => {
  history.replaceState(null, "", "/"); // which task was looked at is nobody else's business
  leave();
});
document.addEventListener("visibilitychange", () => look());

if (hasToken()) enter();
else leave();
