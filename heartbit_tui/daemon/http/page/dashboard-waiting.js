// What waits for a person: calls to be allowed or denied, and questions.

import { act, get, Refused, worded } from "/dashboard-daemon.js";
import { by, clock, code, diff, draw, facts, json, make, revealed, shown, tell } from "/dashboard-words.js";

const GONE = "It was answered elsewhere, or is not waited for any more.";
const LATE = "Nobody had answered in time: it was given up a moment ago, and this answer changes nothing.";

let open = new Map(); // what waits, by its place, each with its element: what is half filled in stays as it is
let sessions = new Set(); // the ids of those in which it waits
const mine = new Set(); // the places that were answered here

export function forgetWaiting() {
  open = new Map();
  sessions = new Set();
  mine.clear();
}

// How a task stands, as its person sees it: one that runs may wait for an answer.
export const standing = (task) => task.state === "running" && sessions.has(task.session_id) ? "asks" : task.state;

export async function showWaiting() {
  const [{ approvals }, { questions }] = await Promise.all([get("/approvals"), get("/questions")]);
  const all = [...approvals.map((each) => ["approvals", each]), ...questions.map((each) => ["questions", each])];
  sessions = new Set(all.map(([, each]) => each.session_id));
  const now = new Map(all.map(([kind, each]) => {
    const place = `/${kind}/${encodeURIComponent(each.session_id)}/${encodeURIComponent(each.interaction_id)}`;
    return [place, open.get(place) ?? (kind === "approvals" ? approval(place, each) : question(place, each))];
  }));
  const fresh = [...now.keys()].filter((place) => !open.has(place)).length;
  const elsewhere = [...open.keys()].filter((place) => !now.has(place) && !mine.has(place)).length;
  open = now;
  for (const place of mine) if (!now.has(place)) mine.delete(place);
  by("waiting").hidden = !now.size && by("waiting-note").hidden;
  document.title = now.size ? `(${now.size}) heartbit` : "heartbit";
  draw(by("requests"), [...now.keys()], [...now.values()]);
  if (fresh) tell(fresh === 1 ? "Something waits for you." : `${fresh} things wait for you.`);
  if (elsewhere) note(GONE);
}

// A word on what is not there any more; it goes with the next answer, or when it is put away.
function note(text) {
  by("waiting-note").hidden = !text;
  by("waiting-note-text").textContent = text;
  by("waiting").hidden = !text && !open.size;
}

by("waiting-note-away").addEventListener("click", () => note(""));

function buttons(place, each, answers) {
  const fault = make("p", { class: "fault", role: "alert" });
  const row = make("div", { class: "row" });
  for (const [label, kind, body] of answers) {
    const key = `${each.interaction_id} ${label}`;
    row.append(make("button", { type: "button", class: kind, "data-key": key, text: label, on: { click: async () => {
      const given = body();
      fault.textContent = given ? "" : "Choose an answer, or say it in your own words; or decline.";
      if (!given) return;
      for (const button of row.children) button.disabled = true;
      try {
        mine.add(place);
        const { late } = await (await act("POST", place, given)).json();
        note(late ? LATE : "");
      } catch (error) {
        if (error instanceof Refused && error.status === 404) note(GONE);
        else {
          mine.delete(place);
          fault.textContent = shown(worded(error));
          for (const button of row.children) button.disabled = false;
          return;
        }
      }
      await showWaiting().catch(() => {});
      if (!document.activeElement || document.activeElement === document.body) by(open.size ? "waiting-title" : "one-title").focus();
    } } }));
  }
  return [row, fault];
}

function approval(place, each) {
  const say = (decision) => () => ({ decision });
  const title = `May it use ${each.call.name}?`;
  return make("article", { class: "request", "aria-label": shown(title) },
    make("h3", { text: revealed(title) }),
    make("p", { class: "quiet", text: facts(each.reason, each.agent, clock(each.since)) }),
    make("details", { open: !each.preview }, make("summary", { text: "What it was given" }), ...code(json(each.call.input ?? {}), revealed)),
    each.preview && make("details", { open: true }, make("summary", { text: "What it would change" }), ...diff(each.preview, revealed)),
    each.proposal && make("p", { class: "quiet", text: revealed(`Always and never are kept as the rule ${each.proposal}`) }),
    ...buttons(place, each, [
      ["Allow once", "primary", say("allow")],
      ["Deny", "danger", say("deny")],
      ["Always allow", "", say("always_allow")],
      ["Never allow", "", say("always_deny")],
    ]));
}

function question(place, each) {
  const sets = each.questions.map((asked, number) => {
    const kind = asked.multiple ? "checkbox" : "radio";
    const name = `${place} ${number}`;
    const choices = (asked.options ?? []).map((choice) => {
      const box = make("input", { type: kind, name });
      box.value = choice.label; // as it was sent: what is shown may have signs written out
      return make("label", { class: "choice" }, box, make("span", {}, make("span", { text: revealed(choice.label) }), choice.description && make("span", { class: "quiet", text: revealed(`  ${choice.description}`) })));
    });
    const own = asked.allow_other === false ? null : make("input", { type: "text", "aria-label": "Own words", placeholder: "Own words" });
    const set = make("fieldset", {}, make("legend", { class: "said", text: revealed(asked.question) }), ...choices, own);
    return { set, answer: () => [...[...set.querySelectorAll(":checked")].map((box) => box.value), ...(own?.value.trim() ? [own.value.trim()] : [])] };
  });
  const answers = () => sets.map(({ answer }) => answer());
  return make("article", { class: "request", "aria-label": "A question" },
    make("h3", { text: sets.length === 1 ? "It asks you something" : "It asks you a few things" }),
    make("p", { class: "quiet", text: facts(each.agent, clock(each.since)) }),
    ...sets.map(({ set }) => set),
    ...buttons(place, each, [
      ["Answer", "primary", () => (answers().some((each) => each.length) ? { answers: answers() } : null)],
      ["Decline", "", () => ({ answers: [] })],
    ]));
}
