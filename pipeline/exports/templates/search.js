"use strict";
// What both pages share: words are compared without case, accents and the look of quotation marks, and what was found
// is coloured.
const plainly = (text) => text.toLowerCase().replace(/[‘’ʼ]/g, "'").replace(/[“”„]/g, '"');
const fold = (text) => plainly(text.normalize("NFKD").replace(/\p{M}/gu, ""));
const wordsOf = (text) => fold(text).split(/\s+/).filter(Boolean);
const field = document.getElementById("search");
const found = document.getElementById("found");

function say(words, number) {
  found.textContent = !words.length ? "" : number ? found.dataset.found.replace("{number}", number) : found.dataset.none;
}

function colour(elements, words) {
  if (!globalThis.Highlight || !CSS.highlights) return;
  const ranges = [];
  for (const element of elements) {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const plain = plainly(node.data);
      if (plain.length !== node.data.length) continue;
      for (const word of words) {
        for (let at = plain.indexOf(word); at >= 0; at = plain.indexOf(word, at + word.length)) {
          const range = new Range();
          range.setStart(node, at);
          range.setEnd(node, at + word.length);
          ranges.push(range);
        }
      }
    }
  }
  CSS.highlights.set("search", new Highlight(...ranges));
}

field.closest(".search").hidden = false;
addEventListener("keydown", (event) => {
  if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && event.target !== field) {
    event.preventDefault();
    field.focus();
  }
});
field.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    field.value = "";
    field.dispatchEvent(new Event("input"));
  }
});
