// What happens in a task: each event becomes a row. However many there are, the page holds a window of them.

import { code, diff, facts, json, lazily, make, number, quiet, shown, told } from "/dashboard-words.js";

const WINDOW = 200; // rows that are seen at first, and by which there are more
const WIDEST = 600; // rows that the page holds at once
const KEPT = 5_000; // rows that are kept at all
const STREAMED = 50_000; // characters of an answer that are shown while it is written

// Takes the events of a task, in their order, into a list; what comes at once is drawn at once. `changed` is called
// after files were changed.
export function events(list, earlier, newer, changed) {
  const view = rows(list, earlier, newer);
  let waiting = [];
  let frame = 0;
  const take = kinds(view, changed);
  const flush = () => {
    clearTimeout(frame);
    frame = 0;
    const now = waiting;
    waiting = [];
    for (const each of now) take(each);
    view.draw();
  };
  const hear = (event) => {
    waiting.push(event);
    frame ||= setTimeout(flush, 30);
  };
  const end = (answer) => {
    flush();
    view.drop(answer); // it stands below
  };
  return { hear, end, forget: () => clearTimeout(frame) };
}

const said = new WeakMap(); // what is said in a row that is an answer

// The rows, of which those from `first` up to `last` are in the page.
function rows(list, earlier, newer) {
  let all = [];
  let first = 0;
  let last = 0;
  let lost = 0;
  const isLow = () => list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  const seen = () => {
    earlier.hidden = !first && !lost;
    earlier.disabled = !first;
    earlier.textContent = first ? `Show earlier ones (${number(first)})` : `The first ${number(lost)} are not shown here; heartbit attach has them.`;
    newer.hidden = last === all.length;
    newer.textContent = `${number(all.length - last)} newer ↓`;
  };
  const show = () => {
    const wanted = all.slice(first, last);
    const kept = new Set(wanted);
    for (const each of [...list.children]) if (!kept.has(each)) each.remove();
    let before = list.firstChild;
    for (const each of wanted) {
      if (each === before) before = before.nextSibling;
      else list.insertBefore(each, before);
    }
    seen();
  };
  const toEnd = () => {
    last = all.length;
    first = Math.max(0, last - WINDOW);
    show();
    list.scrollTop = list.scrollHeight;
  };
  earlier.onclick = () => {
    const below = list.scrollHeight - list.scrollTop;
    first = Math.max(0, first - WINDOW);
    last = Math.min(last, first + WIDEST);
    show();
    list.scrollTop = list.scrollHeight - below;
    if (!first) list.focus({ preventScroll: true });
  };
  newer.onclick = () => (toEnd(), list.focus({ preventScroll: true }));
  const draw = () => {
    if (all.length > KEPT) {
      const gone = all.length - KEPT;
      all = all.slice(gone);
      [first, last, lost] = [Math.max(0, first - gone), Math.max(0, last - gone), lost + gone];
    }
    if (isLow()) return toEnd();
    last = Math.min(all.length, Math.max(last, first + WIDEST));
    show();
  };
  const add = (...inner) => {
    const row = make("li", {}, ...inner);
    all.push(row);
    return row;
  };
  const drop = (text) => {
    const at = all.findLastIndex((each) => said.has(each));
    if (at < 0 || said.get(all[at]).trim() !== String(text ?? "").trim()) return;
    all.splice(at, 1);
    [first, last] = [Math.min(first, all.length), Math.min(last, all.length)];
    draw();
  };
  list.replaceChildren();
  seen();
  return { add, draw, drop };
}

function kinds(view, changed) {
  const calls = new Map();
  const answers = new Map(); // the answers that are being written, by whose they are
  const by = (event) => (event.agent && event.agent !== "heartbit" ? quiet(`${event.agent}: `) : null);
  const note = (event, text, kind = "quiet") => view.add(make("span", { class: kind }, by(event), shown(text)));
  const answer = (event) => {
    if (!answers.has(event.agent)) {
      const place = make("span", { class: "answer" });
      answers.set(event.agent, { place, length: 0, row: view.add(by(event), place) });
    }
    return answers.get(event.agent);
  };
  const all = {
    run_started: (event) => note(event, "It begins."),
    text_delta: (event) => {
      const now = answer(event);
      if (now.length < STREAMED) now.place.append(shown(event.text));
      now.length += event.text.length;
    },
    llm_response: (event) => {
      if (!event.text && !answers.has(event.agent)) return;
      const { place, row } = answer(event);
      answers.delete(event.agent);
      if (!event.text) return;
      said.set(row, event.text);
      place.replaceWith(...told(event.text, "answer"));
    },
    tool_call_started: (event) => {
      const took = quiet("runs");
      const call = { took, event, end: null };
      const inner = () => [event.input && code(json(event.input)), call.end && result(call.end)].flat();
      const opened = lazily("", [make("span", { class: "name", text: event.tool_name }), by(event), took], inner);
      calls.set(event.tool_call_id, call);
      view.add(opened);
      call.opened = opened;
    },
    tool_call_completed: (event) => {
      if (!calls.has(event.tool_call_id)) all.tool_call_started(event); // one that was refused never began
      const call = calls.get(event.tool_call_id);
      calls.delete(event.tool_call_id);
      const change = event.details?.diff ? `+${event.details.added} −${event.details.removed}` : "";
      call.took.textContent = facts(`${event.is_error ? "failed" : "done"} in ${(event.duration_ms / 1000).toFixed(1)} s`, change);
      call.took.classList.toggle("wrong", Boolean(event.is_error));
      call.end = event;
      if (call.opened.open) call.opened.append(...result(event).filter(Boolean));
    },
    files_changed: (event) => changed(event),
    approval_requested: (event) => note(event, `${event.call.name} waits for your word.`),
    approval_decision: (event) => note(event, event.approved ? "It may." : `It may not. ${event.note ?? ""}`),
    question_asked: (event) => note(event, "It asks you something."),
    question_answered: (event) => note(event, event.answers.length ? `The answer: ${event.answers.map((each) => each.join(", ")).join("; ")}` : "Nobody answered."),
    permission_denied: (event) => note(event, `${event.tool_name} was refused: ${event.reason}`, "fault"),
    guardrail_denied: (event) => note(event, `A guardrail stepped in: ${event.reason}`, "fault"),
    notice: (event) => event.level !== "info" && note(event, event.text, event.level === "error" ? "fault" : "quiet"),
    undone: (event) => note(event, event.redo ? "An undo was taken back." : "Somebody took something back."),
    run_failed: (event) => note(event, event.error ?? event.message ?? "It failed.", "fault"),
  };
  return (event) => Object.hasOwn(all, event.type) && all[event.type](event);
}

function result(event) {
  if (event.details?.diff) return diff(event.details.diff);
  return event.output ? code(event.output) : [];
}
