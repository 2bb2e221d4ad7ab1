"""A small document about a reactor, and variants of it as another run might produce."""

from __future__ import annotations

from functools import cache

from pipeline.document import (
    Coverage,
    Detail,
    DroppedNote,
    KeyConcept,
    MainPoint,
    Prerequisite,
    SourceInfo,
    Statement,
    StudyDocument,
    Withheld,
)
from pipeline.run_record import RunRecord, RunUsage
from pipeline.sections.base import cite
from pipeline.verification import Recording
from tests.scripted import transcript

TRANSCRIPT = transcript()


@cache
def recording() -> Recording:
    return Recording(TRANSCRIPT)


def document(
    *,
    figure: str = "40",
    shift: bool = False,
    nested: bool = False,
    without: str = "nothing of this kind",
    extra: str = "",
    heading: str = "A Reactor and Its Tower",
) -> StudyDocument:
    def detail(text: str, *lines: int, inner: tuple[Detail, ...] = ()) -> Detail:
        cited = [n + 1 for n in lines] if shift else list(lines)
        return Detail(text=text, evidence=cite(TRANSCRIPT, cited), support="verified", details=inner)

    below = (detail("It has run since 1998 without a stop.", 1),) if nested else ()
    first = [
        detail(f"The Lund reactor makes {figure} megawatts and has run without a stop.", 1, inner=below),
        detail("Ben thinks that the cooling tower is too expensive at 3 million euros a year.", 2),
        *([detail(extra, 3)] if extra else []),
    ]
    second = [
        detail("A heat exchanger is to replace the tower in 2031.", 4),
        detail("Ben says that the project is dead without the loan.", 5),
    ]
    summary = Statement(
        text="The reactor at Lund runs without a stop, its cooling tower is to be replaced.",
        evidence=cite(TRANSCRIPT, [1, 4]),
        support="verified",
    )
    return StudyDocument(
        status="complete",
        title="The Reactor at Lund",
        channel="Power Hour",
        source=SourceInfo(
            path="reactor.vtt", sha256=TRANSCRIPT.sha256, url="https://example.org/reactor.mp4", published=None,
            speakers=("Ana", "Ben"), language="en", duration_seconds=69.0, segments=6, tokens=100,
        ),
        overview=(summary.model_copy(update={"text": "Ana and Ben weigh what it takes to replace the tower."}),),
        prerequisites=(Prerequisite(text="Power plants (megawatts, cooling)"),),
        main_points=tuple(
            MainPoint(heading=title, details=tuple(d for d in points if without not in d.text))
            for title, points in ((heading, first), ("Paying for the Heat Exchanger", second))
        ),
        key_concepts=(
            KeyConcept(
                term="Cooling tower", definition="A building in which water gives its heat to the air.",
                evidence=cite(TRANSCRIPT, [3]), support="verified",
            ),
        ),
        summary=(summary,),
        coverage=Coverage(segments=6, cited=5, read=6, deciles=(0.5,) * 10),
        withheld=(
            Withheld(
                section="main_points", text="The heat exchanger warms 9,000 homes.", reason="the lines do not say 9,000", lines=(1,)
            ),
        ),
        dropped=(DroppedNote(text="Everybody at the council knows that the loan is needed.", lines=(6,)),),
        problems=(),
        run=RunRecord(
            pipeline_version="0", model="scripted", profile="capable", checked_by="scripted", length="standard",
            words_asked=230, words=200, endpoint="none", prompts={}, created="2026-01-01T00:00:00Z",
            seconds=0.0, usage=RunUsage(),
        ),
    )  # fmt: skip
