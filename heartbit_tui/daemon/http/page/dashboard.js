// What the daemon does, for the person whose token this page was given.

import { changes } from "/dashboard-changes.js";
import { act, follow, forget, get, hasToken, keep, Refused, request, take, whenRefused, worded } from "/dashboard-daemon.js";
import { events } from "/dashboard-events.js";
import { panels } from "/dashboard-panels.js";
import { forgetWaiting, showWaiting, standing } from "/dashboard-waiting.js";
import { by, clock, count, draw, facts, forgetDrawn, long, make, money, number, shown, state, tell, told } from "/dashboard-words.js";

const PAGE = 20;
const OFTEN = 2_000; // ms between two looks at tasks, requests, figures and letters, while the page is seen
const SELDOM = 10_000; // ms between two looks at the other panels
const ENDED = ["completed", "failed", "cancelled"];

let chosen = ""; // the id of the task that is shown
let over = false; // whether it goes on no more
let offset = 0; // the number of the first task in the list
let heard = null; // what takes its events
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
  const { tasks, total } = await get(`/tasks?brief=true&limit=${PAGE}&offset=${offset}&state=${encodeURIComponent(wanted)}`);
  if (!tasks.length && offset) return (offset = 0), showTasks();
  const none = wanted ? `No task is ${wanted}.` : "There are no tasks yet. Hand one over above, or with heartbit submit.";
  const rows = tasks.map((task) => make("li", {}, taskRow(task)));
  draw(by("tasks"), [tasks, tasks.map(standing), chosen, wanted], rows.length ? rows : make("li", { class: "quiet none", text: none }));
  by("pages").hidden = total <= PAGE;
  by("range").textContent = `${number(offset + 1)}–${number(offset + tasks.length)} of ${number(total)}`;
  by("newer-tasks").disabled = !offset;
  by("older-tasks").disabled = offset + tasks.length >= total;
  const id = chosen;
  if (!id || over) return;
  const mine = await get(`/tasks/${encodeURIComponent(id)}`);
  if (id === chosen) showFacts(mine);
}

function turn(way) {
  offset = Math.max(0, offset + way * PAGE);
  showTasks().catch(trouble);
}

function taskRow(task) {
  return make("button", { type: "button", "data-key": task.id, "aria-current": String(task.id === chosen), on: { click: () => choose(task.id, true) } },
    make("span", { class: "what", text: task.task }), state(standing(task)),
    make("span", { class: "quiet", text: facts(clock(task.created_at), task.source, task.user_id && `${task.user_id}${task.tenant_id ? ` of ${task.tenant_id}` : ""}`, money(task.estimated_cost_usd)) }));
}

function choose(id, move = false) {
  following.abort();
  heard?.forget();
  following = new AbortController();
  const { signal } = following;
  chosen = id;
  over = false;
  history.replaceState(null, "", id ? `#task=${encodeURIComponent(id)}` : "/");
  by("one-body").hidden = !id;
  by("one-none").hidden = Boolean(id);
  by("one-fault").textContent = "";
  by("outcome").hidden = true;
  by("changed").hidden = true;
  by("one-task").replaceChildren();
  by("one-facts").replaceChildren();
  if (!id) return;
  const place = `/tasks/${encodeURIComponent(id)}`;
  const files = whatChanged(place, signal);
  heard = events(by("events"), by("earlier"), by("later"), files);
  const hear = heard;
  const failed = (error) => {
    if (signal.aborted) return;
    choose("");
    by("one-fault").textContent = shown(worded(error));
  };
  get(place).then((task) => chosen === id && showFacts(task), (error) => error instanceof Refused && failed(error));
  follow(`${place}/events`, (name, data) => {
    if (name !== "end") return hear.hear(data);
    hear.end(data.result);
    showFacts(data);
    showOutcome(data);
    files();
  }, signal, failed);
  showTasks().catch(trouble);
  if (move) by("one-title").focus({ preventScroll: innerWidth > 896 });
}

// What the task has changed, looked at anew a moment after it changed more, and at its end.
function whatChanged(place, signal) {
  const { body, show } = changes([place], { key: "task" });
  by("changed-body").replaceChildren(body);
  let timer = 0;
  const look = async () => {
    timer = 0;
    if (signal.aborted) return;
    const found = await show();
    if (!signal.aborted) by("changed").hidden = found !== null && !found.total && !found.gone;
  };
  return () => (timer ||= setTimeout(look, 300));
}

function showFacts(task) {
  const used = task.tokens_used;
  const spent = task.tool_calls_made || used.input_tokens || used.output_tokens; // told when a task has ended
  if (!by("one-task").firstChild) by("one-task").append(...long(make("span"), task.task));
  over = ENDED.includes(task.state);
  by("one-facts").replaceChildren(state(standing(task)), " ", facts(spent ? count(task.tool_calls_made, "call") : "",
    spent ? `${count(used.input_tokens, "token")} in, ${number(used.output_tokens)} out` : "", clock(task.created_at), task.source, money(task.estimated_cost_usd), task.attempts > 1 ? `begun ${task.attempts} times` : "",
    task.deadline ? `due ${clock(task.deadline)}` : ""));
  by("cancel").hidden = ENDED.includes(task.state);
  by("resume").hidden = task.state !== "interrupted";
}

function showOutcome(task) {
  const title = { completed: "Answer", failed: "It failed", cancelled: "It was cancelled", interrupted: "It was cut off" }[task.state];
  by("outcome").replaceChildren(make("h3", { class: "end-title", text: title ?? task.state }),
    ...told(task.error || task.result || "Nothing was said.", task.error ? "said fault" : "said"));
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
      await Promise.all([showWaiting().then(showTasks), ...(due ? parts : parts.slice(0, 2)).map((each) => each.show())]);
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
  heard?.forget();
  clearTimeout(beat);
  [chosen, offset] = ["", 0];
  forgetWaiting();
  for (const id of ["tasks", "requests"]) forgetDrawn(by(id));
  for (const id of ["tasks", "requests", "events", "outcome", "panels", "one-facts", "one-task", "changed-body", "standing"]) by(id).replaceChildren();
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
    offset = 0;
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
by("filter").addEventListener("change", () => ((offset = 0), showTasks().catch(trouble)));
by("newer-tasks").addEventListener("click", () => turn(-1));
by("older-tasks").addEventListener("click", () => turn(1));
by("cancel").addEventListener("click", () => withChosen("DELETE", "", () => look()));
by("resume").addEventListener("click", () => withChosen("POST", "/resume", (id) => choose(id)));
by("logout").addEventListener("click", () => {
  history.replaceState(null, "", "/"); // which task was looked at is nobody else's business
  leave();
});
addEventListener("hashchange", () => {
  const wanted = new URLSearchParams(location.hash.slice(1)).get("task") ?? "";
  if (hasToken() && wanted !== chosen) choose(wanted, true);
});
document.addEventListener("visibilitychange", () => look());

if (hasToken()) enter();
else leave();
