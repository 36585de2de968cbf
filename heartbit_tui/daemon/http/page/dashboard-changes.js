// What was changed in files, file by file, and how it is taken back.

import { act, get, request, worded } from "/dashboard-daemon.js";
import { count, diff, draw, lazily, make, number, shown, tell } from "/dashboard-words.js";

const PAGE = 20;
const NAMED = 30; // files that are named before they are taken back
const NO_ANSWER = "The daemon does not answer; nothing was done.";

const lines = ({ added, removed }) => [added && make("span", { class: "came", text: `+${number(added)}` }), removed && make("span", { class: "went", text: `−${number(removed)}` })];
const button = (label, kind, click, traits = {}) => make("button", { type: "button", class: kind, text: label, ...traits, on: { click } });

// The changes at one of these places, the first that there is. `done` is awaited once they were taken back, or, where
// `keep` offers that, once somebody lets them stand.
export function changes(places, { key, keep = false, done = () => {} }) {
  const body = make("div", { class: "changes" });
  const told = make("div");
  let limit = PAGE;
  body.append(told);

  async function show() {
    const { found, place } = await first(places);
    const files = [...found.files];
    while (found.next && files.length < limit) {
      const more = await get(`${place}/changes?limit=${PAGE}&offset=${found.next}`);
      files.push(...more.files);
      found.next = more.next;
    }
    draw(told, { ...found, files }, drawn(found, files));
    return found;
  }

  function drawn(found, files) {
    const open = files.length === 1;
    return [
      make("p", { class: "quiet", text: summary(found) }),
      found.known === "tools" && make("p", { class: "quiet", text: "Undo is off in the settings: this is what the tools for files did. What commands changed is not known." }),
      found.gone > 0 && make("p", { class: "quiet", text: "Of a part of it nothing is kept any more, since room had to be made." }),
      ...files.map((each) => file(each, key, open)),
      found.next && button(`Show more (${number(found.total - files.length)})`, "plain", () => ((limit += PAGE), show().catch(failed)), { "data-key": `${key} more` }),
      ways(found, files),
    ].filter(Boolean);
  }

  const fault = make("p", { class: "fault", role: "alert" });
  const failed = (error) => (fault.textContent = shown(worded(error, NO_ANSWER)));

  function ways(found, files) {
    const can = found.undo && files.some((each) => !each.restored);
    if (!can && !(keep && files.length)) return null;
    const place = make("div", { class: "row asks" });
    const offered = () => [
      keep && button("Keep", "", async () => {
        fault.textContent = "";
        await Promise.resolve(done()).catch(failed);
      }, { "data-key": `${key} keep` }),
      can && button("Take back …", "danger", ask, { "data-key": `${key} back` }),
      fault,
    ].filter(Boolean);
    const leave = () => (place.replaceChildren(...offered()), place.querySelector(".danger")?.focus());
    const commands = can && `/sessions/${encodeURIComponent(found.undo.session_id)}/commands`;
    async function ask() {
      fault.textContent = "";
      try {
        const answer = await request("POST", `${commands}/undo`, { body: { number: found.undo.number, what: "files" } });
        const preview = await answer.json();
        const sure = preview.plan.steps.length > 0 && button("Take it back", "danger", () => back(preview.intent.id));
        const no = button("Leave it", "plain", leave);
        place.replaceChildren(meaning(preview, found.folder), make("div", { class: "row" }, sure, no), fault);
        (sure || no).focus();
      } catch (error) {
        failed(error);
      }
    }
    async function back(intent) {
      try {
        const went = await (await act("POST", `${commands}/carry-out`, { intent })).json();
        tell(`Taken back: ${count(went.changed, "file")} changed.`);
        await show();
        await done();
      } catch (error) {
        failed(error);
      }
    }
    place.append(...offered());
    return place;
  }

  const reload = () => show().then((found) => ((fault.textContent = ""), found), (error) => (told.replaceChildren(fault), failed(error), null));
  return { body, show: reload };
}

async function first([place, ...others]) {
  try {
    return { place, found: await get(`${place}/changes?limit=${PAGE}`) };
  } catch (error) {
    if (error.status !== 404 || !others.length) throw error;
    return first(others);
  }
}

export function summary({ total, files, known }) {
  if (!total) return "It changed no files.";
  if (known === "tools") return `${count(total, "change")} of files`;
  const back = files.length === total && files.every((each) => each.restored);
  return `${count(total, "file")} changed${back ? ", and put back since" : ""}`;
}

function file(each, key, open) {
  const kind = each.restored ? `${each.kind}, and put back since` : each.kind;
  const head = [make("span", { class: "name", text: each.path }), make("span", { class: "quiet", text: kind }), ...lines(each)].filter(Boolean);
  const inner = each.diff.replace(/^--- .*\n\+\+\+ .*\n/, ""); // the head says the same
  if (!inner) return make("p", { class: "file" }, ...head, make("span", { class: "quiet", text: each.why ? `It ${each.why}.` : each.diff ? "It is empty." : "Its permissions alone." }));
  const found = lazily(`${key} ${each.path}`, head, () => diff(inner));
  found.classList.add("file");
  found.open = open;
  return found;
}

// What going back means, in words; who else changed what stays is named.
function meaning({ title, plan, lost, running, beyond }, folder) {
  const near = (path) => (folder && path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path);
  const step = ({ path, now, then }) => `${near(path)} ${!then ? "is removed" : !now ? "comes back" : "is what it was"}`;
  const part = (head, all) => all.length && [
    make("p", { text: head }),
    make("ul", {}, ...all.slice(0, NAMED).map((text) => make("li", { text })), all.length > NAMED && make("li", { class: "quiet", text: `and ${number(all.length - NAMED)} more` })),
  ];
  const parts = [
    part(`${title}, these files change:`, plan.steps.map(step).sort()),
    part("Left as they are:", plan.conflicts.map(({ path, why }) => `${near(path)} ${why}`)),
    part("Cannot be brought back:", [...plan.lost.map(({ path, why }) => `${near(path)} ${why}`), ...lost]),
    part("Still at work, and may change files again:", running),
    beyond.length && make("p", { class: "quiet", text: `${count(beyond.length, "call")} did more than change files: what was done outside of the folder, or over the network, stays.` }),
  ].filter(Boolean);
  return make("div", { class: "meaning" }, ...(parts.length ? parts.flat() : [make("p", { text: "Nothing can be taken back." })]));
}
