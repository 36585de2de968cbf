// The panels: what it cost, and all that is remembered, planned and told.

import { changes } from "/dashboard-changes.js";
import { act, get, Refused, worded } from "/dashboard-daemon.js";
import { by, clock, code, count, draw, facts, json, lasting, lazily, make, money, more, number, quiet, said, shown, tell, told } from "/dashboard-words.js";

const empty = (text) => make("p", { class: "quiet", text });
const list = (rows, none) => (rows.length ? make("ul", { class: "rows" }, ...rows) : empty(none));
const row = (head, beside, ...inner) => make("li", {}, head, beside && make("span", { class: "quiet", text: beside }), ...inner);

// What was changed, asked for when it is opened.
const changed = (key, places, more = {}) => lazily(key, "What it changed", () => {
  const found = changes(places, { key, ...more });
  found.show();
  return found.body;
});
const session = (id) => `/sessions/${encodeURIComponent(id)}`;

// A button that does something and then lets its panel be shown anew; what goes wrong is told beside it.
function does(panel, key, label, work, { kind = "plain", done = "" } = {}) {
  const fault = make("span", { class: "fault", role: "alert" });
  let busy = false; // it is not disabled meanwhile: that would take the focus from it
  const button = make("button", { type: "button", class: kind, "data-key": key, text: label, on: { click: async () => {
    if (busy) return;
    busy = true;
    fault.textContent = "";
    try {
      await work();
      if (done) tell(done);
      await panel.show(true);
    } catch (error) {
      fault.textContent = shown(worded(error, "The daemon does not answer; nothing was done."));
    }
    busy = false;
  } } });
  return [button, fault];
}

// A button that asks once more before it does what cannot be undone.
function afterwards(panel, key, label, question, work, done) {
  const place = make("span", { class: "row asks" });
  const ask = () => {
    const [sure, fault] = does(panel, key, label, work, { kind: "danger", done });
    place.replaceChildren(make("span", { text: question }), sure, make("button", { type: "button", class: "plain", text: "Keep it", on: { click: rest } }), fault);
    place.firstChild.nextSibling.focus();
  };
  const rest = () => {
    place.replaceChildren(make("button", { type: "button", class: "plain", "data-key": key, text: label, on: { click: ask } }));
    place.firstChild.focus();
  };
  place.append(make("button", { type: "button", class: "plain", "data-key": key, text: label, on: { click: ask } }));
  return place;
}

const pairs = (all) => make("dl", {}, ...all.flatMap(([name, value]) => [make("dt", { text: name }), make("dd", { text: value })]));

function figures(data) {
  const used = data.total_tokens;
  const states = Object.entries(data.tasks_by_state).filter(([, each]) => each);
  by("standing").textContent = facts(`up for ${lasting(data.uptime_seconds)}`, `${count(data.active_tasks, "task")} at work`);
  return pairs([
    ["cost", money(data.total_estimated_cost_usd ?? 0)],
    ["tokens in", number(used.input_tokens)],
    ["of these from the cache", number(used.cache_read_tokens)],
    ["tokens out", number(used.output_tokens)],
    ["tasks", number(data.total_tasks)],
    ...states.map(([name, each]) => [`tasks that are ${name}`, number(each)]),
    ...Object.entries(data.tasks_by_source).map(([name, each]) => [`tasks by ${name}`, number(each)]),
  ]);
}

const sessions = ({ sessions: all }) =>
  list(all.map((each) => row(said(each.title || each.id), facts(each.running ? "at work now" : "", each.model, count(each.message_count, "message"), clock(each.updated_at)), changed(`changed ${each.id}`, [session(each.id)]))), "No session yet.");

function schedules({ schedules: all }, panel) {
  return list(all.map((each) => {
    const name = { name: each.name };
    const rests = !each.enabled ? "switched off in the settings" : each.paused ? "paused" : each.next ? `next ${clock(each.next)}` : "never due";
    const last = { seen: "", claimed: "being handed over", running: "at work" }[each.stage] ?? `last ${each.stage}`;
    return row(make("strong", { text: each.name }), facts(each.cron, each.timezone, rests, last, each.passed_over ? `${each.passed_over} passed over` : ""),
      make("span", { class: "said", text: each.task }),
      make("div", { class: "row" },
        does(panel, `run ${each.name}`, "Do it now", () => act("POST", "/schedules/run", name), { done: "It was handed over." }),
        each.enabled && does(panel, `rest ${each.name}`, each.paused ? "Go on" : "Pause", () => act("POST", "/schedules/pause", { ...name, paused: !each.paused }))));
  }), "Nothing is done at set times. heartbit schedule add adds something.");
}

