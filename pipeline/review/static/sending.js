// What is sent and what comes back

import { $, alarm, body, home, items, lineOf, notes, outside, say, shown, state, token } from "./page.js";
import { buttons, filter, isElsewhere, select } from "./where.js";

export async function post(path, sent) {
  try {
    const answer = await fetch(home + path, {
      method: "POST",
      headers: { "content-type": "application/json", "x-studydoc-token": token },
      body: JSON.stringify(sent),
    });
    return { ok: answer.ok, status: answer.status, value: await answer.json() };
  } catch {
    return { ok: false, status: 0, value: { error: "the server cannot be reached: nothing was saved, start it again and retry" } };
  }
}

// One is sent after the other has come back. An action that rests on how the notes stand is made when it is its turn;
// what others decided between the wish and its turn was not seen by who wished it.
export function act(wanted, { said = "saved", conflict = null } = {}) {
  const before = { alarms: state.alarms, others: state.others, revision: state.revision };
  const run = async () => {
    const action = typeof wanted === "function" ? wanted() : wanted;
    if (!action) return false;
    const answer = await post("/act", { revision: before.others === state.others ? state.revision : before.revision, action });
    if (answer.ok) {
      if (answer.value.revision !== state.revision + 1) state.others += 1;
      renew(answer.value);
      if (state.alarms === before.alarms) say(typeof said === "function" ? said() : said);
      return true;
    }
    if (answer.status === 409) {
      state.others += 1;
      renew(answer.value);
      await showBoth(answer.value, action, conflict);
    } else {
      alarm(answer.value.error);
    }
    return false;
  };
  const result = state.queue.then(run);
  state.queue = result.catch(() => {});
  return result;
}

// What was pressed meanwhile counts for the statement that is shown as the next: one goes on before the answer comes.
export async function decide(kind, said) {
  const item = state.current, id = item.id;
  if (item.dataset.deciding === kind) return;
  item.dataset.deciding = kind;
  const all = shown();
  select(all.slice(all.indexOf(item) + 1).find((i) => !outside(i)));
  const done = await act({ kind, targets: [id] }, { said });
  const now = $(id);
  if (!now) return;
  delete now.dataset.deciding;
  if (!done && items().indexOf(now) < items().indexOf(state.current)) select(now, { focus: !isElsewhere(), scroll: !isElsewhere() });
}

function renew(value) {
  const keep = state.current?.id;
  const at = items().indexOf(state.current);
  const held = state.editing?.form, active = document.activeElement, elsewhere = isElsewhere();
  state.revision = value.revision;
  body.dataset.revision = state.revision;
  body.dataset.undo = value.undo ? 1 : 0;
  body.dataset.redo = value.redo ? 1 : 0;
  $("progress").textContent = `${value.progress.decided} of ${value.progress.total} decided`;
  if (value.strip_html) put($("strip"), value.strip_html);
  if (value.items) {
    for (const [id, html] of Object.entries(value.items)) {
      const fresh = made(html);
      if (held && $(id).contains(held)) fresh.append(held);
      $(id).replaceWith(fresh);
    }
  } else {
    const where = held?.closest(".item")?.id;
    const top = $("notes-pane").scrollTop, unfolded = $("left-out")?.open;
    put(notes, value.notes);
    if (unfolded) $("left-out")?.setAttribute("open", "");
    if (held) ((where && $(where)) || notes).append(held);
    $("notes-pane").scrollTop = top;
  }
  if (value.cited) {
    const now = new Set(value.cited);
    for (const n of state.cited) if (!now.has(n)) lineOf(n)?.classList.remove("cited");
    for (const n of now) if (!state.cited.has(n)) lineOf(n)?.classList.add("cited");
    state.cited = now;
  }
  if (value.speakers) nameSpeakers(value.speakers);
  filter();
  if (state.current?.isConnected) {
    buttons();
    if (!elsewhere && !state.editing) state.current.focus({ preventScroll: true });
  } else {
    const all = items();
    state.current = null;
    const here = $(keep)?.classList.contains("item") ? $(keep) : all[Math.min(at, all.length - 1)];
    select(here, { focus: !elsewhere && !state.editing, scroll: !elsewhere });
  }
  if (held?.contains(active)) active.focus({ preventScroll: true });
}

function nameSpeakers(names) {
  for (const shown of document.querySelectorAll("[data-speaker]")) {
    shown.textContent = names[shown.dataset.speaker];
    if (shown.ariaLabel) shown.ariaLabel = `Rename ${shown.textContent}`;
  }
}

function made(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content.querySelector(".item");
}

function put(where, html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  where.replaceChildren(holder.content);
}

export function column(title, text) {
  const div = document.createElement("div"), h = document.createElement("h3"), p = document.createElement("p");
  h.textContent = title;
  p.textContent = text;
  div.append(h, p);
  return div;
}

// Shows what there is to choose from, after what is shown already; the promise is kept when it is closed again.
export async function choices(title, lead, columns, options) {
  const box = $("both"), closed = () => new Promise((done) => { box.addEventListener("close", done, { once: true }); });
  while (box.open) await closed();
  box.querySelector("h2").textContent = title;
  box.querySelector(".lead-in").textContent = lead;
  box.querySelector(".columns").replaceChildren(...columns.map(([t, x]) => column(t, x)));
  box.querySelector(".buttons").replaceChildren(...options.map(([name, run], i) => {
    const b = document.createElement("button");
    b.type = "button";
    b.textContent = name;
    if (i === 0) b.className = "primary";
    b.addEventListener("click", () => { box.close(); run?.(); });
    return b;
  }));
  box.showModal();
  await closed();
}

function showBoth(value, action, conflict) {
  const theirs = value.theirs.map((t) => `${t.label ? t.label + ": " : ""}${t.text} (${t.standing})`).join("\n") || "the notes as they are now shown";
  const yours = action.text || (action.texts || []).join(" / ") || action.kind;
  return choices("Decided elsewhere meanwhile", `By ${value.who.join(", ")}. Nothing of it is lost; yours is not saved yet.`,
    [["Now", theirs], ["Yours", yours]],
    [["Keep what is there", conflict?.theirs], ["Save mine over it", () => act(action, { said: "yours is saved" }).then((ok) => ok && conflict?.mine?.())]]);
}

// Another tab may have decided meanwhile.
export async function catchUp() {
  if (document.hidden) return;
  try {
    const answer = await fetch(`${home}/state?since=${state.revision}`);
    if (answer.status === 200) { const value = await answer.json(); if (value.revision !== state.revision) { state.others += 1; renew(value); say("brought up to date"); } }
  } catch { /* told when something is sent */ }
}
