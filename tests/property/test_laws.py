"""Laws that hold for any input, with hypothesis."""

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pipeline.capable.adding import ADDED
from pipeline.chunking import chunk_transcript, halves
from pipeline.document import Detail, KeyConcept, StudyDocument
from pipeline.draft import Draft, DraftGroup, DraftStatement
from pipeline.errors import InputError
from pipeline.lengths import words_for
from pipeline.llm import Request
from pipeline.llm.tokens import count_each, count_tokens
from pipeline.numbering import numbered_lines, numbers_of, segments_of
from pipeline.pages import render_markdown
from pipeline.profile import CAPABLE, Recipe
from pipeline.readers import parse
from pipeline.run import asummarise
from pipeline.store import dump
from pipeline.text import slug
from pipeline.verification import Recording, finding
from pipeline.verification.figures import claims, figures, unsaid_figures
from tests.scripted import EMPTY, LINES, Answer, ScriptedClient, fitting, good_answer, transcript

text = st.text(min_size=1, max_size=60)
lines = st.lists(
    st.tuples(st.sampled_from([None, "Ana", "Ben"]), st.text(min_size=1, max_size=200)), min_size=1, max_size=40
)
quick = settings(max_examples=40)
often = settings(max_examples=100)


@quick
@given(lines, st.integers(20, 400))
def test_chunks_tile_the_transcript(rows: list[tuple[str | None, str]], limit: int) -> None:
    t = transcript(rows)
    assert tuple(s for c in chunk_transcript(t, limit=limit) for s in c.segments) == t.segments


@quick
@given(lines)
def test_halves_tile_their_chunk(rows: list[tuple[str | None, str]]) -> None:
    (chunk,) = chunk_transcript(transcript(rows), limit=10**9)
    parts = halves(chunk)
    assert parts is None or parts[0].segments + parts[1].segments == chunk.segments


@quick
@given(lines)
def test_shown_lines_tile_their_segments_and_lead_back_to_them(rows: list[tuple[str | None, str]]) -> None:
    segments = transcript(rows).segments
    shown = numbered_lines(segments)
    assert [n for line in shown for n in range(line.first, line.last + 1)] == [s.id for s in segments]
    for n in range(1, len(segments) + 1):
        (number,) = json.loads(numbers_of([n], shown))
        assert n in segments_of([number], shown)


@quick
@given(lines, st.sets(st.integers(1, 40)))
def test_ranges_of_shown_lines_hold_the_lines_that_are_meant_and_no_other(
    rows: list[tuple[str | None, str]], wanted: set[int]
) -> None:
    shown = numbered_lines(transcript(rows).segments)
    runs = re.findall(r"(\d+)(?:-(\d+))?", numbers_of(wanted, shown))
    told = {n for first, last in runs for n in range(int(first), int(last or first) + 1)}
    firsts = {line.first for line in shown}
    assert told & firsts == {line.first for line in shown if wanted & {*range(line.first, line.last + 1)}}


word = st.sampled_from("tower reactor loan council bridge harbour 12 1998 40 Lund".split())
sentence = st.lists(word, min_size=1, max_size=8).map(" ".join)
points = st.lists(st.tuples(st.integers(0, 8), sentence), min_size=1, max_size=4)
Parts = tuple[
    list[tuple[int, str]], list[tuple[int, str]]
]  # the points of both parts: the line that each cites, its text
IN_PARTS = Recipe(replace(CAPABLE, chunk_tokens=100))  # `transcript()` in two