function heartbeats({ enabled, heartbeats: all }, panel) {
  const rows = all.map((each) => {
    const name = { name: each.file };
    const rests = each.paused ? "" : each.next ? `next ${clock(each.next)}` : "";
    return row(make("strong", { text: each.file.split("/").slice(-2).join("/"), title: each.file }), facts(each.stands, each.every ? `every ${lasting(each.every)}` : "", rests),
      (each.fault || each.error) && make("span", { class: "fault", text: each.fault || each.error }),
      more(`why ${each.file}`, "Why", pairs(each.why.map(({ what, is }) => [what, is]))),
      each.used && make("div", { class: "row" },
        does(panel, `beat ${each.file}`, "Beat now", () => act("POST", "/heartbeats/run", name), { done: "It beats." }),
        does(panel, `rest ${each.file}`, each.paused ? "Go on" : "Pause", () => act("POST", "/heartbeats/pause", { ...name, paused: !each.paused }))));
  });
  return list(rows, enabled ? "There is no heartbeat. Put a HEARTBEAT.md into a trusted folder." : "heartbeat.enabled is false in the settings, so nothing beats.");
}

function todo({ entries: all, pulse }) {
  const looks = pulse && row(make("strong", { text: "The pulse" }), facts(pulse.stands, pulse.at_work || !pulse.next ? "" : `next ${clock(pulse.next)}`, pulse.last),
    more("why pulse", "Why", pairs(pulse.why.map(({ what, is }) => [what, is]))));
  const rows = all.map((each) => row(said(each.title), facts(each.status, `${each.priority} priority`, each.due && `due ${each.due}`, each.source), each.context && said(each.context)));
  return [looks && list([looks], ""), list(rows, "Nothing is to be done.")].filter(Boolean);
}

// The list of the pulse, and when it looks through it next.
const listed = async () => ({ ...(await get("/todo")), pulse: await get("/pulse") });

const KINDS = { reply: "has something to say", failure: "failed", interrupted: "was cut off", question: "waits for you", meditation: "put the memory in order", draft: "a skill that waits for your word" };

const ENDINGS = ["reply", "failure", "interrupted"]; // letters behind which there is work

function inbox({ letters, drafts }, panel) {
  return list(letters.map((each) => {
    const draft = drafts.find(({ id }) => each.kind === "draft" && id === each.about);
    const finish = () => act("POST", `/inbox/${each.id}/done`);
    const decide = (word) => () => act("POST", `/drafts/${encodeURIComponent(each.about)}/${word}`);
    return row(make("strong", { text: each.title || each.source }), facts(KINDS[each.kind] ?? each.kind, each.source, clock(each.at), money(each.cost_usd)),
      more(`letter ${each.id}`, "Read", ...told(each.text)),
      each.about && ENDINGS.includes(each.kind) && changed(`changed ${each.id}`, [`/tasks/${encodeURIComponent(each.about)}`, session(each.about)], {
        keep: true, done: async () => (await finish(), await panel.show(true)),
      }),
      draft && more(`draft ${each.id}`, "The skill", ...code(draft.skill), draft.note && empty(draft.note)),
      make("div", { class: "row" },
        draft && does(panel, `accept ${each.id}`, "Accept", decide("accept"), { kind: "primary", done: "The skill was written." }),
        draft && does(panel, `refuse ${each.id}`, "Refuse", decide("refuse"), { kind: "danger", done: "The draft was refused." }),
        each.about && !["draft", "meditation"].includes(each.kind) && make("button", { type: "button", class: "plain", text: "Show the task", on: { click: () => panel.choose(each.about) } }),
        !draft && does(panel, `done ${each.id}`, "Done", finish, { done: "Done with that." })));
  }), "No letter waits.");
}

async function letters() {
  const found = await get("/inbox");
  const waiting = found.letters.some(({ kind }) => kind === "draft") ? await get("/drafts").catch(() => ({ drafts: [] })) : { drafts: [] };
  return { ...found, ...waiting };
}

function memory({ entries, next, by: way, embedder, notice }, panel) {
  const rows = entries.map((each) => {
    const place = `/memory/${encodeURIComponent(each.id)}`;
    const words = each.withheld ? quiet("It is restricted, so its words are not shown.") : said(each.content);
    const reveal = make("button", { type: "button", class: "plain", text: "Show them", on: { click: async () => {
      const whole = await get(`${place}?reveal=true`).catch(() => null);
      if (whole) words.replaceWith(said(whole.content)), reveal.remove();
    } } });
    const alone = each.why && each.why.meaning != null && each.why.words == null ? "found by its meaning" : "";
    return row(words, facts(alone, each.pinned ? "pinned" : "", each.category, each.memory_type, each.tier, `${Math.round(each.strength * 100)} % strong`, each.tags.join(", "), clock(each.created_at)),
      make("div", { class: "row" },
        each.withheld && reveal,
        does(panel, `pin ${each.id}`, each.pinned ? "Unpin" : "Pin", () => act("POST", `${place}/pin`, { pinned: !each.pinned })),
        afterwards(panel, `forget ${each.id}`, "Forget", "For good?", () => act("DELETE", place), "It is forgotten.")));
  });
  const last = next && make("button", { type: "button", class: "plain", "data-key": "memory more", text: "Show more", on: { click: () => panel.grow() } });
  const how = way && make("p", { class: "quiet how", role: "status", text: found(way, embedder, notice) });
  return [how, list(rows, by("memory-query").value || by("memory-type").value || by("memory-tier").value ? "Nothing of this kind is remembered." : "Nothing is remembered yet."), last].filter(Boolean);
}

