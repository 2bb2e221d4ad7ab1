// The document page: its parts and its state. All HTML that is put in comes from the server's templates,
// which escape; text from anywhere else is only ever set as text.

export const body = document.body;
export const $ = (id) => document.getElementById(id);
export const token = document.querySelector('meta[name="studydoc-token"]').content;
export const home = `/d/${body.dataset.id}`;
export const notes = $("notes"), lines = $("lines");

export const state = {
  revision: Number(body.dataset.revision),
  current: null, line: null, picked: new Set(), cited: new Set(JSON.parse($("cited").textContent)),
  editing: null, askingModel: false, counted: false,
  alarms: 0, others: 0, queue: Promise.resolve(),
};

export const items = () => [...notes.querySelectorAll(".item")];
export const isShown = (item) => !item.hidden && !item.closest(".left-out:not([open])");
export const shown = () => items().filter(isShown);
export const filtered = () => $("find").value.trim() !== "" || $("show").value !== "";
export const lineOf = (n) => $("l" + n);
export const outside = (item) => "outside" in item.dataset;
export const depth = (item) => Number(item.dataset.depth);
export const partOf = (item) => item.closest(".part").dataset;
export const linesOf = (item) => item.dataset.lines.split(" ").filter(Boolean).map(Number);
export const say = (text) => { $("alarm").textContent = ""; $("status").textContent = text; };
export const alarm = (text) => { state.alarms += 1; $("status").textContent = ""; $("alarm").textContent = text; };
export const toDecide = (item) => item.dataset.standing === "pending";
