// Editing in place

import { $, alarm, depth, items, linesOf, notes, outside, partOf, state } from "./page.js";
import { act, choices, post } from "./sending.js";
import { parseLines, spans, unpick, view } from "./where.js";

export function open(host, fields, build, hint = "") {
  close();
  const form = $("editor").content.firstElementChild.cloneNode(true);
  form.querySelector(".hint").textContent = hint;
  for (const name of ["label", "text", "lines"]) {
    form.querySelector(`.${name}-field`).hidden = !(name in fields);
    form.elements[name].disabled = !(name in fields);
    if (name in fields) form.elements[name].defaultValue = fields[name];
  }
  if (host.closest(".part")) form.querySelector(".label-name").textContent = partOf(host).label;
  const first = "text" in fields ? form.elements.text : form.elements.lines;
  state.editing = { form, build, first, remarked: "lines" in fields && "text" in fields };
  host.append(form);
  host.hidden = false;
  host.closest(".left-out")?.setAttribute("open", "");
  if (host.tagName === "LI") host.querySelector("details:not(.was)")?.setAttribute("open", "");
  form.addEventListener("submit", (e) => { e.preventDefault(); save("later" in (e.submitter?.dataset ?? {})); });
  form.querySelector("[data-cancel]").addEventListener("click", close);
  let timer = 0;
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, 150); });
  first.focus();
  first.setSelectionRange(first.value.length, first.value.length);
  form.scrollIntoView({ block: "nearest" });
  look();
}

// A single line of text, such as a name: Enter saves it.
function openLine(host, text, build, hint) {
  open(host, { text }, build, hint);
  const { form, first } = state.editing;
  form.classList.add("one-line");
  first.rows = 1;
  first.select();
  first.addEventListener("keydown", (e) => { if (e.key === "Enter" && !e.isComposing && !e.ctrlKey && !e.metaKey) { e.preventDefault(); form.requestSubmit(); } });
}

export function close() {
  if (!state.editing) return;
  const within = state.editing.form.contains(document.activeElement);
  state.editing.form.remove();
  state.editing = null;
  if (within && state.current) state.current.focus({ preventScroll: true });
}

const changed = (form) => [...form.elements].filter((field) => field.value !== (field.defaultValue ?? field.value));
export const typed = () => state.editing !== null && changed(state.editing.form).length > 0;

// Acts once nothing typed is unsaved: it is saved first, or given up when the reviewer says so.
export async function whenSaved(act) {
  if (state.editing?.saving) await state.editing.saving;
  if (!typed()) { close(); act(); return; }
  const { form, first } = state.editing;
  const saveThenAct = (later) => () => save(later).then((ok) => { if (ok) act(); });
  const later = form.querySelector("[data-later]");
  choices("What you typed is not saved", "", [["Typed", changed(form).map((field) => field.value).join("\n")]], [
    [form.querySelector(".primary").textContent, saveThenAct(false)],
    ...(later.hidden ? [] : [[later.textContent, saveThenAct(true)]]),
    ["Continue editing", () => first.focus()],
    ["Discard", () => { close(); act(); }],
  ]);
}

// Shows what code remarks on the typed text; nothing depends on it.
async function look() {
  const edit = state.editing;
  if (!edit?.remarked) return;
  const { text, label, lines: linesField } = edit.form.elements;
  const cites = parseLines(linesField.value);
  const list = edit.form.querySelector(".remarks");
  const show = (messages) => list.replaceChildren(...messages.map((m) => Object.assign(document.createElement("li"), { textContent: m })));
  if (cites === null) return show(["write lines as numbers: 3-5, 8"]);
  if (!text.value.trim()) return show([]);
  const order = (edit.order = (edit.order || 0) + 1);
  const target = edit.form.closest(".item")?.id ?? "";
  const response = await post("/check", { text: text.value, label: label.value, lines: cites, target });
  if (state.editing !== edit || order !== edit.order) return;
  show(response.ok ? response.value.remarks : [response.value.error]);
}

export async function save(later) {
  const edit = state.editing;
  if (!edit || edit.saving) return false;
  if (!edit.form.reportValidity()) { alarm("the text is empty"); return false; }
  const f = edit.form.elements;
  const cites = parseLines(f.lines.value);
  if (cites === null) { alarm("write lines as numbers: 3-5, 8"); return false; }
  const action = edit.build({ text: f.text.value, label: f.label.value, lines: cites, later });
  if (!action) return false;
  const done = () => { if (state.editing === edit) close(); };
  const message = action.kind !== "edit" ? "saved" : later ? "saved; decide later" : "saved and accepted";
  const within = document.activeElement;
  if (state.current) state.current.focus({ preventScroll: true });
  edit.saving = act(action, { message, conflict: { theirs: done, mine: done }, follow: action.kind === "add" });
  const ok = await edit.saving;
  edit.saving = null;
  if (ok && action.kind === "add") unpick();
  if (ok) done(); else if (state.editing === edit && edit.form.contains(within)) within.focus();
  return ok;
}