function found(way, embedder, notice) {
  if (way === "words and meaning") return `Found by words and meaning, the best first. ${notice}`;
  return embedder ? `Found by words, the best first. ${notice}` : "Found by words, the best first. An embedder (memory.embedding) would find by meaning too.";
}

// What answers a question, as an agent of this person's gets it; without one, what is newest.
function remembered(panel) {
  const value = (id) => encodeURIComponent(by(id).value.trim());
  const wanted = `type=${value("memory-type")}&tier=${value("memory-tier")}`;
  const query = value("memory-query");
  return get(query ? `/recall?limit=${Math.min(panel.limit, 100)}&q=${query}&${wanted}` : `/memory?limit=${panel.limit}&${wanted}`);
}

function audit({ rows: all, next }, panel) {
  const rows = all.map((each) => {
    const decided = each.decision ? `${{ allow: "allowed", ask: "asked about", deny: "denied" }[each.decision]}${each.decided_by ? ` by ${each.decided_by}` : ""}` : "";
    return row(make("span", {}, make("strong", { text: each.kind.replaceAll("_", " ") }), each.tool && make("span", { text: ` ${each.tool}` })),
      facts(clock(each.at), decided, each.delegation_chain.join(" → "), each.user && `${each.user}${each.tenant ? ` of ${each.tenant}` : ""}`),
      more(`audit ${each.id}`, `Row ${each.id}`, ...code(json({ session: each.session, ...each.told }))));
  });
  const last = next && make("button", { type: "button", class: "plain", "data-key": "audit more", text: "Show older ones", on: { click: () => panel.grow() } });
  return [list(rows, by("audit-tool").value || by("audit-decision").value ? "Nothing of this kind was audited." : "Nothing was audited yet."), last].filter(Boolean);
}

const choice = (id, label, all) => make("select", { id, "aria-label": label }, ...all.map((each) => make("option", { value: each, text: each || label })));
const field = (id, label) => make("input", { id, type: "search", "aria-label": label, placeholder: label });

const STEP = 30;

// The panels, each drawn into the page; `choose` shows a task.
export function panels(choose) {
  const value = (id) => encodeURIComponent(by(id).value);
  const all = [
    ["figures", "Figures and costs", () => get("/stats"), figures],
    ["inbox", "Inbox", letters, inbox],
    ["schedules", "Schedules", () => get("/schedules"), schedules],
    ["heartbeats", "Heartbeats", () => get("/heartbeats"), heartbeats],
    ["todo", "To do", listed, todo],
    ["sessions", "Sessions", () => get("/sessions?limit=30"), sessions],
    ["memory", "Memory", remembered, memory,
      field("memory-query", "Search the memory"), choice("memory-type", "every type", ["", "episodic", "semantic", "reflection"]), choice("memory-tier", "every tier", ["", "core", "working", "peripheral"])],
    ["audit", "Audit", (panel) => get(`/audit?limit=${panel.limit}&tool=${value("audit-tool")}&decision=${value("audit-decision")}`), audit,
      field("audit-tool", "Tool"), choice("audit-decision", "every decision", ["", "allow", "ask", "deny"])],
  ];
  return all.map(([id, title, load, drawing, ...filters]) => panel(id, title, load, drawing, filters, choose));
}

function panel(id, title, load, drawing, filters, choose) {
  const body = make("div", { id: `${id}-body` });
  const found = make("section", { id, "aria-labelledby": `${id}-title`, hidden: true }, make("h2", { id: `${id}-title`, text: title }), filters.length ? make("div", { class: "row filters" }, ...filters) : null, body);
  by("panels").append(found);
  const self = { limit: STEP, absent: false, choose, show, grow };

  // A route that this daemon does not have, or this token may not use, has no panel.
  async function show(surely = false) {
    if (self.absent) return;
    try {
      const data = await load(self);
      const { uptime_seconds: _, ...lasts } = data;
      const part = drawing(data, self);
      // Whoever is asked whether they are sure is not interrupted by a look that happens by itself.
      if (surely || !document.activeElement?.closest(".asks")?.querySelector(".danger") || !body.contains(document.activeElement)) draw(body, lasts, part);
      found.hidden = false;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      self.absent = error.status === 404 || error.status === 403;
      found.hidden = self.absent;
      if (!self.absent) draw(body, error.message, make("p", { class: "fault", text: error.message }));
    }
  }

  function grow() {
    self.limit = Math.min(self.limit + STEP, 500);
    return show(true);
  }

  let typing = 0;
  const anew = () => {
    self.limit = STEP;
    clearTimeout(typing);
    show(true).catch(() => {});
  };
  for (const each of filters) {
    each.addEventListener("change", anew);
    if (each.tagName === "INPUT") each.addEventListener("input", () => (clearTimeout(typing), (typing = setTimeout(anew, 300))));
  }
  return self;
}
