"""What a reader reports besides speech: warnings with their lines, and what is not taken as speech."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.readers.contacts import without_contacts
from pipeline.text import clean, words
from pipeline.transcript import LeftOut, Reading, Remark, Role

_EXAMPLE = 60  # characters shown of what was left out
_REMARKS = 50  # maximum number of warnings that are kept for a file
_MOST_ROLES = 2  # of one speaker; what is beside a name in more ways is stage directions
_LONGEST_ROLE = 150  # characters
_ADDRESS = ("@", "://")
_LONGEST_HEADER = 1_000  # characters
BETWEEN_LINES = " / "
_BESIDE_NAMES, _HEADINGS = "remarks beside names", "headings"


@dataclass(slots=True)
class _Entry:
    count: int = 0
    words: int = 0
    line: int | None = None
    example: str = ""


@dataclass(slots=True)
class Tally:
    """What is reported on a file, filled while it is read."""

    remarks: list[Remark] = field(default_factory=list)
    headings: list[tuple[int, str]] = field(default_factory=list)  # each with its line
    _left_out: dict[str, _Entry] = field(default_factory=dict)
    _not_names: dict[str, _Entry] = field(default_factory=dict)
    _roles: dict[str, dict[str, int | None]] = field(default_factory=dict)  # per speaker, each with its first line
    _header: list[str] = field(default_factory=list)

    def warn(self, text: str, line: int | None = None) -> None:
        """Record a doubt that the user should see."""
        if len(self.remarks) < _REMARKS:
            self.remarks.append(Remark(text, line))

    def leave_out(self, kind: str, text: str, line: int | None = None) -> None:
        """Record text that is not speech; without a word in it, nothing is recorded."""
        if n := len(words(text)):
            self.leave_out_words(kind, n, text, line)
        if kind == _HEADINGS and line is not None:
            self.headings.append((line, text))

    def leave_out_words(self, kind: str, n: int, text: str, line: int | None = None, *, count: int = 1) -> None:
        """Record `n` words that are not speech; `text` shows the first of them."""
        _add(self._left_out, kind, n, text, line, count)

    def role(self, speaker: str | None, text: str, line: int | None = None) -> None:
        """Record what a label says besides the name, "" if that is nothing; the labels of a file come in its order."""
        if speaker is None or len(text) > _LONGEST_ROLE or any(sign in text for sign in _ADDRESS):
            self.leave_out(_BESIDE_NAMES, text, line)
        else:
            self._roles.setdefault(speaker, {}).setdefault(text if words(text) else "", line)

    def roles(self) -> tuple[Role, ...]:
        """The speakers' roles, each in its fullest form. Directions beside names are recorded as left out.

        A role stands beside the name when it is first given; "Ana (laughing)" after "Ana" is a direction.
        """
        found: list[Role] = []
        for speaker, lines in self._roles.items():
            texts = [text for text in lines if text and not any(text in other for other in lines if other != text)]
            if next(iter(lines)) and len(texts) <= _MOST_ROLES:
                found.append(Role(speaker, "; ".join(texts)))
                continue
            for text, line in lines.items():
                self.leave_out(_BESIDE_NAMES, text, line)
        return tuple(found)

    def header(self, text: str, line: int | None = None) -> None:
        """Record a line above the talk, which is no speech."""
        self.leave_out("headers", text, line)
        self._header.append(text)

    @property
    def header_text(self) -> str | None:
        """The lines above the talk, up to `_LONGEST_HEADER` characters; None if there are none."""
        return BETWEEN_LINES.join(self.header_lines)[:_LONGEST_HEADER] or None

    @property
    def header_lines(self) -> list[str]:
        """The lines above the talk, without contacts."""
        return [line for text in self._header if (line := without_contacts(clean(text)))]

    def no_name(self, label: str, line: int | None = None) -> None:
        """Record a label-like beginning that is taken for text."""
        _add(self._not_names, label, 0, label, line, 1)

    def reading(self, form: str, encoding: str) -> Reading:
        """Everything recorded, for the transcript."""
        return Reading(
            format=form,
            encoding=encoding,
            remarks=tuple(self.remarks),
            left_out=_sorted(self._left_out),
            not_names=_sorted(self._not_names)[:100],
        )


def _add(entries: dict[str, _Entry], kind: str, n: int, text: str, line: int | None, count: int) -> None:
    entry = entries.get(kind)
    if entry is None:
        entry = entries[kind] = _Entry(line=line, example=clean(text[: 4 * _EXAMPLE])[:_EXAMPLE])
    entry.count += count
    entry.words += n


def _sorted(entries: dict[str, _Entry]) -> tuple[LeftOut, ...]:
    return tuple(
        LeftOut(kind, entry.count, entry.words, entry.line, entry.example) for kind, entry in sorted(entries.items())
    )
