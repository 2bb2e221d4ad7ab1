"""What a section is: SectionSpec, its drafts, and what a merge rule is given to work with."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from pipeline.document import Evidence, Withheld

Answer = TypeVar("Answer", bound=BaseModel)


class Flat(BaseModel):
    """Base of everything that a model answers with: closed objects, all fields required, no defaults."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class DraftStatement:
    """One item of a draft. `id` is derived: section, chunk and place, for example "main_points/2.3".

    `lines` are segment ids; `label` is a topic or a term.
    """

    id: str
    section: str
    chunk: int
    lines: tuple[int, ...]
    text: str
    label: str = ""


class Draft(Flat):
    """The answer to one section's map call."""

    def rows(self) -> list[tuple[list[int], str, str]]:
        """(lines, label, text) of each item, in order."""
        raise NotImplementedError

    def filler(self) -> list[int]:
        """Lines that the model calls greeting, advert or chatter."""
        return []


class Ask(Protocol):
    """Asks the model in a merge: renders `prompt` with `values` and validates the answer. Raises CallError."""

    async def __call__(
        self, prompt: str, answer: type[Answer], *, max_tokens: int, bounds: Bounds | None = None, **values: str
    ) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Bounds:
    """Limits written into an answer's schema: JSON Schema keywords by field name, wherever the field stands."""

    by_field: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MergeContext:
    """What a merge rule may use besides its drafts."""

    ask: Ask
    cite: Callable[[Sequence[int]], tuple[Evidence, ...]]
    fault: Callable[[str, Sequence[int]], str | None]  # why the lines do not bear a text out, or None
    doubt: Callable[[str, Sequence[int], str], bool]  # whether anything speaks against it in a section of this name
    title: str  # of the recording, "" when it is not known
    provenance: tuple[str, ...]  # sentences about the source that code can prove
    done: Mapping[str, Merged]  # the sections merged so far
    cased: Callable[[str], str]  # a phrase with the capitals that the recording's words have
    mentions: Callable[[str], Set[int]]  # the lines that say a phrase's words
    one_job: bool = False  # a small model, which does one job a call


@dataclass(frozen=True, slots=True)
class Merged:
    """A section's content, in the type that StudyDocument has for it.

    `placed` maps every draft id to the draft id under which it stands (itself, or the one that it repeats);
    an id that is not placed must be in `withheld`.
    """

    content: tuple[Any, ...]
    placed: Mapping[str, str] = field(default_factory=dict)
    withheld: tuple[tuple[str, Withheld], ...] = ()


MergeRule = Callable[[Sequence[DraftStatement], MergeContext], Awaitable[Merged]]


@dataclass(frozen=True, slots=True)
class SectionSpec:
    """A section. `most(lines, tokens)` says how many items a chunk may give; `max_tokens` limits its answer.

    A section with `from_chunks=False` has no map call: its merge rule writes from the sections before it.
    """

    name: str
    prompt: str
    draft: type[Draft]
    merge: MergeRule
    most: Callable[[int], int]
    max_tokens: int
    item_field: str
    text_limit: int
    required: bool = True
    from_chunks: bool = True
    span_prompt: str = ""  # for a small model: one short span of lines a call, one item each
    span_cue: re.Pattern[str] | None = None  # lines worth a call of their own; the others are not asked about
    merge_prompts: tuple[str, ...] = ()
    # For a small model: drafts of this section that follow from those of others.
    follows: Callable[[Sequence[DraftStatement]], Sequence[DraftStatement]] = lambda drafts: ()
