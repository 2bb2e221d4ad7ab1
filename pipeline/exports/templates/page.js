// The words of a statement: of a row all its cells, of a definition its term too.
function said(s) {
  const whole = s.closest("tr, .term");
  return whole ? [...whole.querySelectorAll("dt, td:not(:last-child), .s")].map((part) => part.textContent).join(" ") : s.textContent;
}

// A statement that does not match is hidden; one above a match, or beside it in a paragraph, is dimmed.
const statements = [...document.querySelectorAll("main .notes .s")].map((s) => ({
  s, holder: s.closest("tr, li, .said, .term"), text: fold(said(s)),
}));

field.addEventListener("input", () => {
  const words = wordsOf(field.value);
  const hits = [];
  for (const { s, holder, text } of statements) {
    const hit = words.every((word) => text.includes(word));
    holder.classList.toggle("dim", !hit);
    holder.dataset.hit = hit;
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
