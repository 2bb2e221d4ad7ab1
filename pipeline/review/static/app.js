// Keys and buttons

import { close, editors, rename, save, typed, whenSaved } from "./editing.js";
import { $, body, depth, filtered, isShown, items, lineOf, lines, notes, outside, say, shown, state, toDecide } from "./page.js";
import { keep, regenerate, regenerateAll } from "./rewriting.js";
import { act, catchUp, decide } from "./sending.js";
import { across, filter, pick, select, selectLine, step, view } from "./where.js";

// A statement goes with what is nested below it, past whole statements of its depth.
function destination(item, direction) {
  const all = items().filter((i) => i.dataset.section === item.dataset.section);
  const same = all.filter((i) => i.dataset.group === item.dataset.group);
  const at = same.indexOf(item), level = depth(item);
  const next = same.slice(at + 1).find((i) => depth(i) <= level);
  const earlier = same.slice(0, at).reverse();
  const sibling = earlier.find((i) => depth(i) <= level);
  const parent = earlier.find((i) => depth(i) < level);
  if (direction === "nest") return sibling && depth(sibling) === level && !outside(sibling) ? { below: sibling.id } : null;
  if (direction === "unnest") return parent ? { after: parent.id } : null;
  if (direction === "up" && sibling) return { before: sibling.id };
  if (direction === "down" && next) return parent && depth(next) < level ? { after: parent.id } : { after: next.id };
  if (direction === "down" && parent) return { after: parent.id };
  const groups = [...notes.querySelectorAll(`section[data-section="${item.dataset.section}"] h3`)].map((h) => h.id);
  const g = groups.indexOf(item.dataset.group);
  if (direction === "down") return groups[g + 1] ? { group: groups[g + 1] } : null;
  if (g <= 0) return null;
  const above = all.filter((i) => i.dataset.group === groups[g - 1] && !depth(i));
  return above.length ? { after: above[above.length - 1].id } : { group: groups[g - 1] };
}

function move(item, direction) {
  act(() => {
    const current = $(item.id), to = current && destination(current, direction);
    if (to) return { kind: "move", target: item.id, ...to };
    say(direction === "nest" ? "there is no statement above to nest it below" : direction === "unnest" ? "it is not nested" : "it cannot be moved further");
    return null;
  }, { message: "moved" });
}

const ofSection = (item) => (i) => i.dataset.section === item.dataset.section;
const ofGroup = (item) => (i) => ofSection(item)(i) && i.dataset.group === item.dataset.group;

function acceptAll(fits) {
  let targets = [];
  act(() => {
    targets = shown().filter((i) => fits(i) && toDecide(i)).map((i) => i.id);
    if (targets.length) return { kind: "accept", targets };
    say(filtered() ? "everything shown here is decided" : "everything here is decided");
    return null;
  }, { message: () => `${targets.length} accepted${filtered() ? ", of what is shown" : ""}` });
}

const onlyInNotes = new Set(["accept", "reject", "reopen", "edit", "split", "merge", "up", "down", "nest", "unnest", "term", "regenerate"]);
const withoutStatement = new Set(["undo", "redo", "help", "add", "keep"]);
function run(name) {
  if (name === "accept" && typed() && !state.editing.saving && state.editing.accepts === state.current?.id) { save(false); return; }
  if (name === "help") $("help").showModal();
  else whenSaved(() => perform(name));
}

function perform(name) {
  if (!state.current && !withoutStatement.has(name)) { say("choose a statement first"); return; }
  if (!withoutStatement.has(name) && !isShown(state.current)) { say("choose a statement first: the current one is hidden"); return; }
  if (state.current && outside(state.current) && onlyInNotes.has(name)) {
    if (name === "accept" || name === "edit") return editors.restore(state.current);
    say("this is not in the notes: press w to restore it");
    return;
  }
  switch (name) {
    case "accept": return decide("accept", "accepted");
    case "reject": return decide("reject", "rejected");
    case "reopen": return decide("reopen", "to be decided later");
    case "undo": return act({ kind: "undo" }, { message: "undone", follow: true });
    case "redo": return act({ kind: "redo" }, { message: "done again", follow: true });
    case "up": case "down": case "nest": case "unnest": return move(state.current, name);
    case "section": return acceptAll(ofSection(state.current));
    case "regenerate": return regenerate(state.current);
    case "regenerate-point": return regenerateAll(ofGroup(state.current), state.current);
    case "regenerate-section": return regenerateAll(ofSection(state.current), state.current);
    case "keep": return keep();
    default: return editors[name](state.current);
  }
}

