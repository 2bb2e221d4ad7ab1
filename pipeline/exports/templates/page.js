// The words of a statement: of a row all its cells, of a definition its term too.
function said(s) {
  const whole = s.closest("tr, .term");
  return whole ? [...whole.querySelectorAll("dt, td:not(:last-child), .s")].map((part) => part.textContent).join(" ") : s.textContent;
}

// A statement that does not match is hidden; one above a match, or beside it in a paragraph, is dimmed.
const statements = [...document.querySelectorAll("main .notes .s")].map((s) => ({
  s, holder: s.closest("tr, li, .said, .term"), text: fold(said(s)),
}));

// What stands below a title: its section, the blocks of its part, or the rows of its table.
function below(title) {
  if (!title.matches(".part")) return [title.closest("table, section")];
  const blocks = [];
  for (let next = title.nextElementSibling; next && !next.matches(".part"); next = next.nextElementSibling) blocks.push(next);
  return blocks;
}

// A title that matches is found itself, and leaves what stands below it.
const titles = [...document.querySelectorAll("main .notes :is(h2, h3, h4, thead tr)")].map((title) => ({
  title, parts: below(title), text: fold([...title.childNodes].map((node) => node.textContent).join(" ")),
}));

field.addEventListener("input", () => {
  const words = wordsOf(field.value);
  const named = titles.filter(({ text }) => words.length && words.every((word) => text.includes(word)));
  const left = named.flatMap(({ parts }) => parts);
  const hits = named.map(({ title }) => title);
  for (const { title } of titles) title.dataset.hit = hits.includes(title);
  for (const { s, holder, text } of statements) {
    const hit = words.every((word) => text.includes(word));
    const stays = hit || left.some((part) => part.contains(holder));
    holder.classList.toggle("dim", !stays);
    holder.dataset.hit = stays;
    if (hit && words.length) hits.push(s.closest("tr, .term") || s);
  }
  for (const part of document.querySelectorAll("main .notes li, main .notes .term, main .notes p.prose, main .notes .block, main .notes")) {
    part.hidden = words.length > 0 && part.dataset.hit !== "true" && !part.querySelector('[data-hit="true"]');
  }
  colour(hits, words);
  say(words, hits.length);
});

document.addEventListener("toggle", (event) => {
  const opener = document.querySelector(`[popovertarget="${event.target.id}"]:not(.close)`);
  if (opener) opener.closest("tr, li, .said, .term").classList.toggle("open", event.newState === "open");
}, true);
if (matchMedia("(max-width: 56rem)").matches) document.querySelector("details.contents").open = false;
