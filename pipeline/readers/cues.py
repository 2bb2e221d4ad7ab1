"""Turn cues of captions into lines, without tags and rolling repeats; all cues together show who speaks."""

from __future__ import annotations

import html
import itertools
from collections import Counter
from collections.abc import Sequence

from pipeline.errors import InputError
from pipeline.readers.cue_pieces import VOICE, Cue, Piece, cut_at_labels, end_sentences, pieces_of, plain_piece, texts
from pipeline.readers.evidence import Labels, Mark, mark_of
from pipeline.readers.headings import apart_at_headings
from pipeline.readers.heads import head_of
from pipeline.readers.labels import bare_names, role_of, speaker_name
from pipeline.readers.lines import Line, join_lines, unroll
from pipeline.readers.loops import fold_loops
from pipeline.readers.sounds import Sounds
from pipeline.readers.tally import Tally
from pipeline.readers.tidy import ends_sentence, tidy
from pipeline.readers.two_heads import settled

_ORNAMENT = 0.6  # minimum share of cues with a dash in front, if the dash is an ornament
_REPEATS = 0.1  # maximum share of labels that repeat the one before, if the file labels only changes
_LONG_HOLD, _TIMES_USUAL = 12, 5  # cues, and times the usual number, after which the next label may be missing
_ALONE = 50  # maximum number of characters in a name above words
_ABOVE_WORDS = 0.15  # minimum share of cues with the speaker above the words, if that is how they are named
_ADDRESSED = 2  # cues that address their supposed speaker; so many show that labels do not hold
_UNFINISHED = 0.3  # minimum share of cues without a label that continue a sentence, if labels hold on


def cue_lines(cues: list[Cue], tally: Tally, label: str) -> list[Line]:
    """The lines of the cues, one speaker each, in order of time. Raises InputError if every cue says the same."""
    ordered = _in_order(cues, tally)
    pieces = cut_at_labels([piece for cue in ordered for piece in plain_piece(cue) or pieces_of(cue)])
    labels, marks = _labels(pieces, len(ordered))
    if _have_names_above(pieces, marks, labels, len(ordered)):
        pieces = cut_at_labels([piece for cue in ordered for piece in pieces_of(cue)])
        labels, marks = _labels(pieces, len(ordered))
    cues_with_words = {id(piece.cue) for piece in pieces}
    if empty := [cue.line for cue in cues if id(cue) not in cues_with_words]:
        tally.leave_out_words("cues without words", 0, "", empty[0], count=len(empty))
    voices = {piece.voice for piece in pieces}
    voices_of_cues = [(cue.line, cue.voice) for cue in cues if cue.voice]
    voices_of_cues += [
        (cue.line, voice) for cue in cues for row in cue.rows if "<v" in row for voice in VOICE.findall(row)
    ]
    for line, voice in voices_of_cues:
        if html.unescape(voice) not in voices:  # perhaps its words are in a broken tag
            tally.leave_out("voices without words", voice, line)
    labels.report(marks, tally)
    names_of_voices = bare_names(voice for voice in voices if voice)
    for piece in pieces:
        label_name = piece.mark.name if piece.mark and labels.verdict(piece.mark) == "name" else None
        piece.name = names_of_voices[piece.voice] if piece.voice else label_name
    lines = _speaker_lines(pieces, labels, tally)
    if len(lines) > 3 and len({(line.speaker, line.text) for line in lines}) == 1:
        raise InputError(
            f"{label}: every cue says the same ({lines[0].text[:40]!r})",
            hint="the captions look broken; export them again",
        )
    return join_lines(apart_at_headings(fold_loops(unroll(lines, tally), tally), tally.headings))


def _in_order(cues: Sequence[Cue], tally: Tally) -> list[Cue]:
    """The cues sorted by start; a warning if some go back."""
    backward = [
        b.line for a, b in itertools.pairwise(cues) if a.start is not None and b.start is not None and b.start < a.start
    ]
    if not backward:
        return list(cues)
    tally.warn(f"{len(backward)} cues start before the one above them: sorted by their times", backward[0])
    return sorted(cues, key=lambda cue: cue.start or 0.0)


def _labels(pieces: Sequence[Piece], cues: int) -> tuple[Labels, list[Mark]]:
    marks = [] if any(p.voice for p in pieces) else _marks(pieces)
    return Labels(marks, max(1, cues), "\n".join(texts(pieces)), cues=True), marks


