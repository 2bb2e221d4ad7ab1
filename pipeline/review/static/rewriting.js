// New texts from the model

import { close, open } from "./editing.js";
import { $, alarm, body, outside, partOf, say, shown, state } from "./page.js";
import { act, choices, column, post } from "./sending.js";
import { spans } from "./where.js";

export async function regenerate(item) {
  if (body.dataset.regenerates !== "1") { alarm("no model is connected: start studydoc review with --model"); return; }
  if (!("cites" in partOf(item))) { alarm("this cites no lines, so the model has nothing to write it from"); return; }
  open(item, { text: "" }, (v) => { ask(item.id, v.text); return null; }, "What should the model do better? (optional)");
  state.editing.form.elements.text.required = false;
}

export function regenerateAll(fits, host) {
  if (body.dataset.regenerates !== "1") { alarm("no model is connected: start studydoc review with --model"); return; }
  const ids = shown().filter((i) => fits(i) && !outside(i) && "cites" in partOf(i)).map((i) => i.id);
  if (!ids.length) { say("there is nothing here to write again"); return; }
  open(host, { text: "" }, (v) => { askAll(ids, v.text); return null; },
    `What should the model do better in these ${ids.length} statements? (optional)`);
  state.editing.form.elements.text.required = false;
}

async function askAll(ids, instruction) {
  close();
  state.askingModel = true;
  const answers = [], failed = [];
  for (const [n, id] of ids.entries()) {
    say(`asking the model, ${n + 1} of ${ids.length}; Esc stops …`);
    const response = await post("/regenerate", { target: id, instruction });
    if (response.ok) answers.push({ id, ...response.value }); else failed.push(response.value.error);
    if (!state.askingModel) break;
  }
  state.askingModel = false;
  if (failed.length) alarm(`${failed.length} of ${ids.length} calls failed: ${failed[0]}`);
  if (!answers.length) return;
  say("the model has answered");
  showNewTexts(answers.filter((a) => a.new !== a.yours), answers.length);
}

// The model's new texts beside what stands. An edited text stays, and one that code remarks on, unless it is ticked.
function showNewTexts(answers, askedCount) {
  const box = $("several");
  box.querySelector(".lead-in").textContent = `${answers.length} of ${askedCount} statements have a new text. Ticked texts replace the current ones; the others stay.`;
  const rows = answers.map((a) => {
    const row = document.createElement("li"), label = document.createElement("label"), tick = document.createElement("input");
    row.className = "columns";
    tick.type = "checkbox";
    tick.checked = a.yours === a.earlier && !a.remarks.length;
    label.append(tick, " Use the new text");
    row.append(label, column(a.yours === a.earlier ? "Current text" : "Yours", a.yours));
    if (a.earlier && a.yours !== a.earlier) row.append(column("Model’s earlier text", a.earlier));
    row.append(column("Model’s new text", a.new));
    if (a.remarks.length) row.append(column("Automatic check", a.remarks.join("; ")));
    return { row, tick, a };
  });
  box.querySelector("ul").replaceChildren(...rows.map((r) => r.row));
  box.querySelector("[data-take]").onclick = async () => {
    box.close();
    let taken = 0;
    for (const { tick, a } of rows) if (tick.checked && await act({ kind: "edit", target: a.id, text: a.new, lines: a.lines })) taken += 1;
    say(`${taken} new texts saved`);
  };
  box.showModal();
}

export async function keep() {
  say("saving the run as a fixture …");
  const response = await post("/keep", {});
  if (response.ok) say(response.value.said); else alarm(response.value.error);
}

async function ask(id, instruction) {
  close();
  say("asking the model …");
  const response = await post("/regenerate", { target: id, instruction });
  if (!response.ok) { alarm(response.value.error); return; }
  const v = response.value;
  say("the model has answered");
  const columns = [["Current text", v.yours], [`Model’s new text, from ${v.lines.length === 1 ? "line" : "lines"} ${spans([...v.lines])}`, v.new]];
  if (v.earlier && v.earlier !== v.yours) columns.unshift(["Model’s earlier text", v.earlier]);
  choices("New text from the model", v.remarks.length ? `Automatic check: ${v.remarks.join("; ")}` : "", columns,
    [["Keep the current text", null], ["Use the new text", () => act({ kind: "edit", target: id, text: v.new, lines: v.lines }, { message: "new text saved" })]]);
}
