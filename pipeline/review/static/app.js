// The document page: which statement is current, what is sent, and what comes back. All HTML that is put in comes from
// the server's templates, which escape; text from anywhere else is only ever set as text.
"use strict";
(() => {
  const body = document.body;
  if (!body.classList.contains("document")) return;
  const $ = (id) => document.getElementById(id);
  const token = document.querySelector('meta[name="studydoc-token"]').content;
  const home = `/d/${body.dataset.id}`;
  const notes = $("notes"), lines = $("lines");
  const narrow = matchMedia("(max-width: 760px)");
  let revision = Number(body.dataset.revision);
  let current = null, line = null, editing = null, asking = false, counted = false, alarms = 0, others = 0, queue = Promise.resolve();
  const picked = new Set();
  let cited = new Set(JSON.parse($("cited").textContent));

  const items = () => [...notes.querySelectorAll(".item")];
  const isShown = (item) => !item.hidden && !item.closest(".left-out:not([open])");
  const shown = () => items().filter(isShown);
  const filtered = () => $("find").value.trim() !== "" || $("show").value !== "";
  const lineOf = (n) => $("l" + n);
  const outside = (item) => "outside" in item.dataset;
  const depth = (item) => Number(item.dataset.depth);
  const partOf = (item) => item.closest(".part").dataset;
  const linesOf = (item) => item.dataset.lines.split(" ").filter(Boolean).map(Number);
  const say = (text) => { $("alarm").textContent = ""; $("status").textContent = text; };
  const alarm = (text) => { alarms += 1; $("status").textContent = ""; $("alarm").textContent = text; };

  // Where one is

  const isElsewhere = () => Boolean(document.activeElement?.closest("input, textarea, select, #lines"));

  function markLines() {
    for (const old of lines.querySelectorAll(".used")) old.classList.remove("used");
    if (current) for (const n of linesOf(current)) lineOf(n)?.classList.add("used");
  }

  function select(item, { focus = true, scroll = true } = {}) {
    if (!item) return;
    item.closest(".left-out")?.setAttribute("open", "");
    for (const lit of notes.querySelectorAll(".lit")) lit.classList.remove("lit");
    if (current && current !== item) {
      current.classList.remove("current");
      current.removeAttribute("aria-current");
      current.tabIndex = -1;
    }
    current = item;
    item.classList.add("current");
    item.setAttribute("aria-current", "true");
    item.tabIndex = 0;
    markLines();
    if (focus) item.focus({ preventScroll: true });
    if (scroll) item.scrollIntoView({ block: "nearest" });
    const first = linesOf(item)[0];
    if (first) lineOf(first)?.scrollIntoView({ block: "center" });
    buttons();
  }

  function selectLine(row, { light = true } = {}) {
    if (!row) return;
    if (line) line.tabIndex = -1;
    line = row;
    row.tabIndex = 0;
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    if (light) lightUp(Number(row.dataset.n));
  }

  function lightUp(n) {
    const users = items().filter((i) => i.classList.toggle("lit", linesOf(i).includes(n)));
    const where = shown().find((i) => users.includes(i));
    if (where) where.scrollIntoView({ block: "center" });
    say(users.length ? `${users.length} statement${users.length > 1 ? "s" : ""} rest on line ${n}` : `nothing rests on line ${n}`);
  }

  function pick(row) {
    const n = Number(row.dataset.n);
    const on = row.classList.toggle("picked");
    if (on) picked.add(n); else picked.delete(n);
    say(picked.size ? `lines ${spans([...picked])} are marked: n adds a statement from them` : "no line is marked");
  }

  function spans(numbers) {
    const out = [];
    for (const n of numbers.sort((a, b) => a - b)) {
      const last = out[out.length - 1];
      if (last && last[1] === n - 1) last[1] = n; else out.push([n, n]);
    }
    return out.map(([a, b]) => (a === b ? a : `${a}-${b}`)).join(", ");
  }

  function parseLines(text) {
    const out = [];
    for (const part of text.split(/[\s,;]+/).filter(Boolean)) {
      const m = /^(\d+)(?:[-–](\d+))?$/.exec(part);
      if (!m) return null;
      const last = Number(m[2] || m[1]);
      for (let n = Number(m[1]); n <= last && out.length < 400; n++) out.push(n);
    }
    return out;
  }

  function step(by) {
    if (line && document.activeElement === line) {
      selectLine(by > 0 ? line.nextElementSibling : line.previousElementSibling);
      return;
    }
    const all = shown();
    const at = all.indexOf(current);
    select(all[Math.max(0, Math.min(all.length - 1, at + by))] || all[0]);
  }

  function across() {
    if (line && document.activeElement === line) {
      const n = Number(line.dataset.n);
      const user = shown().find((i) => linesOf(i).includes(n));
      view("notes");
      select(user || current || shown()[0]);
    } else if (current) {
      view("transcript");
      selectLine(lineOf(linesOf(current)[0]) || lines.firstElementChild, { light: false });
    }
  }

  function view(name) {
    body.classList.toggle("show-transcript", name === "transcript");
    for (const b of document.querySelectorAll("[data-view]")) b.setAttribute("aria-pressed", String(b.dataset.view === name));
  }

  // What is sent and what comes back

  async function post(path, sent) {
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
  function act(wanted, { said = "saved", conflict = null } = {}) {
    const before = { alarms, others, revision };
    const run = async () => {
      const action = typeof wanted === "function" ? wanted() : wanted;
      if (!action) return false;
      const answer = await post("/act", { revision: before.others === others ? revision : before.revision, action });
      if (answer.ok) {
        if (answer.value.revision !== revision + 1) others += 1;
        renew(answer.value);
        if (alarms === before.alarms) say(typeof said === "function" ? said() : said);
        return true;
      }
      if (answer.status === 409) {
        others += 1;
        renew(answer.value);
        await showBoth(answer.value, action, conflict);
      } else {
        alarm(answer.value.error);
      }
      return false;
    };
    const result = queue.then(run);
    queue = result.catch(() => {});
    return result;
  }

  // What was pressed meanwhile counts for the statement that is shown as the next: one goes on before the answer comes.
  async function decide(kind, said) {
    const item = current, id = item.id;
    if (item.dataset.deciding === kind) return;
    item.dataset.deciding = kind;
    const all = shown();
    select(all.slice(all.indexOf(item) + 1).find((i) => !outside(i)));
    const done = await act({ kind, targets: [id] }, { said });
    const now = $(id);
    if (!now) return;
    delete now.dataset.deciding;
    if (!done && items().indexOf(now) < items().indexOf(current)) select(now, { focus: !isElsewhere(), scroll: !isElsewhere() });
  }

  function renew(value) {
    const keep = current?.id;
    const at = items().indexOf(current);
    const held = editing?.form, active = document.activeElement, elsewhere = isElsewhere();
    revision = value.revision;
    body.dataset.revision = revision;
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
      for (const n of cited) if (!now.has(n)) lineOf(n)?.classList.remove("cited");
      for (const n of now) if (!cited.has(n)) lineOf(n)?.classList.add("cited");
      cited = now;
    }
    if (value.speakers) nameSpeakers(value.speakers);
    filter();
    if (current?.isConnected) {
      buttons();
      if (!elsewhere && !editing) current.focus({ preventScroll: true });
    } else {
      const all = items();
      current = null;
      const here = $(keep)?.classList.contains("item") ? $(keep) : all[Math.min(at, all.length - 1)];
      select(here, { focus: !elsewhere && !editing, scroll: !elsewhere });
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

  function column(title, text) {
    const div = document.createElement("div"), h = document.createElement("h3"), p = document.createElement("p");
    h.textContent = title;
    p.textContent = text;
    div.append(h, p);
    return div;
  }

  // Shows what there is to choose from, after what is shown already; the promise is kept when it is closed again.
  async function choices(title, lead, columns, options) {
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

  // Editing in place

  function open(where, fields, build, hint = "") {
    close();
    const form = $("editor").content.firstElementChild.cloneNode(true);
    form.querySelector(".hint").textContent = hint;
    for (const name of ["label", "text", "lines"]) {
      form.querySelector(`.${name}-field`).hidden = !(name in fields);
      form.elements[name].disabled = !(name in fields);
      if (name in fields) form.elements[name].defaultValue = fields[name];
    }
    if (where.closest(".part")) form.querySelector(".label-name").textContent = partOf(where).label;
    const first = "text" in fields ? form.elements.text : form.elements.lines;
    editing = { form, build, first, remarked: "lines" in fields && "text" in fields };
    where.append(form);
    where.hidden = false;
    where.closest(".left-out")?.setAttribute("open", "");
    if (where.tagName === "LI") where.querySelector("details:not(.was)")?.setAttribute("open", "");
    form.addEventListener("submit", (e) => { e.preventDefault(); save("later" in (e.submitter?.dataset ?? {})); });
    form.querySelector("[data-cancel]").addEventListener("click", close);
    let timer = 0;
    form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, 150); });
    first.focus();
    form.scrollIntoView({ block: "nearest" });
    look();
  }

  function close() {
    if (!editing) return;
    const within = editing.form.contains(document.activeElement);
    editing.form.remove();
    editing = null;
    if (within && current) current.focus({ preventScroll: true });
  }

  const changed = (form) => [...form.elements].filter((field) => field.value !== (field.defaultValue ?? field.value));
  const typed = () => editing !== null && changed(editing.form).length > 0;

  // Nothing that was typed goes for something else: it is saved first, or given up when one says so.
  async function freely(act) {
    if (editing?.saving) await editing.saving;
    if (!typed()) { close(); act(); return; }
    const { form, first } = editing;
    const saved = (later) => () => save(later).then((ok) => { if (ok) act(); });
    const later = form.querySelector("[data-later]");
    choices("What you typed is not saved yet", "", [["Typed", changed(form).map((field) => field.value).join("\n")]], [
      [form.querySelector(".primary").textContent, saved(false)],
      ...(later.hidden ? [] : [[later.textContent, saved(true)]]),
      ["Go on typing", () => first.focus()],
      ["Give it up", () => { close(); act(); }],
    ]);
  }

  // What a program remarks on what is typed. It is said, and nothing follows of it.
  async function look() {
    const now = editing;
    if (!now?.remarked) return;
    const { text, label, lines: given } = now.form.elements;
    const cites = parseLines(given.value);
    const list = now.form.querySelector(".remarks");
    const show = (messages) => list.replaceChildren(...messages.map((m) => Object.assign(document.createElement("li"), { textContent: m })));
    if (cites === null) return show(["lines are numbers, like 3-5, 8"]);
    if (!text.value.trim()) return show([]);
    const order = (now.order = (now.order || 0) + 1);
    const target = now.form.closest(".item")?.id ?? "";
    const found = await post("/check", { text: text.value, label: label.value, lines: cites, target });
    if (editing !== now || order !== now.order) return;
    show(found.ok ? found.value.remarks : [found.value.error]);
  }

  async function save(later) {
    const now = editing;
    if (!now || now.saving) return false;
    if (!now.form.reportValidity()) { alarm("there are no words in it"); return false; }
    const f = now.form.elements;
    const given = parseLines(f.lines.value);
    if (given === null) { alarm("lines are numbers, like 3-5, 8"); return false; }
    const action = now.build({ text: f.text.value, label: f.label.value, lines: given, later });
    if (!action) return false;
    const done = () => { if (editing === now) close(); };
    const said = action.kind !== "edit" ? "saved" : later ? "saved, to be decided later" : "saved and accepted";
    const within = document.activeElement;
    if (current) current.focus({ preventScroll: true });
    now.saving = act(action, { said, conflict: { theirs: done, mine: done } });
    const ok = await now.saving;
    now.saving = null;
    if (ok) done(); else if (editing === now && now.form.contains(within)) within.focus();
    return ok;
  }

  const editors = {
    edit(item) {
      const d = item.dataset;
      const fields = { text: d.text };
      if (partOf(item).label) fields.label = d.label;
      if ("cites" in partOf(item)) fields.lines = spans(linesOf(item));
      open(item, fields, (v) => ({
        kind: "edit", target: item.id, text: v.text, later: v.later,
        ...("label" in fields ? { label: v.label } : {}), ...("lines" in fields ? { lines: v.lines } : {}),
      }));
      editing.accepts = item.id;
      editing.form.querySelector(".primary").textContent = "Save and accept";
      editing.form.querySelector("[data-later]").hidden = false;
    },
    split(item) {
      open(item, { text: item.dataset.text }, (v) => {
        const texts = v.text.split(/\n+/).map((t) => t.trim()).filter(Boolean);
        if (texts.length < 2) { alarm("put the parts on lines of their own"); return null; }
        return { kind: "split", target: item.id, texts };
      }, "Put each part on a line of its own.");
    },
    merge(item) {
      const all = items().filter((i) => i.dataset.section === item.dataset.section && !outside(i));
      const next = all.slice(all.indexOf(item) + 1).find((i) => depth(i) === depth(item));
      if (!next) { alarm("there is no next statement in this section that is nested alike"); return; }
      const { label, colon, text } = next.dataset;
      const second = label && label !== item.dataset.label ? label + colon + text : text;
      open(item, { text: `${item.dataset.text} ${second}`, lines: spans([...new Set([...linesOf(item), ...linesOf(next)])]) },
        (v) => ({ kind: "merge", targets: [item.id, next.id], text: v.text }), "One statement out of this one and the next.");
      editing.form.elements.lines.readOnly = true;
    },
    add(item) {
      const chosen = [...picked];
      if (!chosen.length && line) chosen.push(Number(line.dataset.n));
      const part = item && item.dataset.section !== "dropped" ? partOf(item) : notes.querySelector('.part[data-section="main_points"]').dataset;
      const section = part.section, fields = { text: "" };
      if ("cites" in part) fields.lines = spans(chosen);
      if (part.label) fields.label = "";
      view("notes");
      open(item || notes, fields, (v) => ({
        kind: "add", section, text: v.text, lines: v.lines, label: v.label, after: item && section === item.dataset.section ? item.id : "", group: item?.dataset.group || "",
      }), "A statement of your own, below this one.");
    },
    restore(item) {
      if (!outside(item)) { alarm("this statement is in the notes already"); return; }
      const d = item.dataset, fields = { text: d.text };
      if ("cites" in partOf(item)) fields.lines = spans(linesOf(item));
      if (partOf(item).label) fields.label = d.label;
      open(item, fields, (v) => ({ kind: "restore", target: item.id, lines: v.lines, text: v.text, label: v.label }),
        d.standing === "dropped" ? "It is put back as a statement, where its lines belong." : "Put right what it was withheld for; which lines say it?");
    },
    heading(item) {
      const h = item.dataset.group && $(item.dataset.group);
      if (!h) { alarm("only main points have headings"); return; }
      open(item, { text: h.dataset.heading }, (v) => ({ kind: "heading", group: h.id, text: v.text }), "Another heading for this group.");
    },
    part(item) {
      const h = item.dataset.group && $(item.dataset.group);
      if (!h) { alarm("only main points stand in parts"); return; }
      open(item, { text: h.dataset.part }, (v) => ({ kind: "part", group: h.id, text: v.text }), "Another title for the part that its heading stands in; none if it is left empty.");
      editing.form.elements.text.required = false;
    },
    divide(item) {
      if (!item.dataset.group) { alarm("only main points have headings"); return; }
      open(item, { text: "" }, (v) => ({ kind: "divide", target: item.id, text: v.text }), "A new heading over this statement and those that follow it.");
    },
    term(item) {
      if (partOf(item).label !== "Term") { alarm("only key concepts have a term"); return; }
      open(item, { text: item.dataset.label }, (v) => ({ kind: "term", target: item.id, text: v.text }), "Another term.");
    },
  };

  function rename(button) {
    const speaker = button.textContent;
    open(button.closest(".tools"), { text: speaker }, (v) => ({ kind: "rename", speaker, name: v.text }),
      `The right name of ${speaker}, in the transcript and in the notes. A label of one letter stays in statements; what a label that is a word too changes is to be decided on again.`);
  }

  async function regenerate(item) {
    if (body.dataset.regenerates !== "1") { alarm("no model is connected: start studydoc review with --model"); return; }
    if (!("cites" in partOf(item))) { alarm("this cites no lines, so there is nothing to write it from"); return; }
    open(item, { text: "" }, (v) => { ask(item.id, v.text); return null; }, "What should the model do better? (may stay empty)");
    editing.form.elements.text.required = false;
  }

  function regenerateAll(fits, where) {
    if (body.dataset.regenerates !== "1") { alarm("no model is connected: start studydoc review with --model"); return; }
    const ids = shown().filter((i) => fits(i) && !outside(i) && "cites" in partOf(i)).map((i) => i.id);
    if (!ids.length) { say("there is nothing to ask for"); return; }
    open(where, { text: "" }, (v) => { askAll(ids, v.text); return null; },
      `What should the model do better in these ${ids.length} statements? (may stay empty)`);
    editing.form.elements.text.required = false;
  }

  async function askAll(ids, instruction) {
    close();
    asking = true;
    const answers = [], failed = [];
    for (const [n, id] of ids.entries()) {
      say(`asking the model, ${n + 1} of ${ids.length}; Esc stops …`);
      const found = await post("/regenerate", { target: id, instruction });
      if (found.ok) answers.push({ id, ...found.value }); else failed.push(found.value.error);
      if (!asking) break;
    }
    asking = false;
    if (failed.length) alarm(`${failed.length} of ${ids.length} were not answered: ${failed[0]}`);
    if (!answers.length) return;
    say("the model has answered");
    several(answers.filter((a) => a.new !== a.yours), answers.length);
  }

  // The model's new texts beside what stands. An edited text stays, and one that code remarks on, unless it is ticked.
  function several(answers, asked) {
    const box = $("several");
    box.querySelector(".lead-in").textContent = `${answers.length} of ${asked} statements were written differently. What is ticked is taken; the rest stays as it is.`;
    const rows = answers.map((a) => {
      const row = document.createElement("li"), label = document.createElement("label"), tick = document.createElement("input");
      row.className = "columns";
      tick.type = "checkbox";
      tick.checked = a.yours === a.earlier && !a.remarks.length;
      label.append(tick, " Take the new text");
      row.append(label, column(a.yours === a.earlier ? "As it stands" : "Yours", a.yours));
      if (a.earlier && a.yours !== a.earlier) row.append(column("Model’s earlier text", a.earlier));
      row.append(column("Model’s new text", a.new));
      if (a.remarks.length) row.append(column("Remark of a program", a.remarks.join("; ")));
      return { row, tick, a };
    });
    box.querySelector("ul").replaceChildren(...rows.map((r) => r.row));
    box.querySelector("[data-take]").onclick = async () => {
      box.close();
      let taken = 0;
      for (const { tick, a } of rows) if (tick.checked && await act({ kind: "edit", target: a.id, text: a.new, lines: a.lines })) taken += 1;
      say(`${taken} new texts are taken`);
    };
    box.showModal();
  }

  async function keep() {
    say("keeping the run as a fixture …");
    const found = await post("/keep", {});
    if (found.ok) say(found.value.said); else alarm(found.value.error);
  }

  async function ask(id, instruction) {
    close();
    say("asking the model …");
    const found = await post("/regenerate", { target: id, instruction });
    if (!found.ok) { alarm(found.value.error); return; }
    const v = found.value;
    say("the model has answered");
    const columns = [["As it stands", v.yours], [`Model’s new text, from ${v.lines.length === 1 ? "line" : "lines"} ${spans([...v.lines])}`, v.new]];
    if (v.earlier && v.earlier !== v.yours) columns.unshift(["Model’s earlier text", v.earlier]);
    choices("Written again", v.remarks.length ? `Remark of a program: ${v.remarks.join("; ")}` : "", columns,
      [["Keep what stands", null], ["Take the new text", () => act({ kind: "edit", target: id, text: v.new, lines: v.lines }, { said: "the new text is taken" })]]);
  }

  // Keys and buttons

  // A statement goes with what is nested below it, past whole statements of its depth.
  function place(item, way) {
    const all = items().filter((i) => i.dataset.section === item.dataset.section);
    const same = all.filter((i) => i.dataset.group === item.dataset.group);
    const at = same.indexOf(item), level = depth(item);
    const next = same.slice(at + 1).find((i) => depth(i) <= level);
    const earlier = same.slice(0, at).reverse();
    const sibling = earlier.find((i) => depth(i) <= level);
    const parent = earlier.find((i) => depth(i) < level);
    if (way === "nest") return sibling && depth(sibling) === level && !outside(sibling) ? { below: sibling.id } : null;
    if (way === "unnest") return parent ? { after: parent.id } : null;
    if (way === "up" && sibling) return { before: sibling.id };
    if (way === "down" && next) return parent && depth(next) < level ? { after: parent.id } : { after: next.id };
    if (way === "down" && parent) return { after: parent.id };
    const groups = [...notes.querySelectorAll(`section[data-section="${item.dataset.section}"] h3`)].map((h) => h.id);
    const g = groups.indexOf(item.dataset.group);
    if (way === "down") return groups[g + 1] ? { group: groups[g + 1] } : null;
    if (g <= 0) return null;
    const above = all.filter((i) => i.dataset.group === groups[g - 1] && !depth(i));
    return above.length ? { after: above[above.length - 1].id } : { group: groups[g - 1] };
  }

  function move(item, way) {
    act(() => {
      const now = $(item.id), to = now && place(now, way);
      if (to) return { kind: "move", target: item.id, ...to };
      say(way === "nest" ? "there is nothing above that it could be nested below" : way === "unnest" ? "it is not nested" : "it cannot go further");
      return null;
    }, { said: "moved" });
  }

  const ofSection = (item) => (i) => i.dataset.section === item.dataset.section;
  const ofGroup = (item) => (i) => ofSection(item)(i) && i.dataset.group === item.dataset.group;
  const toDecide = (item) => item.dataset.standing === "pending";

  function acceptAll(fits) {
    let targets = [];
    act(() => {
      targets = shown().filter((i) => fits(i) && toDecide(i)).map((i) => i.id);
      if (targets.length) return { kind: "accept", targets };
      say(filtered() ? "nothing that is shown here is left to decide" : "nothing is left to decide here");
      return null;
    }, { said: () => `${targets.length} accepted${filtered() ? ", of what is shown" : ""}` });
  }

  const inside = new Set(["accept", "reject", "reopen", "edit", "split", "merge", "up", "down", "nest", "unnest", "term", "regenerate"]);
  const free = new Set(["undo", "redo", "help", "add", "keep"]);
  function run(name) {
    if (name === "accept" && typed() && !editing.saving && editing.accepts === current?.id) { save(false); return; }
    if (name === "help") $("help").showModal();
    else freely(() => perform(name));
  }

  function perform(name) {
    if (!current && !free.has(name)) { say("choose a statement first"); return; }
    if (!free.has(name) && !isShown(current)) { say("choose a statement first: the one that you are at is not shown"); return; }
    if (current && outside(current) && inside.has(name)) {
      if (name === "accept" || name === "edit") return editors.restore(current);
      say("this is not in the notes: w restores it");
      return;
    }
    switch (name) {
      case "accept": return decide("accept", "accepted");
      case "reject": return decide("reject", "rejected");
      case "reopen": return decide("reopen", "to be decided later");
      case "undo": return act({ kind: "undo" }, { said: "undone" });
      case "redo": return act({ kind: "redo" }, { said: "done again" });
      case "up": case "down": case "nest": case "unnest": return move(current, name);
      case "section": return acceptAll(ofSection(current));
      case "regenerate": return regenerate(current);
      case "regenerate-point": return regenerateAll(ofGroup(current), current);
      case "regenerate-section": return regenerateAll(ofSection(current), current);
      case "keep": return keep();
      default: return editors[name](current);
    }
  }

  const keys = {
    a: "accept", r: "reject", o: "reopen", e: "edit", s: "split", m: "merge", n: "add", w: "restore", h: "heading", H: "divide", p: "part", t: "term",
    g: "regenerate", G: "regenerate-point", f: "keep", u: "undo", U: "redo", A: "section", J: "down", K: "up", ">": "nest", "<": "unnest", "?": "help",
  };

  document.addEventListener("keydown", (e) => {
    const typing = e.target.closest("input, textarea, select");
    if (document.querySelector("dialog[open]")) return;
    if (asking && e.key === "Escape") { asking = false; say("stopping after this one …"); return; }
    if (typing) {
      if (e.key === "Escape") { if (editing?.form.contains(typing)) close(); else { typing.blur(); current?.focus(); } e.preventDefault(); }
      else if (e.key === "Enter" && (e.ctrlKey || e.metaKey) && editing?.form.contains(typing)) { e.preventDefault(); editing.form.requestSubmit(); }
      return;
    }
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const press = e.target.closest("button, summary, a");
    if (press && (e.key === "Enter" || e.key === " ")) return;
    if (e.key === "j" || e.key === "ArrowDown") { e.preventDefault(); step(1); }
    else if (e.key === "k" || e.key === "ArrowUp") { e.preventDefault(); step(-1); }
    else if (e.key === "Enter") { e.preventDefault(); across(); }
    else if (e.key === "x" && line) { e.preventDefault(); pick(line); }
    else if (e.key === "/") { e.preventDefault(); $("find").focus(); }
    else if (e.key === "Escape") { if (typed()) { say("what you typed is not saved yet"); editing.first.focus(); } else close(); }
    else if (keys[e.key]) { e.preventDefault(); run(keys[e.key]); }
  });

  document.addEventListener("click", (e) => {
    const hit = (selector) => e.target.closest(selector);
    if (hit("[data-do]")) { const more = hit(".more"); if (hit(".item")) select(hit(".item"), { scroll: false }); run(hit("[data-do]").dataset.do); if (more) more.open = false; return; }
    if (hit("[data-view]")) { view(hit("[data-view]").dataset.view); lines.querySelector(".used")?.scrollIntoView({ block: "center" }); return; }
    if (hit("[data-accept-all]")) { const fits = ofGroup(hit("[data-accept-all]").nextElementSibling.firstElementChild); freely(() => acceptAll(fits)); return; }
    if (hit("button[data-speaker]")) { const button = hit("button[data-speaker]"); freely(() => rename(button)); return; }
    if (hit(".strip [data-line]")) { lineOf(hit("[data-line]").dataset.line)?.scrollIntoView({ block: "start" }); return; }
    if (hit("a, form, summary, button")) { if (hit(".item") && !hit("form")) select(hit(".item"), { focus: false, scroll: false }); return; }
    if (hit(".item")) select(hit(".item"), { scroll: false });
    const row = hit(".lines li");
    if (row) { selectLine(row); if (hit(".n") || e.shiftKey) pick(row); }
  });

  function filter() {
    const words = $("find").value.trim().toLowerCase(), kind = $("show").value;
    let count = 0;
    for (const i of items()) {
      const fits = (!kind || i.classList.contains(kind)) && (!words || `${i.dataset.label} ${i.dataset.text}`.toLowerCase().includes(words));
      i.hidden = !fits && !i.contains(editing?.form ?? null);
      count += fits;
    }
    if (kind === "dropped") $("left-out")?.setAttribute("open", "");
    $("shown").textContent = filtered() ? `${count} shown` : "";
    if (filtered() || counted) nameButtons();
    counted = filtered();
  }

  // How many a button accepts, where not all are shown.
  function nameButtons() {
    const some = filtered();
    for (const b of notes.querySelectorAll("[data-accept-all]")) {
      const left = [...b.nextElementSibling.children].filter((i) => !i.hidden && toDecide(i)).length;
      b.hidden = some && !left;
      b.textContent = `Accept ${some ? `the ${left} shown` : "all"} ${b.dataset.acceptAll}`;
    }
    document.querySelector('[data-do="section"]').firstChild.data = some ? "Accept what is shown of the section " : "Accept section ";
  }
  $("find").addEventListener("input", filter);
  $("show").addEventListener("change", filter);
  $("find").addEventListener("keydown", (e) => { if (e.key === "Enter") { e.preventDefault(); select(shown()[0]); } });

  function buttons() {
    document.querySelector('[data-do="undo"]').disabled = body.dataset.undo !== "1";
    document.querySelector('[data-do="redo"]').disabled = body.dataset.redo !== "1";
  }

  // Another tab may have decided meanwhile.
  async function catchUp() {
    if (document.hidden) return;
    try {
      const answer = await fetch(`${home}/state?since=${revision}`);
      if (answer.status === 200) { const value = await answer.json(); if (value.revision !== revision) { others += 1; renew(value); say("brought up to date"); } }
    } catch { /* told when something is sent */ }
  }
  document.addEventListener("visibilitychange", () => { queue = queue.then(catchUp); });
  addEventListener("focus", () => { queue = queue.then(catchUp); });
  addEventListener("beforeunload", (e) => { if (typed()) e.preventDefault(); });

  for (const n of cited) lineOf(n)?.classList.add("cited");
  const asked = location.hash ? $(decodeURIComponent(location.hash.slice(1))) : null;
  select(asked?.classList.contains("item") ? asked : shown()[0], { focus: !narrow.matches });
  body.dataset.ready = "1";
  performance.mark("ready");
})();