def _have_names_above(pieces: Sequence[Piece], marks: Sequence[Mark], labels: Labels, cues: int) -> bool:
    """Whether first lines of plain cues may be names: known ones, or recurring as often as names above words do."""
    first_rows = [p.rows[0] for p in pieces if p.plain and len(p.rows) > 1 and len(p.rows[0]) <= _ALONE]
    if labels.names and any(row in labels.names or row.partition(",")[0] in labels.names for row in first_rows):
        return True
    counts = Counter(row.partition(",")[0] for row in first_rows)
    recurring = sum(n for n in counts.values() if n > 1) + sum(mark.head.shape == "N/" for mark in marks)
    return recurring >= _ABOVE_WORDS * cues


def _marks(pieces: Sequence[Piece]) -> list[Mark]:
    """Marks of the pieces that may begin with a label.

    A turn may begin at a cue's first line, at a dash, at ">>" or after a sentence.
    """
    marks: list[Mark] = []
    unit = -1
    heads = [None if piece.plain else head_of(piece.text) for piece in pieces]
    settled_heads = settled(heads)
    names = bare_names(head.name for head in [*heads, *settled_heads.values()] if head and head.name)
    for i, piece in enumerate(pieces):
        unit += piece.first
        piece.head = head = settled_heads.get(i, heads[i])
        if head is None or head.name is None:
            continue
        same = i + 1 < len(pieces) and pieces[i + 1].cue is piece.cue
        if head.shape in ("N/", "B/") and not (piece.first and same):
            continue
        begins = piece.first or head.dash or head.chevron or ends_sentence(pieces[i - 1].text)
        followed = bool(head.rest) or same or head.shape.endswith(":/")
        piece.mark = mark_of(head, piece.number, unit, begins=begins, followed=followed, name=names[head.name])
        marks.append(piece.mark)
    return marks


def _speaker_lines(pieces: Sequence[Piece], labels: Labels, tally: Tally) -> list[Line]:
    """Lines of one speaker, each a cue or a part of one, without sounds."""
    plain, stopped = sum(len(p.rows) for p in pieces), end_sentences(texts(pieces))
    sounds = Sounds((p.text for p in pieces if not p.plain), tally, others=plain, stopped=stopped)
    dashes = sum(p.first and bool(p.head and p.head.dash) for p in pieces)
    cues = sum(p.first for p in pieces)
    holds = _holds(pieces, tally)
    reach = _reach(pieces, tally) if holds else {}
    holder = _SpeakerFinder(labels, tally, holds=holds, reach=reach, dashed=0 < dashes < _ORNAMENT * cues)
    lines: list[Line] = []
    last_cue: Cue | None = None
    above, unspoken = "", False  # the line above; whether a new speaker has yet to say a word
    for piece, after in itertools.zip_longest(pieces, pieces[1:]):
        if piece.plain and piece.voice is None and holder.speaker is None:
            lines.append(Line(piece.text, None, piece.cue.start, piece.cue.end, unspoken, piece.number))
            unspoken = False
            above = piece.text
            continue  # the next piece belongs to another cue
        speaker, text, turn = holder.take(piece)
        goes_on = above[-1:].isalpha() and not (piece.name or turn)
        text = text if piece.plain else sounds.off(text, piece.number, goes_on=goes_on)
        above = piece.text
        if not any(map(str.isalnum, text)):
            unspoken = unspoken or turn
            if piece.mark and piece.name and (after is None or after.name):
                tally.leave_out("labels without words", piece.name, piece.number)
            continue
        turn = turn or unspoken
        unspoken = False
        if piece.cue is last_cue and not turn and lines[-1].speaker == speaker:
            last = lines[-1]
            lines[-1] = Line(f"{last.text} {text}", speaker, last.start, last.end, last.turn, last.file_line)
        else:
            lines.append(Line(text, speaker, piece.cue.start, piece.cue.end, turn, piece.number))
        last_cue = piece.cue
    return lines


def _holds(pieces: Sequence[Piece], tally: Tally) -> bool:
    """Whether a label holds until the next one, because the file labels only changes of speaker.

    If so, hardly any label repeats, cues without one continue sentences, and none addresses its own supposed speaker.
    """
    names = [pieces[i].name for i in _label_places(pieces)]
    if len(names) < 2 or sum(a == b for a, b in itertools.pairwise(names)) > _REPEATS * (len(names) - 1):
        return False
    without = [(a, b) for a, b in itertools.pairwise(pieces) if b.first and not b.name]
    unfinished = sum(not ends_sentence(a.text) for a, _ in without)
    if unfinished >= _UNFINISHED * len(without) and not _address_their_speaker(pieces):
        return True
    if len(names) < len(without):
        tally.warn("few cues have a label, and nothing shows that it applies to later ones: the others get no speaker")
    return False