@st.composite
def talks(draw: st.DrawFn) -> tuple[Parts, dict[str, Any]]:
    """Two written parts, and what an editor makes of them: any texts, at times in one place of points that are none."""
    parts = draw(points), draw(points)
    count = len(parts[0]) + len(parts[1])
    careful, careless = st.lists(st.integers(1, count), min_size=1, max_size=3), st.lists(st.integers(0, 9), max_size=3)
    wrong = draw(st.sampled_from(["nowhere", "nowhere", "points", "details", "prose"]))
    numbers, below, around = (careless if wrong == place else careful for place in ("points", "details", "prose"))
    details = st.lists(st.fixed_dictionaries({"cites": below, "text": sentence}), max_size=2)
    prose = st.lists(st.fixed_dictionaries({"cites": around, "text": sentence}), max_size=2)
    point = st.fixed_dictionaries(
        {
            "cites": numbers,
            "lead": st.sampled_from(["", "Lead"]),
            "text": st.just("") | sentence,
            "columns": st.lists(word, max_size=2),
            "details": details,
        }
    )
    section = st.fixed_dictionaries({"heading": sentence, "points": st.lists(point, min_size=1, max_size=3)})
    concept = st.fixed_dictionaries({"cites": around, "term": word, "definition": sentence})
    return parts, {
        "overview": draw(prose),
        "people": [],
        "prerequisites": draw(st.lists(sentence, max_size=2)),
        "main_points": draw(st.lists(section, min_size=1, max_size=2)),
        "key_concepts": draw(st.lists(concept, max_size=2)),
        "summary": draw(prose),
        "dropped": draw(st.just(list(range(1, count + 1))) | st.lists(st.integers(0, 9), max_size=9)),
    }


def written(points: list[tuple[int, str]]) -> dict[str, Any]:
    rows = [{"cites": [line], "lead": "", "text": said, "columns": [], "details": []} for line, said in points]
    return EMPTY | {"main_points": [{"heading": "A heading", "points": rows}]}


def run(talk: tuple[Parts, dict[str, Any]]) -> StudyDocument:
    """A run in which these parts are written and composed so, and nothing is found wrong."""
    parts, editor = talk

    def answer(request: Request) -> Answer:
        part = parts["Part 2 of 2" in request.messages[1].content]
        return fitting({"write": written(part), "compose": editor, "check": EMPTY}[request.name], request)

    return asyncio.run(asummarise(transcript(), ScriptedClient(answer), recipe=IN_PARTS))


def texts(document: StudyDocument) -> list[str]:
    return [s.definition if isinstance(s, KeyConcept) else s.text for s in document.statements()]


@quick
@given(points)
def test_every_point_of_a_document_that_is_written_at_once_is_printed_or_told_as_withheld(
    rows: list[tuple[int, str]],
) -> None:
    client = ScriptedClient(lambda request: EMPTY if request.name == "check" else written(rows))
    document = asyncio.run(asummarise(transcript(), client))
    assert document.status == "complete" and document.dropped == ()
    assert {said for _, said in rows} == {*texts(document), *(w.text for w in document.withheld)}


@often
@given(talks())
def test_every_point_of_every_part_is_used_or_told_as_dropped_or_stands_as_written_when_composing_fails(
    talk: tuple[Parts, dict[str, Any]],
) -> None:
    (parts, editor), document = talk, run(talk)
    rows = [said for part in parts for _, said in part]
    if document.status == "partial":  # the editor's answer broke the law twice
        assert set(rows) <= {*texts(document), *(w.text for w in document.withheld)}
        return
    used = printed_numbers(editor)
    assert [d.text for d in document.dropped] == [said for n, said in enumerate(rows, 1) if n not in used]


def printed_numbers(editor: dict[str, Any]) -> set[int]:
    """The points that an editor's main points print, or rest on."""
    all_points = [p for section in editor["main_points"] for p in section["points"]]
    details = [d for p in all_points for d in p["details"] if d["text"]]
    return {n for statement in (*all_points, *details) for n in statement["cites"]}


@often
@given(talks())
def test_no_statement_is_printed_without_lines_or_comes_from_nowhere(talk: tuple[Parts, dict[str, Any]]) -> None:
    (parts, editor), document = talk, run(talk)
    assert set(texts(document)) <= {said for part in parts for _, said in part} | {*_strings(editor)}
    assert all(
        1 <= e.segment <= len(LINES) and e.quote == LINES[e.segment - 1][1]
        for s in document.statements()
        for e in s.evidence
    )
    assert all(s.evidence for s in document.statements())


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list):
        for part in node.values() if isinstance(node, dict) else node:
            yield from _strings(part)


@quick
@given(talks())
def test_the_same_answers_give_the_same_document(talk: tuple[Parts, dict[str, Any]]) -> None:
    once, again = (run(talk).model_dump(exclude={"run"}) for _ in range(2))
    assert once == again


