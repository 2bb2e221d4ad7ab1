"""Recognises documents that are up to date: nothing that they depend on has changed since they were written."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pipeline.batches.options import MakeOptions
from pipeline.batches.outcome import Figures, Outcome
from pipeline.errors import InputError
from pipeline.llm import Tally, Usage, digest_of
from pipeline.providers.calls import CallStore
from pipeline.readers import Source, content
from pipeline.readers.metadata import read_side_file
from pipeline.store import output_path


def _digest_of_program() -> str:
    digest = hashlib.sha256()
    root = Path(__file__).parents[1]
    for path in sorted((*root.rglob("*.py"), *root.rglob("labels/*.toml"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()


@dataclass(slots=True)
class Ledger:
    """Remembers complete documents in the call store, with digests of everything they depend on and of their files.

    They depend on the program, too: another version may check or render differently.
    """

    calls: CallStore
    options: MakeOptions
    model: str
    program: str = field(default_factory=_digest_of_program)
    _recipe: str = ""
    _sources: dict[str, tuple[str, str]] = field(default_factory=dict)  # name: sha256 of the file, digest of all inputs

    def __post_init__(self) -> None:
        options = self.options
        identity: list[Any] = [asdict(options.recipe), options.prompts.identity(), asdict(options.metadata)]
        identity += [options.endpoint, self.model, options.citations, asdict(options.input), self.program]
        recipe = json.dumps(identity, sort_keys=True)
        self._recipe = digest_of(recipe)

    def outcome(self, source: Source) -> Outcome | None:
        """The outcome of a document that is up to date; None if the source has to be read."""
        try:
            raw = content(source.path)
            side = read_side_file(source.path)
        except InputError:
            return None  # reading it will report what is wrong
        sha256 = hashlib.sha256(raw).hexdigest()
        origin = digest_of(f"{self._recipe} {sha256} {source.path} {side}")
        self._sources[source.name] = sha256, origin
        record = output_path(self.options.out, source.name)
        page = record.with_suffix(".md")
        remembered = _Remembered.from_fact(self.calls.recall(_key(record)))
        if remembered is None or (remembered.origin, remembered.written) != (origin, _digest_of(page, record)):
            return None
        return Outcome(
            source.name,
            page=page,
            notes=remembered.notes,
            lasting_notes=remembered.notes,
            seconds=remembered.seconds,
            status="complete",
            tally=Tally(remembered.calls, remembered.calls, usage=remembered.usage),
            cost_usd=remembered.cost_usd,
            spent_usd=0.0,
            figures=remembered.figures,
            up_to_date=True,
        )

    def remember(self, outcome: Outcome) -> None:
        """Remember a document if it is complete and its transcript was not changed during the run."""
        sha256, origin = self._sources.get(outcome.name, ("", ""))
        document = outcome.document
        if document is None or not outcome.complete or document.source.sha256 != sha256:
            return
        record = output_path(self.options.out, outcome.name)
        run, digest = document.run, _digest_of(record.with_suffix(".md"), record)
        total = run.usage
        usage = Usage(
            total.prompt_tokens,
            total.cached_prompt_tokens,
            total.completion_tokens,
            thought_tokens=total.thought_tokens,
        )
        figures, notes = Figures.of(document), outcome.lasting_notes
        remembered = _Remembered(origin, digest, figures, total.calls, usage, run.seconds, total.cost_usd, notes)
        # JSON in ASCII, since notes may contain paths that are not UTF-8.
        self.calls.remember(_key(record), json.dumps(asdict(remembered)))


@dataclass(frozen=True, slots=True)
class _Remembered:
    """A remembered document: digests of its inputs and of its files, and the figures of its run."""

    origin: str
    written: str
    figures: Figures
    calls: int
    usage: Usage
    seconds: float
    cost_usd: float | None
    notes: tuple[str, ...]

    @classmethod
    def from_fact(cls, fact: str | None) -> _Remembered | None:
        """The remembered document; None if there is none or another version of this program remembered it."""
        try:
            fields = json.loads(fact or "")
            figures, usage = fields.pop("figures"), Usage(**fields.pop("usage"))
            figures["answered_by"] = tuple(figures["answered_by"])
            figures["gaps"] = tuple((first, last) for first, last in figures["gaps"])
            return cls(figures=Figures(**figures), usage=usage, notes=tuple(fields.pop("notes")), **fields)
        except (ValueError, TypeError, KeyError, AttributeError):
            return None


def _key(record: Path) -> str:
    return f"made {record.name} {digest_of(str(record.absolute()))}"


def _digest_of(*paths: Path) -> str:
    """The digest of files; "" if one of them cannot be read."""
    digest = hashlib.sha256()
    for path in paths:
        try:
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        except OSError:
            return ""
    return digest.hexdigest()