export const editors = {
  edit(item) {
    const d = item.dataset;
    const fields = { text: d.text };
    if (partOf(item).label) fields.label = d.label;
    if ("cites" in partOf(item)) fields.lines = spans(linesOf(item));
    open(item, fields, (v) => ({
      kind: "edit", target: item.id, text: v.text, later: v.later,
      ...("label" in fields ? { label: v.label } : {}), ...("lines" in fields ? { lines: v.lines } : {}),
    }));
    state.editing.accepts = item.id;
    state.editing.form.querySelector(".primary").textContent = "Save and accept";
    state.editing.form.querySelector("[data-later]").hidden = false;
  },
  split(item) {
    open(item, { text: item.dataset.text }, (v) => {
      const texts = v.text.split(/\n+/).map((t) => t.trim()).filter(Boolean);
      if (texts.length < 2) { alarm("put each part on its own line"); return null; }
      return { kind: "split", target: item.id, texts };
    }, "Put each part on its own line.");
  },
  merge(item) {
    const all = items().filter((i) => i.dataset.section === item.dataset.section && !outside(i));
    const next = all.slice(all.indexOf(item) + 1).find((i) => depth(i) === depth(item));
    if (!next) { alarm("no statement at the same level follows in this section"); return; }
    const { label, colon, text } = next.dataset;
    const second = label && label !== item.dataset.label ? label + colon + text : text;
    open(item, { text: `${item.dataset.text} ${second}`, lines: spans([...new Set([...linesOf(item), ...linesOf(next)])]) },
      (v) => ({ kind: "merge", targets: [item.id, next.id], text: v.text }), "Merges this statement with the next one.");
    state.editing.form.elements.lines.readOnly = true;
  },
  add(item) {
    const chosen = [...state.picked];
    if (!chosen.length && state.line) chosen.push(Number(state.line.dataset.n));
    const part = item && item.dataset.section !== "dropped" ? partOf(item) : notes.querySelector('.part[data-section="main_points"]').dataset;
    const section = part.section, fields = { text: "" };
    if ("cites" in part) fields.lines = spans(chosen);
    if (part.label) fields.label = "";
    view("notes");
    open(item || notes, fields, (v) => ({
      kind: "add", section, text: v.text, lines: v.lines, label: v.label, after: item && section === item.dataset.section ? item.id : "", group: item?.dataset.group || "",
    }), "Adds a statement of your own below this one.");
  },
  restore(item) {
    if (!outside(item)) { alarm("this statement is already in the notes"); return; }
    const d = item.dataset, fields = { text: d.text };
    if ("cites" in partOf(item)) fields.lines = spans(linesOf(item));
    if (partOf(item).label) fields.label = d.label;
    open(item, fields, (v) => ({ kind: "restore", target: item.id, lines: v.lines, text: v.text, label: v.label }),
      d.standing === "dropped" ? "Adds it as a statement, in the order of its lines." : "Correct what it was withheld for, and give the lines that support it.");
  },
  heading(item) {
    const h = item.dataset.group && $(item.dataset.group);
    if (!h) { alarm("only main points have headings"); return; }
    openLine(item, h.dataset.heading, (v) => ({ kind: "heading", group: h.id, text: v.text }), "A new text for this heading.");
  },
  part(item) {
    const h = item.dataset.group && $(item.dataset.group);
    if (!h) { alarm("only main points have parts"); return; }
    openLine(item, h.dataset.part, (v) => ({ kind: "part", group: h.id, text: v.text }), "A new title for this part. Leave it empty for none.");
    state.editing.form.elements.text.required = false;
  },
  divide(item) {
    if (!item.dataset.group) { alarm("only main points have headings"); return; }
    openLine(item, "", (v) => ({ kind: "divide", target: item.id, text: v.text }), "Starts a new heading at this statement.");
  },
  term(item) {
    if (partOf(item).label !== "Term") { alarm("only key concepts have a term"); return; }
    openLine(item, item.dataset.label, (v) => ({ kind: "term", target: item.id, text: v.text }), "A new term.");
  },
};

export function rename(button) {
  const speaker = button.textContent;
  const build = (v) => {
    const action = { kind: "rename", speaker, name: v.text.trim() };
    const names = [...document.querySelectorAll("button[data-speaker]")].map((b) => b.textContent);
    if (action.name === speaker || !names.includes(action.name)) return action;
    askWhoIsMeant(action, state.editing);
    return null;
  };
  openLine(button.closest(".tools"), speaker, build,
    `The right name of ${speaker}, for the transcript's labels, the notes with their quotations, and exports with --reviewed. The words of the transcript stay. Statements keep a label of one letter. If the label is also a word, or only part of the name was replaced, you decide on the changed statements again.`);
}

// A name that another speaker has.
function askWhoIsMeant(action, edit) {
  const rename = (other) => () => act({ ...action, other }).then((ok) => { if (ok && state.editing === edit) close(); });
  choices(`Another speaker is called ${action.name}`, "", [["Now", action.speaker], ["Then", action.name]], [
    ["They are the same person", rename("same")],
    ["Swap the two names", rename("exchange")],
    ["Continue editing", () => edit.first.focus()],
  ]);
}