faults = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.integers(0, 15),
            "verdict": st.sampled_from(["partly", "unsupported", "citation", "unclear"]),
            "why": sentence,
            "label": st.sampled_from(["", "Another lead"]),
            "text": st.one_of(st.just(""), sentence),
            "lines": st.lists(st.integers(-2, 12), max_size=4),
        }
    ),
    max_size=6,
)


missing = st.lists(
    st.fixed_dictionaries(
        {
            "under": st.integers(-1, 15),
            "label": st.sampled_from(["", "A lead"]),
            "text": st.one_of(st.just(""), sentence),
            "lines": st.lists(st.integers(-2, 12), max_size=4),
        }
    ),
    max_size=6,
)


@quick
@given(missing)
def test_whatever_a_check_adds_stands_beside_its_lines_and_changes_nothing_else(added: list[dict[str, Any]]) -> None:
    client = ScriptedClient(lambda r: EMPTY | {"missing": added} if r.name == "check" else good_answer(r))
    document = asyncio.run(asummarise(transcript(LINES * 6), client))
    every = list(document.statements())
    before = [s.correction.before for s in every if s.correction]
    assert set(texts(BASE)) <= {*texts(document), *before}
    new = [getattr(s, "text", getattr(s, "definition", "")) for s in every if s.remark == ADDED]
    further = [s.text.removeprefix(f"{s.correction.before} ") for s in every if isinstance(s, Detail) and s.correction]
    in_lists = {f"{m['label']}: {m['text']}" for m in added if m["label"]}  # of which no other entry has a lead
    assert {*new, *further} <= {m["text"] for m in added} | in_lists
    assert all(s.evidence for s in every)


@quick
@given(faults)
def test_whatever_a_check_reports_each_statement_stands_is_put_right_or_is_told_as_withheld(
    found: list[dict[str, Any]],
) -> None:
    client = ScriptedClient(lambda r: EMPTY | {"faults": found} if r.name == "check" else good_answer(r))
    document = asyncio.run(asummarise(transcript(), client))
    before = [s.correction.before for s in document.statements() if s.correction]
    kept = [*texts(document), *before, *(w.text for w in document.withheld)]
    assert all(any(k.endswith(text) for k in kept) for text in texts(BASE))
    assert all(s.evidence and (s.support == "weak") == bool(s.finding) for s in document.statements())


statements = st.recursive(
    sentence.map(lambda text: DraftStatement(text, (1,))),
    lambda inner: st.builds(DraftStatement, sentence, st.just((1,)), details=st.lists(inner, max_size=2).map(tuple)),
    max_leaves=4,
)
groups = st.builds(DraftGroup, st.lists(statements, max_size=3).map(tuple), st.sampled_from(["", "Heading"]))
drafts = st.fixed_dictionaries({"main_points": st.lists(groups, max_size=3).map(tuple), "summary": st.lists(groups, max_size=1).map(tuple)}).map(Draft)  # fmt: skip


@quick
@given(drafts)
def test_numbers_of_statements_are_derived_from_their_place(draft: Draft) -> None:
    numbered = draft.numbered()
    ids = [s.id for _, s in numbered.statements()]
    headings = [g.id for of in numbered.sections.values() for g in of if g.heading]
    assert ids == sorted(set(ids)) and sorted([*ids, *headings]) == list(range(1, len(ids) + len(headings) + 1))
    assert numbered.numbered() == numbered


@quick
@given(st.lists(sentence, min_size=1, max_size=6), st.data())
def test_code_finds_nothing_against_what_a_line_says_word_for_word(said: list[str], data: st.DataObject) -> None:
    recording = Recording(transcript([(None, text) for text in said]))
    assert finding(data.draw(st.sampled_from(said)), recording) == ""


@quick
@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_a_longer_talk_gets_no_fewer_words_of_notes(one: int, other: int) -> None:
    short, long = sorted((one, other))
    assert words_for(short) <= words_for(long) and words_for(long, "brief") <= words_for(long) <= words_for(
        long, "full"
    )


def document() -> StudyDocument:
    return asyncio.run(asummarise(transcript(), ScriptedClient(good_answer)))


BASE = document()


