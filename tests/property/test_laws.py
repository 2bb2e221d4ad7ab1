"""Laws that hold for any input, with hypothesis."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pipeline.chunking import chunk_transcript, halves
from pipeline.document import StudyDocument
from pipeline.errors import InputError
from pipeline.evidence import cite
from pipeline.figures import figures
from pipeline.merging import unplaced
from pipeline.readers import parse
from pipeline.render import render_markdown
from pipeline.run import asummarise
from pipeline.sections import SECTIONS
from pipeline.sections.base import Answer, DraftStatement
from pipeline.sections.main_points import Part, aligned, assign
from pipeline.store import dump
from pipeline.text import slug
from tests.scripted import ScriptedClient, good_answer, merge_context, transcript

text = st.text(min_size=1, max_size=60)
lines = st.lists(
    st.tuples(st.sampled_from([None, "Ana", "Ben"]), st.text(min_size=1, max_size=200)), min_size=1, max_size=40
)
quick = settings(max_examples=40, deadline=None)


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
@given(st.integers(1, 40), st.lists(st.tuples(st.integers(-5, 60), st.text(max_size=20)), max_size=12))
def test_any_outline_gives_every_note_one_place(n: int, outline: list[tuple[int, str]]) -> None:
    notes = [DraftStatement(f"d{i}", "main_points", 0, (i,), f"Note {i}.", f"Topic {i % 7}") for i in range(1, n + 1)]
    parts = assign(aligned([Part(begins=b, heading=h) for b, h in outline], notes), notes)
    assert [d.id for _, members in parts for d in members] == [d.id for d in notes]
    headings = [heading.casefold() for heading, _ in parts]
    assert all(headings) and len(set(headings)) == len(headings)


draft_texts = st.lists(st.tuples(text, text, st.integers(1, 6)), max_size=25)


@quick
@given(st.sampled_from([s for s in SECTIONS if s.name in ("key_concepts", "prerequisites")]), draft_texts)
def test_merging_loses_no_id_and_invents_none(spec, rows: list[tuple[str, str, int]]) -> None:  # noqa: ANN001
    drafts = [
        DraftStatement(f"{spec.name}/{i}", spec.name, 0, (n,), said, label) for i, (said, label, n) in enumerate(rows)
    ]

    async def ask(prompt: str, answer: type[Answer], **options: object) -> Answer:
        raise AssertionError("these merges ask nothing")

    t = transcript()
    context = merge_context(ask=ask, cite=lambda ns: cite(t, ns))
    merged = asyncio.run(spec.merge(drafts, context))
    assert unplaced(spec, drafts, merged) == []
    assert set(merged.placed) & {id_ for id_, _ in merged.withheld} == set()


def document() -> StudyDocument:
    return asyncio.run(asummarise(transcript(), ScriptedClient(good_answer)))


BASE = document()


def with_texts(texts: list[str]) -> StudyDocument:
    a, b, c, d, e = (t if t.strip() else "x" for t in texts)
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


@settings(max_examples=150, deadline=None)
@given(st.lists(nasty, min_size=5, max_size=5))
def test_any_words_render_to_markdown_with_the_same_sections_and_nothing_active(texts: list[str]) -> None:
    page = render_markdown(with_texts(texts))
    tokens = MarkdownIt("commonmark").parse(page)
    headings = [tokens[i + 1].content for i, t in enumerate(tokens) if t.type == "heading_open" and t.tag == "h2"]
    assert headings == ["Overview", "Prerequisites", "Main Points", "Key Concepts", "Summary"]
    assert sum(t.type == "heading_open" and t.tag == "h3" for t in tokens) == len(BASE.main_points)
    inner = [child.type for t in tokens for child in t.children or ()]
    assert not {"html_inline", "link_open", "image", "code_inline"} & set(inner)
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


@quick
@given(st.text())
def test_a_slug_is_one_safe_file_name(name: str) -> None:
    made = slug(name)
    assert made and "/" not in made and not made.startswith((".", "-")) and len(made.encode()) <= 131
