// Every title and statement of every note is here: nothing is asked for.
const MOST = 200;
const notes = JSON.parse(document.getElementById("notes-searched").textContent).map((note) => ({
  ...note, texts: note.rows.map(([, text]) => fold(text)), plain: fold(`${note.title} ${note.folder}`),
}));
const list = document.getElementById("list");
const results = document.getElementById("results");

function link(href, text) {
  const a = document.createElement("a");
  a.href = href;
  a.textContent = text;
  return a;
}

// A title or a statement is found when all words stand in it; what title and folder already say need not be said again.
function hits(note, words) {
  const left = words.filter((word) => !note.plain.includes(word));
  return note.rows.filter((_, n) => (left.length ? left : words).every((word) => note.texts[n].includes(word)));
}

field.addEventListener("input", () => {
  const words = wordsOf(field.value);
  list.hidden = words.length > 0;
  results.hidden = !words.length;
  results.replaceChildren();
  let number = 0;
  for (const note of words.length ? notes : []) {
    const matching = hits(note, words);
    const named = words.every((word) => note.plain.includes(word));
    if (!matching.length && !named) continue;
    const item = document.createElement("li");
    item.lang = note.lang;
    item.dir = note.dir;
    const heading = document.createElement("h2");
    const below = document.createElement("ul");
    heading.append(link(note.href, note.title));
    item.append(heading);
    if (note.folder) {
      const folder = document.createElement("p");
      folder.className = "facts";
      folder.textContent = note.folder;
      item.append(folder);
    }
    for (const [anchor, text] of matching.slice(0, Math.max(0, MOST - number))) {
      const row = document.createElement("li");
      row.append(link(`${note.href}#${anchor}`, text));
      below.append(row);
    }
    number += matching.length;
    item.append(below);
    results.append(item);
  }
  colour([results], words);
  say(words, number || results.children.length);
});