def with_texts(words: list[str]) -> StudyDocument:
    a, b, c, d, e = (t if t.strip() else "x" for t in words)
    point = BASE.main_points[0]
    detail = point.details[0].model_copy(update={"text": a, "lead": b})
    return BASE.model_copy(
        update={
            "title": c, "channel": d,
            "main_points": (point.model_copy(update={"heading": e, "details": (detail,)}), *BASE.main_points[1:]),
            "key_concepts": (BASE.key_concepts[0].model_copy(update={"term": b, "definition": c}),),
        }
    )  # fmt: skip


nasty = st.one_of(
    text,
    st.sampled_from(["<script>alert(1)</script>", "[x](javascript:alert(1))", "# Heading", "- item", "1. one", "![i](http://e.org/x)", "`code`", "**bold**", "a\n\n## b", "http://evil.example/x", "&lt;b&gt;", "| a | b |", "***", "==="]),
)  # fmt: skip


@settings(max_examples=150)
@given(st.lists(nasty, min_size=5, max_size=5))
def test_any_words_render_to_markdown_with_the_same_sections_and_nothing_active(texts: list[str]) -> None:
    page = render_markdown(with_texts(texts))
    tokens = MarkdownIt("commonmark").parse(page)
    headings = [tokens[i + 1].content for i, t in enumerate(tokens) if t.type == "heading_open" and t.tag == "h2"]
    assert headings == ["Overview", "Prerequisites", "Main Points", "Key Concepts", "Summary"]
    assert sum(t.type == "heading_open" and t.tag == "h3" for t in tokens) == len(BASE.main_points)
    inner = [child.type for t in tokens for child in t.children or ()]
    assert not {"html_inline", "link_open", "image"} & set(inner)
    assert not {"html_block", "fence", "code_block"} & {t.type for t in tokens}


@quick
@given(st.lists(nasty, min_size=5, max_size=5))
def test_a_document_survives_dump_and_load(texts: list[str]) -> None:
    made = with_texts([t.encode("utf-8", "replace").decode() for t in texts])
    assert StudyDocument.model_validate_json(dump(made)) == made


@quick
@given(st.binary(max_size=400), st.sampled_from([".txt", ".md", ".vtt", ".srt"]))
def test_any_bytes_are_read_or_refused(raw: bytes, suffix: str) -> None:
    try:
        assert parse(raw, "x", suffix=suffix, name="x").segments
    except InputError as err:
        assert str(err).startswith("x: ")


@quick
@given(st.integers(0, 10**9))
def test_a_number_in_digits_is_among_the_figures_of_its_text(n: int) -> None:
    assert n in figures(f"It was {n:,} in all.")


_FIGURES = st.lists(
    st.sampled_from(
        "1,200 1 000 12:30 45km twenty-five two and a half million 1993–94 29.1rc1 ½ ٢٣ the (five) – six.".split()
    )
)


@quick
@example(["000", "½", "million"], " ")
@given(_FIGURES, st.sampled_from([" ", "  ", "\n", ", "]))
def test_a_text_holds_every_figure_that_it_states(words: list[str], between: str) -> None:
    text = between.join(words)
    assert unsaid_figures(text, sorted(figures(text)), text.casefold()) == ()


@quick
@given(_FIGURES, _FIGURES)
def test_a_figure_is_the_same_whatever_stands_before_it(before: list[str], words: list[str]) -> None:
    alone, text = " ".join(words), " ".join([*before, "here", *words])
    first = len(text) - len(alone)
    behind = [f for f in claims(text) if f.span[0] >= first]
    assert [(f.shown, f.values, f.span[0] - first) for f in behind] == [
        (f.shown, f.values, f.span[0]) for f in claims(alone)
    ]


@quick
@given(st.text())
def test_a_slug_is_one_safe_file_name(name: str) -> None:
    made = slug(name)
    assert made and "/" not in made and not made.startswith((".", "-")) and len(made.encode()) <= 131


@often
@given(st.lists(st.text(st.one_of(st.characters(), st.sampled_from("  ab'1S.\n,你-")), max_size=30), max_size=5))
@example(["It's said in 12345 words , he'll SAY", "", " a", "a  b", "a \n b", "東京 は"])
def test_tokens_counted_by_words_are_those_of_the_text(texts: list[str]) -> None:
    for encoding in ("o200k_base", "cl100k_base"):
        assert count_each(texts, encoding) == [count_tokens(text, encoding) for text in texts]
