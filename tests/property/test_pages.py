"""Law: a page that nobody has edited reads back as the statements of its record."""

import asyncio
import re

from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.document import Statement, StudyDocument
from pipeline.emphasis import shared_out
from pipeline.pages import render_markdown
from pipeline.pages.reading import draft_of_document, draft_of_page
from pipeline.run import asummarise
from tests.scripted import ScriptedClient, good_answer, transcript

DOCUMENT = asyncio.run(asummarise(transcript(), ScriptedClient(good_answer)))
# Words and whatever Markdown, sentence ends and list marks are made of; the mark of doubt is the program's own.
TEXTS = st.text(alphabet="aB1é語 .!?:;,-+*_`#>|[](){}<&~=$\\/“”\"'…", min_size=1, max_size=40)
# Digits in brackets are read as a citation, whoever wrote them.
WORDS = TEXTS.map(lambda text: " ".join(text.split())).filter(
    lambda text: any(c.isalnum() for c in text) and not re.search(r"\[[\d:]+\]", text)
)


def with_texts(texts: list[str]) -> StudyDocument:
    """The document with other words in every place where a statement, a label or a heading stands."""
    point = DOCUMENT.main_points[1]
    detail = point.details[0]
    nested = tuple(d.model_copy(update={"text": texts[2]}) for d in detail.details[:1])
    points = (
        point.model_copy(
            update={
                "heading": texts[0],
                "details": (detail.model_copy(update={"text": texts[1], "lead": texts[3], "details": nested}),),
            }
        ),
    )
    concept = DOCUMENT.key_concepts[0].model_copy(update={"term": texts[4], "definition": texts[5]})
    prose = tuple(Statement.model_copy(DOCUMENT.summary[0], update={"text": t}) for t in texts[6:])
    return DOCUMENT.model_copy(
        update={"main_points": points, "key_concepts": (concept,), "overview": prose[:1], "summary": prose}
    )


@given(st.lists(WORDS, min_size=9, max_size=9, unique=True), st.booleans())
@example(["1", "B", "語", "111", "1111", "11111", "1\\://", "&#58;//", "http\\://a"], False)
def test_a_page_reads_back_as_its_record(texts: list[str], citations: bool) -> None:
    document = with_texts(texts)
    page = draft_of_page(render_markdown(document, citations=citations), document)
    written, read = (
        [(name, s.label, s.text, s.lines) for name, s in d.statements() if name not in ("prerequisites", "summary")]
        for d in (draft_of_document(document), page)
    )
    assert read == written
    said = " ".join(s.text for name, s in page.statements() if name == "summary")
    assert said.split() == " ".join(texts[6:]).split()


SENTENCES = st.lists(
    st.lists(
        st.sampled_from("Ana Ben heats measures the river tower 40 warm, (maybe) “no” *so*".split()),
        min_size=3,
        max_size=7,
    ),
    min_size=4,
    max_size=7,
    unique_by=tuple,
)


@given(WORDS, WORDS, st.booleans(), SENTENCES, st.booleans(), st.booleans())
@example("2. Weltkrieg", "3. Mai", True, [["A", str(n), "b"] for n in range(5)], True, True)
def test_parts_and_paragraphs_read_back_as_they_were_written(
    part: str, heading: str, led: bool, sentences: list[list[str]], listed: bool, citations: bool
) -> None:
    first, second = DOCUMENT.main_points
    like = second.details[0].model_copy(update={"details": (), "lead": None})
    pieces = [like.model_copy(update={"text": " ".join(s) + ".", "continues": n > 0}) for n, s in enumerate(sentences)]
    pieces[0] = pieces[0].model_copy(update={"lead": "Lead" if led else None})
    words = [" ".join(sentence[1:3]).strip(" ,") for sentence in sentences]
    emphasis = shared_out(tuple(dict.fromkeys(words)), [p.text for p in pieces])
    pieces = [p.model_copy(update={"emphasis": e}) for p, e in zip(pieces, emphasis, strict=True)]
    if listed:
        nested = like.model_copy(update={"text": "Below it stands something else entirely."})
        pieces[-1] = pieces[-1].model_copy(update={"details": (nested,), "steps": led})
    points = (
        first.model_copy(update={"part": "One"}),
        second.model_copy(update={"part": part, "heading": heading, "details": tuple(pieces)}),
    )
    document = DOCUMENT.model_copy(update={"main_points": points})
    written, read = (
        [
            (g.part, g.heading, [(s.label, s.text, s.lines, s.continues, s.steps, s.emphasis) for s in g.flat()])
            for g in d.sections["main_points"]
        ]
        for d in (draft_of_document(document), draft_of_page(render_markdown(document, citations=citations), document))
    )
    assert read == written
