"""Law: a page that nobody has edited reads back as the statements of its record."""

import asyncio
import re

from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.document import Statement, StudyDocument
from pipeline.page import draft_of_document, draft_of_page
from pipeline.render import render_markdown
from pipeline.run import asummarise
from tests.scripted import ScriptedClient, good_answer, transcript

DOCUMENT = asyncio.run(asummarise(transcript(), ScriptedClient(good_answer)))
# Words and whatever Markdown, sentence ends and list marks are made of; the mark of doubt is the program's own.
TEXTS = st.text(alphabet="aB1é語 .!?:;,-+*_`#>|[](){}<&~=\\/“”\"'…", min_size=1, max_size=40)
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
