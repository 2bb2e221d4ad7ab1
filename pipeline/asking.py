"""What one call asks for: a section's task, its schema for a chunk, and the limits that a small model needs in it."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal, get_args

from pydantic import BaseModel

from pipeline.prompting import SHORT_LINE_WORDS, PromptSet, chunk_text
from pipeline.sections.base import Bounds, Draft, SectionSpec
from pipeline.text import sentences
from pipeline.transcript import Chunk, Segment

Plan = Literal["together", "apart"]
PLANS: tuple[Plan, ...] = get_args(Plan)
# One sentence that begins with a capital, asks nothing and ends; a dot inside a number is let through.
ONE_SENTENCE = r'^[A-Z]([^.?!"\\]|[0-9]\.[0-9]){50,400}\.$'
# Words that a sentence of the third person begins with; a small model that has said "We" once says it again.
_OPENINGS = ("The", "A", "An", "To", "Each", "Every", "One", "It", "If", "When", "In", "By", "With", "For")
_TEXT_FIELDS = ("statement", "definition", "sentence", "detail")
_SENTENCE_FIELDS = ("statement", "sentence")
_PHRASE = r'^[A-Z]([^.?!"\\]|[0-9]\.[0-9]){25,240}\.$'
_SPAN_TOKENS = 220


@dataclass(frozen=True, slots=True)
class Style:
    """How a model is asked: one call for all sections or one each; `by_span` asks a small model for one note a call."""

    plan: Plan
    by_span: bool = False
    avoid: tuple[str, ...] = ()
    one_sentence: bool = False  # bind statements to ONE_SENTENCE by grammar; for text in Latin script
    rewrites: bool = True  # whether faulty notes are asked for again
    leader_first: bool = True  # the first call of a chunk alone, so that its siblings find the prompt cached


@dataclass(frozen=True, slots=True)
class SectionAsk:
    """One section's part of a call: its task, its schema for this chunk, and how its answer is read."""

    spec: SectionSpec
    task: str
    answer: type[BaseModel]
    schema: dict[str, Any]
    max_tokens: int

    @staticmethod
    def of(spec: SectionSpec, chunk: Chunk, prompts: PromptSet, style: Style) -> SectionAsk:
        """What `style` asks of a chunk for this section."""
        prompt = prompts.load(spec.prompt)
        most = spec.most(tokens_about(chunk))
        values = {"most": str(most), "least": str(max(1, most // 2))}
        task = prompt.render(**{k: v for k, v in values.items() if f"${k}" in prompt.template})
        if not style.by_span:
            return SectionAsk(spec, task, spec.draft, schema_of(spec.draft), spec.max_tokens)
        limits = _limits(spec, chunk) | {spec.item_field: {"minItems": 1, "maxItems": most}}
        return SectionAsk(spec, task, spec.draft, schema_of(spec.draft, Bounds(limits)), spec.max_tokens)

    @staticmethod
    def of_span(spec: SectionSpec, span: Chunk, about: str, prompts: PromptSet) -> SectionAsk:
        """What is asked of one short span of lines: one item. The lines come last, so that all spans share a prefix.

        Speakers are not shown: a small model then writes of the matter, and code knows whose lines they are.
        """
        (item,) = get_args(spec.draft.model_fields[spec.item_field].annotation)
        task = prompts.load(spec.span_prompt).render(about=about, lines=chunk_text(span, speakers=False))
        return SectionAsk(spec, task, item, schema_of(item, Bounds(_limits(spec, span))), _SPAN_TOKENS)

    def draft(self, answer: BaseModel) -> Draft:
        """An answer as the section's draft; that of a span is a draft of one item."""
        if isinstance(answer, Draft):
            return answer
        return self.spec.draft.model_validate({self.spec.item_field: [answer.model_dump()]})


def _limits(spec: SectionSpec, chunk: Chunk) -> dict[str, dict[str, Any]]:
    lines = {"items": {"type": "integer", "minimum": chunk.first, "maximum": chunk.last}}
    return {"lines": lines} | {name: {"maxLength": spec.text_limit} for name in _TEXT_FIELDS}


def spans_of(spec: SectionSpec, chunk: Chunk) -> list[Chunk]:
    """The chunk as consecutive short spans of lines, as many as the section gives items at most.

    A section that looks for cues gets a line a span instead, cut to the sentences that have them, strongest first.
    """
    most = spec.most(tokens_about(chunk))
    if spec.span_cue is None:
        return _tiles(chunk, most)
    hits = {s.id: len(spec.span_cue.findall(s.text)) for s in chunk.segments if spec.span_cue.search(s.text)}
    chosen = sorted(sorted(hits, key=lambda n: (-hits[n], n))[:most])
    return [_cued(chunk, n, spec.span_cue) for n in chosen]


def _cued(chunk: Chunk, number: int, cue: re.Pattern[str]) -> Chunk:
    """The sentences of a line that have a cue, each with two before it: a small model defines whatever else it sees.

    A cue in the line's first sentence needs the sentence that leads up to it.
    """
    at = number - chunk.first
    segment, earlier = chunk.segments[at], chunk.segments[:at][-1:] or chunk.before[-1:]
    parts = sentences(segment.text)
    hits = {i for i, s in enumerate(parts) if cue.search(s)} or set(range(len(parts)))  # a cue over an end mark
    kept = [s for i, s in enumerate(parts) if {i, i + 1, i + 2} & hits]
    lead = tuple(replace(s, text=sentences(s.text)[-1]) for s in earlier) if 0 in hits else ()
    return Chunk(chunk.index, (replace(segment, text=" ".join(kept)),), lead)


def _span(chunk: Chunk, begin: int, end: int) -> Chunk:
    """Lines `begin` to `end` - 1 of a chunk, after the line that leads up to them."""
    lead = chunk.segments[: begin - chunk.first][-1:] or chunk.before[-1:]
    return Chunk(chunk.index, chunk.segments[begin - chunk.first : end - chunk.first], lead)


def _tiles(chunk: Chunk, most: int) -> list[Chunk]:
    out: list[Chunk] = []
    begin = chunk.first
    for _, last in spread(shown_lines(chunk.segments), most):
        end = last + 1
        while end <= chunk.last and not _shown(chunk.segments[end - chunk.first]):
            end += 1
        out.append(_span(chunk, begin, end))
        begin = end
    return out


def tokens_about(chunk: Chunk) -> int:
    """A quick estimate that needs no encoding."""
    return sum(len(s.text) for s in chunk.segments) // 4


def shown_lines(segments: Sequence[Segment]) -> list[Segment]:
    """Segments that stand on a numbered line of their own in a prompt."""
    return [s for i, s in enumerate(segments) if i == 0 or _shown(s)]


def _shown(segment: Segment) -> bool:
    return len(segment.text.split()) >= SHORT_LINE_WORDS or not segment.text.isascii()


def spread(lines: Sequence[Segment], windows: int) -> list[tuple[int, int]]:
    """Consecutive spans of line numbers with about as many words each, at most `windows`."""
    sizes = [len(s.text) for s in lines]
    windows = min(windows, len(lines))
    spans: list[tuple[int, int]] = []
    start, filled = 0, 0
    for i, size in enumerate(sizes):
        filled += size
        left = len(lines) - i - 1
        due = filled >= sum(sizes) * (len(spans) + 1) / windows
        if (due and left >= windows - len(spans) - 1) or left == windows - len(spans) - 1 or left == 0:
            spans.append((lines[start].id, lines[i].id))
            start = i + 1
        if len(spans) == windows:
            break
    if start < len(lines):
        spans[-1] = (spans[-1][0], lines[-1].id)
    return spans


def schema_of(answer: type[BaseModel], bounds: Bounds | None = None) -> dict[str, Any]:
    """The JSON schema of an answer without titles and references, with `bounds` written in by field name."""
    return _bound(_plain(answer), bounds.by_field if bounds else {})


@lru_cache(maxsize=64)  # pydantic takes longer over it than over anything else that a call needs
def _plain(answer: type[BaseModel]) -> dict[str, Any]:
    raw = answer.model_json_schema()
    schema = _resolve(raw, raw.get("$defs", {}))
    assert isinstance(schema, dict)
    return schema


def _resolve(node: Any, defs: Mapping[str, Any]) -> Any:
    if isinstance(node, list):
        return [_resolve(v, defs) for v in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _resolve(defs[node["$ref"].rsplit("/", 1)[-1]], defs)
    return {
        k: _resolve(v, defs)
        for k, v in node.items()
        if k not in ("$defs", "description") and not (k == "title" and isinstance(v, str))
    }


def _bound(schema: dict[str, Any], limits: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    out = copy.deepcopy(schema)

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            for name, inner in node.get("properties", {}).items():
                inner.update(limits.get(name, {}))
                walk(inner)
            walk(node.get("items"))

    walk(out)
    return out


def third_person(names: Sequence[str]) -> str:
    """The pattern of one sentence that begins with a plain word of the third person or with one of these names."""
    openings = "|".join((*_OPENINGS, *(re.escape(n).replace(r"\ ", " ") for n in names)))
    return rf'^({openings}) ([^.?!"\\]|[0-9]\.[0-9]){{40,400}}\.$'


def in_style(schema: dict[str, Any], style: Style, opening: str | None = None) -> dict[str, Any]:
    """The schema with statements bound to one sentence, or to the pattern `opening`, where the style asks for it."""
    if not style.one_sentence:
        return schema
    sentence = opening or ONE_SENTENCE
    patterns = {name: {"pattern": sentence} for name in _SENTENCE_FIELDS} | {"definition": {"pattern": _PHRASE}}
    out = _bound(schema, patterns)
    _drop(out, "maxLength", tuple(patterns))
    return out


def _drop(node: Any, keyword: str, fields: Sequence[str]) -> None:
    """A length limit beside the pattern would say it twice, and grammars take one of them."""
    if isinstance(node, dict):
        for name, inner in node.get("properties", {}).items():
            if name in fields:
                inner.pop(keyword, None)
            _drop(inner, keyword, fields)
        _drop(node.get("items"), keyword, fields)
