"""Documents for exports: a plain one, and one in which every text is hostile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pipeline.document import StudyDocument
from pipeline.exports import Exported, exported
from pipeline.text import pieces_of_code
from pipeline.transcript import Transcript
from tests.review.samples import TRANSCRIPT
from tests.review.samples import document as reactor

HOSTILE = (
    '<script>alert(1)</script> "><img src=x onerror=alert(1)> {{c1::no}} {{7*7}} [[Link]] [sound:x.mp3] $x$ ==a== %%b%% '
    "=HYPERLINK(1) &lt; ]]> </details> \\(x\\) `co<d>e` ^id #tag :smile: \x07\u202eevil"
)
WEAK = {"support": "weak", "finding": "no line says 40"}


def sample(**changes: Any) -> StudyDocument:
    """The reactor's notes with nested points, one of them weak."""
    made = reactor(nested=True)
    first, second = made.main_points
    doubted = second.details[0].model_copy(update=WEAK)
    second = second.model_copy(update={"details": (doubted, *second.details[1:])})
    return made.model_copy(update={"main_points": (first, second)} | changes)


def in_parts(**changes: Any) -> StudyDocument:
    """The sample, with each heading in a part of its own."""
    made = sample(**changes)
    parts = ("The machine", "The money")
    points = (p.model_copy(update={"part": part}) for p, part in zip(made.main_points, parts, strict=True))
    return made.model_copy(update={"main_points": tuple(points)})


def ready(
    document: StudyDocument | None = None,
    transcript: Transcript | None = TRANSCRIPT,
    name: str = "reactor",
    **options: Any,
) -> Exported:
    """A document prepared for export, with its transcript."""
    usual = {"citations": False, "reviewed": False, "changed": 1_700_000_000}
    return exported(document or sample(), name, transcript, **(usual | options))


def hostile() -> StudyDocument:
    """The sample with hostile text wherever a model or transcript supplies the text."""
    free = {
        "text",
        "lead",
        "heading",
        "part",
        "term",
        "definition",
        "quote",
        "speaker",
        "speakers",
        "title",
        "channel",
        "note",
    }

    def poisoned(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {k: poisoned(v, k) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [poisoned(v, key) for v in value]
        return f"{HOSTILE} {value}" if key in free and isinstance(value, str) else value

    made = in_parts(channel="Power", note="Made by code")
    return StudyDocument.model_validate(poisoned(made.model_dump()))


def texts(made: Exported) -> Iterator[str]:
    """All texts that every format has to show, as a reader sees them."""
    yield made.document.title
    for section in made.sections:
        yield section.heading
        for block, _, point in section.points():
            yield from filter(None, (block.part, block.heading, point.lead, point.text))


def unsaid(told: Iterable[str], shown: str) -> list[str]:
    """The texts that a page does not show, neither with the backticks of their code nor without."""
    return [t for t in told if t not in shown and "".join(piece for piece, _ in pieces_of_code(t)) not in shown]


def quotes(made: Exported) -> Iterator[str]:
    """Every line of the record that a statement cites."""
    for statement in made.document.statements():
        yield from (e.quote for e in statement.evidence)