const keys = {
  a: "accept", r: "reject", o: "reopen", e: "edit", s: "split", m: "merge", n: "add", w: "restore", h: "heading", H: "divide", p: "part", t: "term",
  g: "regenerate", G: "regenerate-point", u: "undo", U: "redo", A: "section", J: "down", K: "up", ">": "nest", "<": "unnest", "?": "help",
};

// In a layout without Latin letters, such as Hebrew or Russian, a key counts as what is there in a Latin one. What such a
// layout has there need not be a letter: Arabic has vowel signs, Hebrew an apostrophe on the W.
const latin = { Comma: ["", "<"], Period: ["", ">"] };
function keyOf({ key, code, shiftKey }) {
  if (key === "'" ? code !== "KeyW" : /^[\0-\x7f]|\p{Script=Latin}/u.test(key)) return key;
  const [plain, shifted] = latin[code] ?? (code.startsWith("Key") ? [code[3].toLowerCase(), code[3]] : [key, key]);
  return shiftKey ? shifted : plain;
}

document.addEventListener("keydown", (e) => {
  const typing = e.target.closest("input, textarea, select");
  if (document.querySelector("dialog[open]")) return;
  if (state.askingModel && e.key === "Escape") { state.askingModel = false; say("stopping after this one …"); return; }
  if (typing) {
    if (e.key === "Escape") { if (state.editing?.form.contains(typing)) close(); else { typing.blur(); state.current?.focus(); } e.preventDefault(); }
    else if (e.key === "Enter" && (e.ctrlKey || e.metaKey) && state.editing?.form.contains(typing)) { e.preventDefault(); state.editing.form.requestSubmit(); }
    return;
  }
  if (e.ctrlKey || e.metaKey || e.altKey) return;
  const press = e.target.closest("button, summary, a");
  if (press && (e.key === "Enter" || e.key === " ")) return;
  const key = keyOf(e), more = document.querySelector(".more[open]");
  if (key === "j" || key === "ArrowDown") { e.preventDefault(); step(1); }
  else if (key === "k" || key === "ArrowUp") { e.preventDefault(); step(-1); }
  else if (key === "Enter") { e.preventDefault(); across(); }
  else if (key === "x" && state.line) { e.preventDefault(); pick(state.line); }
  else if (key === "/") { e.preventDefault(); $("find").focus(); }
  else if (key === "Escape" && more) { more.open = false; more.firstElementChild.focus(); }
  else if (key === "Escape") { if (typed()) { say("what you typed is not saved"); state.editing.first.focus(); } else close(); }
  else if (keys[key]) { e.preventDefault(); run(keys[key]); }
});

document.addEventListener("click", (e) => {
  const hit = (selector) => e.target.closest(selector), more = document.querySelector(".more");
  if (!hit(".more") || hit("[data-do]")) more.open = false;
  if (hit("[data-do]")) { if (hit(".item")) select(hit(".item"), { scroll: false }); run(hit("[data-do]").dataset.do); return; }
  if (hit("[data-view]")) { view(hit("[data-view]").dataset.view); return; }
  if (hit("[data-accept-all]")) { const fits = ofGroup(hit("[data-accept-all]").nextElementSibling.firstElementChild); whenSaved(() => acceptAll(fits)); return; }
  if (hit("button[data-speaker]")) { const button = hit("button[data-speaker]"); whenSaved(() => rename(button)); return; }
  if (hit(".strip [data-line]")) { lineOf(hit("[data-line]").dataset.line)?.scrollIntoView({ block: "start" }); return; }
  if (hit("a, form, summary, button")) { if (hit(".item") && !hit("form")) select(hit(".item"), { focus: false, scroll: false }); return; }
  if (hit(".item")) select(hit(".item"), { scroll: false });
  const row = hit(".lines li");
  if (row) { selectLine(row); if (hit(".n") || e.shiftKey) pick(row); }
});

$("find").addEventListener("input", filter);
$("show").addEventListener("change", filter);
$("find").addEventListener("keydown", (e) => { if (e.key === "Enter") { e.preventDefault(); select(shown()[0]); } });

document.addEventListener("visibilitychange", () => { state.queue = state.queue.then(catchUp); });
addEventListener("focus", () => { state.queue = state.queue.then(catchUp); });
addEventListener("beforeunload", (e) => { if (typed()) e.preventDefault(); });

for (const n of state.cited) lineOf(n)?.classList.add("cited");
const linked = location.hash ? $(decodeURIComponent(location.hash.slice(1))) : null;
const first = linked?.classList.contains("item") ? linked : shown().find(toDecide) ?? shown()[0];
select(first, { focus: !matchMedia("(max-width: 760px)").matches, scroll: first !== shown()[0] && "center" });
body.dataset.ready = "1";
performance.mark("ready");
