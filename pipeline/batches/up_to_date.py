"""Documents that need no second run, since nothing that they rest on has changed since they were written."""

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
    """Remembers complete documents in the call store, by all that they came from and by their own bytes.

    They came from the program too: another one may check or render otherwise.
    """

    calls: CallStore
    options: MakeOptions
    model: str
    program: str = field(default_factory=_digest_of_program)
    _recipe: str = ""
    _sources: dict[str, tuple[str, str]] = field(default_factory=dict)  # name: sha256 of the file, and of everything

    def __post_init__(self) -> None:
        options = self.options
        identity: list[Any] = [asdict(options.recipe), options.prompts.identity(), asdict(options.metadata)]
        identity += [options.endpoint, self.model, options.citations, asdict(options.input), self.program]
        recipe = json.dumps(identity, sort_keys=True)
        self._recipe = digest_of(recipe)

    def outcome(self, source: Source) -> Outcome | None:
        """The outcome of a run that would change nothing, or None: the source has to be read then."""
        try:
            raw = content(source.path)
            side = read_side_file(source.path)
        except InputError:
            return None  # reading it will tell what is wrong
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
            figures=remembered.figures,
        )

    def remember(self, outcome: Outcome) -> None:
        """Remembers a document that is complete, if its file is still what was read first."""
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
        # Escaped, as notes may name paths that are no UTF-8.
        self.calls.remember(_key(record), json.dumps(asdict(remembered)))


@dataclass(frozen=True, slots=True)
class _Remembered:
    """A document as it is remembered: what it came from, the digest of its files, and the figures of its run."""

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
        """What was remembered; None for nothing, and for what another version of this program remembered."""
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
    """The digest of files, "" when one of them is not there."""
    digest = hashlib.sha256()
    for path in paths:
        try:
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        except OSError:
            return ""
    return digest.hexdigest()
