"""The pages of the documentation as tests see them: code blocks, commands, links."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from tests.samples import ROOT

PAGES = {p.relative_to(ROOT).as_posix(): p for p in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))}
_BLOCK = re.compile(
    r"(?:^`(?P<file>[\w./-]+)`\n\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
_SPAN = re.compile(r"`((?:[A-Z_]+=\S+ )*studydoc [^`]+)`")


@dataclass(frozen=True, slots=True)
class Block:
    """A code block; `file` is the path on a line of its own before it."""

    language: str
    text: str
    file: str


@dataclass(frozen=True, slots=True)
class Command:
    """A line of a shell block without its comment: variables set before it, the file piped into it, its words."""

    line: str
    variables: dict[str, str]
    piped: Path | None
    words: tuple[str, ...]

    @property
    def own(self) -> bool:
        return self.words[0].rpartition("/")[2] == "studydoc"


def blocks(page: str) -> list[Block]:
    found = _BLOCK.finditer(PAGES[page].read_text("utf-8"))
    return [Block(m["language"], m["text"], m["file"] or "") for m in found]


def commands(block: Block) -> list[Command]:
    lines = block.text.replace("\\\n", " ").splitlines()
    return [command(line) for line in lines if shlex.split(line, comments=True)]


def spans(page: str) -> list[str]:
    """Commands within sentences."""
    return _SPAN.findall(_BLOCK.sub("", PAGES[page].read_text("utf-8")))


def command(line: str) -> Command:
    words = shlex.split(line, comments=True)
    shown = " ".join(words)
    variables = {}
    while re.match(r"[A-Z_]+=", words[0]):
        name, _, value = words.pop(0).partition("=")
        variables[name] = value
    piped = None
    if words[0] == "cat" and words[2] == "|":
        piped, words = Path(words[1]), words[3:]
    return Command(shown, variables, piped, tuple(words))
