// What is sent and what comes back

import { $, alarm, body, home, isShown, items, lineOf, notes, outside, say, shown, state, token } from "./page.js";
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
    return { ok: false, status: 0, value: { error: "the server cannot be reached and nothing was saved: retry, or copy what you typed and run studydoc review again, which opens a new page" } };
  }
}

// Actions are sent one at a time. A `request` that is a function gives its action at its turn, from the notes as they
// are then; what others decided between the request and its turn was not seen by who made it. With `follow`, the first
// statement that the action changed is selected, unless the current one is among those that it changed.
export function act(request, { message = "saved", conflict = null, follow = false } = {}) {
  const before = { alarms: state.alarms, others: state.others, revision: state.revision };
  const run = async () => {
    const action = typeof request === "function" ? request() : request;
    if (!action) return false;
    const answer = await post("/act", { revision: before.others === state.others ? state.revision : before.revision, action });
    if (answer.ok) {
      if (answer.value.revision !== state.revision + 1) state.others += 1;
      renew(answer.value);
      if (follow) selectChanged(answer.value.changed);
      if (state.alarms === before.alarms) say(answer.value.remark ?? (typeof message === "function" ? message() : message));
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

const kindOf = { accepted: "accept", rejected: "reject", pending: "reopen" };

// The next statement is selected before the answer comes, so that keys pressed meanwhile count for that one. Nothing is
// sent for a statement that is decided like this already: undoing that would change nothing.
export async function decide(kind, message) {
  const item = state.current, id = item.id, all = shown();
  const isDecided = (item.dataset.deciding ?? kindOf[item.dataset.standing]) === kind;
  if (!isDecided) item.dataset.deciding = kind;
  select(all.slice(all.indexOf(item) + 1).find((i) => !outside(i)));
  if (isDecided) { say(message); return; }
  const done = await act({ kind, targets: [id] }, { message });
  const renewed = $(id);
  if (!renewed) return;
  delete renewed.dataset.deciding;
  if (!done && items().indexOf(renewed) < items().indexOf(state.current)) select(renewed, { focus: !isElsewhere(), scroll: !isElsewhere() });
}

function renew(value) {
  const currentId = state.current?.id;
  const index = items().indexOf(state.current);
  const form = state.editing?.form, active = document.activeElement, elsewhere = isElsewhere();
  state.revision = value.revision;
  body.dataset.revision = state.revision;
  body.dataset.undo = value.undo ? 1 : 0;
  body.dataset.redo = value.redo ? 1 : 0;
  $("progress").textContent = `${value.progress.decided} of ${value.progress.total} decided`;
  if (value.strip_html) replaceContent($("strip"), value.strip_html);
  if (value.items) {
    for (const [id, html] of Object.entries(value.items)) {
      const item = itemOf(html);
      if (form && $(id).contains(form)) item.append(form);
      $(id).replaceWith(item);
    }
  } else {
    const formItemId = form?.closest(".item")?.id;
    const top = $("notes-pane").scrollTop, unfolded = $("left-out")?.open;
    replaceContent(notes, value.notes);
    if (unfolded) $("left-out")?.setAttribute("open", "");
    if (form) ((formItemId && $(formItemId)) || notes).append(form);
    $("notes-pane").scrollTop = top;
  }
  if (value.cited) {
    const cited = new Set(value.cited);
    for (const n of state.cited) if (!cited.has(n)) lineOf(n)?.classList.remove("cited");
    for (const n of cited) if (!state.cited.has(n)) lineOf(n)?.classList.add("cited");
    state.cited = cited;
  }
  if (value.speakers) nameSpeakers(value.speakers);
  filter();
  if (state.current?.isConnected) {
    buttons();
    if (!elsewhere && !state.editing) state.current.focus({ preventScroll: true });
  } else {
    const all = items();
    state.current = null;
    const next = $(currentId)?.classList.contains("item") ? $(currentId) : all[Math.min(index, all.length - 1)];
    select(next, { focus: !elsewhere && !state.editing, scroll: !elsewhere });
  }
  if (form?.contains(active)) active.focus({ preventScroll: true });
}

function selectChanged(ids) {
  if (ids.includes(state.current?.id)) return;
  const changed = ids.map($).find((item) => item && isShown(item));
  select(changed, { focus: !isElsewhere() });
}

function nameSpeakers(names) {
  for (const element of document.querySelectorAll("[data-speaker]")) {
    element.textContent = names[element.dataset.speaker];
    if (element.ariaLabel) element.ariaLabel = `Rename ${element.textContent}`;
  }
}

function itemOf(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content.querySelector(".item");
}

function replaceContent(element, html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  element.replaceChildren(holder.content);
}

export function column(title, text) {
  const div = document.createElement("div"), h = document.createElement("h3"), p = document.createElement("p");
  h.textContent = title;
  p.textContent = text;
  div.append(h, p);
  return div;
}

// Shows a dialog of choices, after one that is open already; resolves when it is closed again.
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
  const theirs = value.theirs.map((t) => `${t.label ? t.label + ": " : ""}${t.text} (${t.standing})`).join("\n") || "the notes as they are shown now";
  const yours = action.text || (action.texts || []).join(" / ") || action.kind;
  return choices("Somebody else has decided this", `Decided by ${value.who.join(", ")}. Yours is not saved yet.`,
    [["Now", theirs], ["Yours", yours]],
    [["Keep theirs", conflict?.theirs], ["Replace it with mine", () => act(action, { message: "saved yours" }).then((ok) => ok && conflict?.mine?.())]]);
}

// Another tab may have decided meanwhile.
export async function catchUp() {
  if (document.hidden) return;
  try {
    const answer = await fetch(`${home}/state?since=${state.revision}`);
    if (answer.status === 200) { const value = await answer.json(); if (value.revision !== state.revision) { state.others += 1; renew(value); say("updated: somebody else made a decision"); } }
  } catch { /* reported when something is sent */ }
}
