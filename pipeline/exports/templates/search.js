"use strict";
// What both pages share: words are compared without case, accents and the look of quotation marks, and what was found
// is coloured.
const ACCENTS = /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]/g;
const QUOTES = { "‘": "'", "’": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"' };
const fold = (text) => text.normalize("NFKD").replace(ACCENTS, "").toLowerCase().toUpperCase().replace(/[‘’ʼ“”„]/g, (mark) => QUOTES[mark]);
const wordsOf = (text) => fold(text).split(/\s+/).filter(Boolean);
const field = document.getElementById("search");
const found = document.getElementById("found");

function say(words, number) {
  found.textContent = !words.length ? "" : number ? found.dataset.found.replace("{number}", number) : found.dataset.none;
}

// The folded text, and for each of its characters where it begins and ends in the text itself.
function folded(text) {
  const places = [];
  let plain = "", end = 0;
  for (const character of text) {
    const start = end;
    end += character.length;
    const piece = character < "\x80" ? character.toUpperCase() : fold(character);
    plain += piece;
    for (let n = 0; n < piece.length; n++) places.push([start, end]);
  }
  return [plain, places];
}

function colour(elements, words) {
  if (!globalThis.Highlight || !CSS.highlights) return;
  const ranges = [];
  for (const element of elements) {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const [plain, places] = folded(node.data);
      for (const word of words) {
        for (let at = plain.indexOf(word); at >= 0; at = plain.indexOf(word, at + word.length)) {
          const range = new Range();
          range.setStart(node, places[at][0]);
          range.setEnd(node, places[at + word.length - 1][1]);
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
