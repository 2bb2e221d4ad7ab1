// The selected statement and line, and what is shown

import { $, body, filtered, items, lineOf, lines, linesOf, notes, say, shown, state, toDecide } from "./page.js";

// As the search of all notes compares texts: without case, accents and the look of quotation marks.
const ACCENTS = /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]/g;
const QUOTES = { "‘": "'", "’": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"' };
const fold = (text) => text.normalize("NFKD").replace(ACCENTS, "").toLowerCase().toUpperCase().replace(/[‘’ʼ“”„]/g, (mark) => QUOTES[mark]);

export const isElsewhere = () => Boolean(document.activeElement?.closest("input, textarea, select, #lines"));

function markLines() {
  for (const old of lines.querySelectorAll(".used")) old.classList.remove("used");
  if (state.current) for (const n of linesOf(state.current)) lineOf(n)?.classList.add("used");
}

export function select(item, { focus = true, scroll = true } = {}) {
  if (!item) return;
  item.closest(".left-out")?.setAttribute("open", "");
  for (const lit of notes.querySelectorAll(".lit")) lit.classList.remove("lit");
  if (state.current && state.current !== item) {
    state.current.classList.remove("current");
    state.current.removeAttribute("aria-current");
    state.current.tabIndex = -1;
  }
  state.current = item;
  item.classList.add("current");
  item.setAttribute("aria-current", "true");
  item.tabIndex = 0;
  markLines();
  if (focus) item.focus({ preventScroll: true });
  if (scroll) item.scrollIntoView({ block: scroll === true ? "nearest" : scroll });
  showUsedLines();
  buttons();
}

// The transcript stays where it is if it shows all of these lines.
function showUsedLines() {
  const pane = $("transcript-pane"), used = [...lines.querySelectorAll(".used")];
  const top = pane.querySelector(".tools").getBoundingClientRect().bottom, { bottom } = pane.getBoundingClientRect();
  const isVisible = (row) => { const place = row.getBoundingClientRect(); return place.top >= top && place.bottom <= bottom; };
  if (!used.every(isVisible)) used[0].scrollIntoView({ block: "center" });
}

export function selectLine(row, { light = true } = {}) {
  if (!row) return;
  if (state.line) state.line.tabIndex = -1;
  state.line = row;
  row.tabIndex = 0;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  if (light) lightUp(Number(row.dataset.n));
}

function lightUp(n) {
  const users = items().filter((i) => i.classList.toggle("lit", linesOf(i).includes(n)));
  const where = shown().find((i) => users.includes(i));
  if (where) where.scrollIntoView({ block: "center" });
  say(users.length ? `${users.length} statement${users.length > 1 ? "s cite" : " cites"} line ${n}` : `no statement cites line ${n}`);
}

export function pick(row) {
  const n = Number(row.dataset.n);
  const on = row.classList.toggle("picked");
  if (on) state.picked.add(n); else state.picked.delete(n);
  say(state.picked.size ? `marked lines: ${spans([...state.picked])}; to add a statement from them, press n or choose it under More` : "no lines are marked");
}

export function unpick() {
  for (const row of lines.querySelectorAll(".picked")) row.classList.remove("picked");
  state.picked.clear();
}

export function spans(numbers) {
  const out = [];
  for (const n of numbers.sort((a, b) => a - b)) {
    const last = out[out.length - 1];
    if (last && last[1] === n - 1) last[1] = n; else out.push([n, n]);
  }
  return out.map(([a, b]) => (a === b ? a : `${a}-${b}`)).join(", ");
}

export function parseLines(text) {
  const out = [];
  for (const part of text.split(/[\s,;]+/).filter(Boolean)) {
    const m = /^(\d+)(?:[-–](\d+))?$/.exec(part);
    if (!m) return null;
    const last = Number(m[2] || m[1]);
    for (let n = Number(m[1]); n <= last && out.length < 400; n++) out.push(n);
  }
  return out;
}

export function step(by) {
  if (state.line && document.activeElement === state.line) {
    selectLine(by > 0 ? state.line.nextElementSibling : state.line.previousElementSibling);
    return;
  }
  const all = shown();
  const at = all.indexOf(state.current);
  select(all[Math.max(0, Math.min(all.length - 1, at + by))] || all[0]);
}

export function across() {
  if (state.line && document.activeElement === state.line) {
    const n = Number(state.line.dataset.n);
    const user = shown().find((i) => linesOf(i).includes(n));
    view("notes");
    select(user || state.current || shown()[0]);
  } else if (state.current) {
    view("transcript");
    selectLine(lineOf(linesOf(state.current)[0]) || lines.firstElementChild, { light: false });
  }
}

// Shows one of the panes where only one has room. The height of its lines is only known once they are drawn.
export function view(name) {
  body.classList.toggle("show-transcript", name === "transcript");
  for (const b of document.querySelectorAll("[data-view]")) b.setAttribute("aria-pressed", String(b.dataset.view === name));
  if (name === "transcript") requestAnimationFrame(() => requestAnimationFrame(showUsedLines));
}

export function filter() {
  const words = fold($("find").value.trim()), kind = $("show").value;
  let count = 0;
  for (const i of items()) {
    const fits = (!kind || i.classList.contains(kind)) && (!words || fold(`${i.dataset.label} ${i.dataset.text}`).includes(words));
    i.hidden = !fits && !i.contains(state.editing?.form ?? null);
    count += fits;
  }
  if (kind === "dropped") $("left-out")?.setAttribute("open", "");
  if (kind === "withheld") for (const fold of notes.querySelectorAll(".item.withheld > details")) fold.open = true;
  $("shown").textContent = filtered() ? `${count} shown` : "";
  if (filtered() || state.counted) {
    nameButtons();
    hideEmpty(kind === "is-corrected");
  }
  state.counted = filtered();
}

// Sections, headings and titles of parts without a statement that is shown are hidden, except corrected headings among
// corrections.
function hideEmpty(showsCorrected) {
  const isEmpty = (element, corrected) => filtered() && !element?.querySelector(".item:not([hidden])") && !(showsCorrected && corrected);
  const partsShown = new Set();
  for (const section of notes.querySelectorAll(".part")) section.hidden = isEmpty(section, section.querySelector("h3 + .before"));
  for (const heading of notes.querySelectorAll("h3")) {
    const before = heading.parentElement.querySelector(`[id="${heading.id}"] + .before`);
    heading.hidden = isEmpty(notes.querySelector(`.items[data-group="${heading.id}"]`), before);
    if (before) before.hidden = heading.hidden;
    if (!heading.hidden) partsShown.add(heading.dataset.part);
  }
  for (const title of notes.querySelectorAll(".of-part")) title.hidden = !partsShown.has(title.textContent);
}

// Buttons say how many statements they accept, where not all are shown.
function nameButtons() {
  const isFiltered = filtered();
  for (const b of notes.querySelectorAll("[data-accept-all]")) {
    const pending = [...b.nextElementSibling.children].filter((i) => !i.hidden && toDecide(i)).length;
    b.hidden = isFiltered && !pending;
    b.textContent = `Accept ${isFiltered ? `the ${pending} shown` : "all"} ${b.dataset.acceptAll}`;
  }
  document.querySelector('[data-do="section"]').firstChild.data = isFiltered ? "Accept what is shown in this section " : "Accept section ";
}

export function buttons() {
  document.querySelector('[data-do="undo"]').disabled = body.dataset.undo !== "1";
  document.querySelector('[data-do="redo"]').disabled = body.dataset.redo !== "1";
}
