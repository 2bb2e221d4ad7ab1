"""Documents that need no second run, since nothing that they rest on has changed since they were written."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from importlib.resources import files
from pathlib import Path

from pipeline import store
from pipeline.corpus import Order, Outcome
from pipeline.errors import InputError, StoreError
from pipeline.llm import Tally, Usage
from pipeline.providers.calls import CallStore
from pipeline.readers import Source, content
from pipeline.readers.metadata import read_side_file


@dataclass(slots=True)
class Ledger:
    """Remembers complete documents in the call store, by all that they came from and by their own bytes."""

    calls: CallStore
    order: Order
    model: str
    _recipe: str = ""
    _sources: dict[str, tuple[str, str]] = field(default_factory=dict)  # name: sha256 of the file, and of everything

    def __post_init__(self) -> None:
        order = self.order
        parts = (asdict(order.recipe), order.prompts.identity(), asdict(order.metadata), order.endpoint, self.model)
        recipe = json.dumps([*parts, order.citations, asdict(order.input), _code()], sort_keys=True)
        self._recipe = hashlib.sha256(recipe.encode()).hexdigest()

    def outcome(self, source: Source) -> Outcome | None:
        """The outcome of a run that would change nothing, or None: the source has to be read then."""
        try:
            raw = content(source.path)
            side = read_side_file(source.path)
        except InputError:
            return None  # reading it will tell what is wrong
        sha256 = hashlib.sha256(raw).hexdigest()
        origin = hashlib.sha256(f"{self._recipe} {sha256} {source.path} {side}".encode()).hexdigest()
        self._sources[source.name] = sha256, origin
        record = store.output_path(self.order.out, source.name)
        page = record.with_suffix(".md")
        if self.calls.recall(_key(record)) != f"{origin} {_written(page, record)}":
            return None
        try:
            document = store.load(record)
        except StoreError:
            return None
        used = document.run.usage
        usage = Usage(used.prompt_tokens, used.cached_prompt_tokens, used.completion_tokens)
        return Outcome(
            source.name,
            document,
            page,
            seconds=document.run.seconds,
            status=document.status,
            tally=Tally(used.calls, used.calls, usage=usage),
            cost_usd=used.cost_usd,
        )

    def remember(self, outcome: Outcome) -> None:
        """Remembers a document that is complete, if its file is still what was read first."""
        sha256, origin = self._sources.get(outcome.name, ("", ""))
        document = outcome.document
        if document is None or not outcome.complete or outcome.notes or document.source.sha256 != sha256:
            return
        record = store.output_path(self.order.out, outcome.name)
        self.calls.remember(_key(record), f"{origin} {_written(record.with_suffix('.md'), record)}")


def _key(record: Path) -> str:
    return f"made {record.name} {hashlib.sha256(str(record.absolute()).encode()).hexdigest()}"


def _written(*paths: Path) -> str:
    """The digest of files, "" when one of them is not there."""
    digest = hashlib.sha256()
    for path in paths:
        try:
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        except OSError:
            return ""
    return digest.hexdigest()


def _code() -> str:
    """The digest of the program itself: another version may check or render otherwise."""
    digest = hashlib.sha256()
    root = Path(str(files("pipeline")))
    for path in sorted((*root.rglob("*.py"), *root.rglob("labels/*.toml"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()