def _address_their_speaker(pieces: Sequence[Piece]) -> bool:
    """Whether cues without a label ("Well done, Jonas.") address the very person whose label would hold."""
    times, holder = 0, ""
    for piece in pieces:
        if name := piece.name:
            holder = name.split()[0].casefold()
        elif holder:
            for row in piece.rows or (piece.text,):
                times += any(word.strip(" .!?").casefold() == holder for word in row.split(",")[1:])
    return times >= _ADDRESSED


def _label_places(pieces: Sequence[Piece]) -> list[int]:
    """The indices of pieces with a label. A voice counts once in a cue, however many lines that has."""
    places: list[int] = []
    last: tuple[int, str | None] | None = None
    for i, piece in enumerate(pieces):
        if name := piece.name:
            if piece.voice is None or last != (id(piece.cue), name):
                places.append(i)
            last = id(piece.cue), name
    return places


def _reach(pieces: Sequence[Piece], tally: Tally) -> dict[int, int]:
    """For labels that would hold far longer than others, the usual number of cues: the next label may be missing.

    The keys are the ids of the pieces, since two voices may share a line.
    """
    places = _label_places(pieces)
    cues = [sum(p.first for p in pieces[a:b]) for a, b in zip(places, [*places[1:], len(pieces)], strict=True)]
    if len(cues) < 4:
        return {}
    usual = sorted(cues)[len(cues) // 2]
    far = {i: n for i, n in zip(places, cues, strict=True) if n >= max(_LONG_HOLD, _TIMES_USUAL * usual)}
    for i, n in far.items():
        tally.warn(
            f"this label would apply to {n} cues, others apply to about {usual}: is one missing? "
            "The later cues get no speaker",
            pieces[i].number,
        )
    return {id(pieces[i]): usual for i in far}


class _SpeakerFinder:
    """Finds the speaker of one piece after another."""

    def __init__(self, labels: Labels, tally: Tally, *, holds: bool, reach: dict[int, int], dashed: bool) -> None:
        self._tally, self._known_labels = tally, set[str]()
        self._labels, self._holds, self._dashed = labels, holds, dashed
        self.speaker: str | None = None
        self._reach, self._cues_left = reach, -1  # cues that the label still holds for; -1: until the next one
        self._last_text = ""
        self._cue: Cue | None = None

    def take(self, piece: Piece) -> tuple[str | None, str, bool]:
        """The speaker of a piece, its words, and whether somebody unnamed begins."""
        fresh = piece.cue is not self._cue
        self._cue = piece.cue
        head, mark = piece.head, piece.mark
        text, turn = piece.text, False
        if fresh and self._cues_left > 0:
            self._cues_left -= 1
        if piece.voice is not None:
            speaker = piece.name or None
            if fresh or speaker != self.speaker:
                self._cues_left = self._reach.get(id(piece), -1)
            self.speaker = speaker
            self._record_role(tidy(piece.voice), self.speaker or "", piece.number)
        elif mark and piece.name:
            self._cues_left = self._reach.get(id(piece), -1)
            self.speaker, text = speaker_name(mark.name), head.rest if head else text
            self._record_role((head and head.name) or "", mark.name, piece.number)
            turn = self.speaker is None
        elif mark and self._labels.verdict(mark) == "doubt":
            self.speaker, turn = None, True
        elif head and (head.chevron or (head.dash and self._dashed)):
            self.speaker, turn, text = None, True, head.plain
        elif fresh and self.speaker is not None and self._ends() and ends_sentence(self._last_text):
            self.speaker, turn = None, True
            text = head.plain if head and head.dash else text
        elif head and head.dash:
            text = head.plain
        self._last_text = text or self._last_text
        return self.speaker, text, turn

    def _record_role(self, label: str, name: str, line: int) -> None:
        if label and label not in self._known_labels:
            self._known_labels.add(label)
            self._tally.role(self.speaker, role_of(label, name), line)

    def _ends(self) -> bool:
        """Whether the label holds only to the end of the sentence."""
        return not self._holds or self._cues_left == 0
