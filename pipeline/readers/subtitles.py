"""SubStation Alpha, MicroDVD and MPL2, read by pysubs2, which knows their fixed shapes and their styles."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator

from pipeline.readers.base import Captions, Document, Reader, broken
from pipeline.readers.cue_pieces import Cue
from pipeline.readers.tally import Tally

_MICRODVD = re.compile(r"^\{\d+\}\{\d*\}")
_OPEN_END = re.compile(r"^( *[{\[]\d+[}\]])(?:\{\}|\[\])")  # no end: a rate, or words that stay until the next ones
_MPL2 = re.compile(r"\[\d{1,7}\]\[\d{1,7}\].*\n\[\d{1,7}\]\[\d{1,7}\]")
_NUMBERED = re.compile(r"[{\[]\d+[}\]][{\[]\d+[}\]]")
_FORMAT = re.compile(r"(?:Format:[\w ,]*|[;!].*|)$")
_SECTION = re.compile(r"\[[^\[\]]*\]\s*")
_DIALOGUE = re.compile(r"(?:Dialogue|Comment):")
_FIELDS, _MARGINS = 9, 5  # fields before an event's text, and before its margins and effect, which are mostly numbers
_USUAL: tuple[str, ...] = ("layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text")
_OTHER_SECTIONS: tuple[str, ...] = ("script info", "v4 styles", "v4+ styles", "fonts", "graphics")
_OTHER_SECTIONS += ("aegisub project garbage", "aegisub extradata")
_SYNONYMS = {"marked": "layer", "actor": "name"}
_LETTER = re.compile(r"[^\W\d_]")
_EVENTS = re.compile(r"^(?:\[Script Info\]|\[Events\]\s*\n\s*Format:)", re.IGNORECASE | re.MULTILINE)
_MOST_OPEN = 100  # maximum number of braces in a line behind the last closing one
_OVERRIDES = re.compile(r"\{[^}]*\}")
_DRAWS = re.compile(r"\\p[1-9]")
_COMMENTS = re.compile(r"(?:[;!].*\n|\s*\n)*")


def sniff(document: Document) -> bool:
    """Whether there is [Events] or [Script Info], perhaps below comments, or two numbers in brackets begin lines."""
    head = document.head
    comments = _COMMENTS.match(head)
    script = _EVENTS.match(head, comments.end() if comments else 0)
    return bool(script or _MICRODVD.match(head) or _MPL2.match(head))


def read(document: Document, tally: Tally) -> Captions:
    """Read each dialogue line as a cue; its name field is the speaker; comments are recorded as left out."""
    import pysubs2  # imported here: hardly any file needs it

    form = "microdvd" if _MICRODVD.match(document.head) else "mpl2" if _MPL2.match(document.head) else "ass"
    frames = _rate(document, tally) if form == "microdvd" else None
    rows = _closed(document.rows(), tally)
    rows = [_OPEN_END.sub(r"\1\1", row) for row in rows]  # pysubs2 ignores lines without an end
    rows = _in_usual_order(rows, tally) if form == "ass" else rows
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            subs = pysubs2.SSAFile.from_string("\n".join(rows), format_=form, fps=frames, strict_fps_inference=False)
    except (pysubs2.exceptions.Pysubs2Error, ValueError, KeyError, IndexError) as err:
        raise broken(document, "these subtitles", err, "export them as .srt or .vtt") from err
    cues: list[Cue] = []
    for n, event in enumerate(subs.events, 1):
        if event.is_comment or _is_drawing(event.text):
            tally.leave_out("comments and drawings", event.plaintext, n)
            continue
        cues.append(
            Cue(event.start / 1000, event.end / 1000, event.plaintext.split("\n"), n, event.name.strip() or None)
        )
    for i in _dropped(rows, form, {event.text.strip() for event in subs.events}):
        tally.leave_out("broken lines", rows[i], i + 1)
    for i, row in enumerate(rows) if form == "ass" else ():
        if _DIALOGUE.match(row):
            tally.leave_out("effects", " ".join(filter(_LETTER.search, row.split(",", _FIELDS)[_MARGINS:-1])), i + 1)
    cues.sort(key=lambda cue: cue.start or 0.0)
    return Captions(cues)


def _closed(rows: list[str], tally: Tally) -> list[str]:
    """The lines; those with many braces that open tags without end are recorded and emptied.

    pysubs2 searches the rest of the line for the end of each.
    """
    broken_rows = {i for i, row in enumerate(rows) if row.count("{", row.rfind("}") + 1) > _MOST_OPEN}
    for i in sorted(broken_rows):
        tally.leave_out("broken lines", rows[i], i + 1)
    return ["" if i in broken_rows else row for i, row in enumerate(rows)]


def _is_drawing(text: str) -> bool:
    """Whether a tag in an event begins to draw; pysubs2 says the same in quadratic time."""
    return any(map(_DRAWS.search, _OVERRIDES.findall(text)))


def _in_usual_order(rows: list[str], tally: Tally) -> list[str]:
    """The lines, with events' fields in the usual order if the section's Format line gives another."""
    new_rows: list[str] = []
    fields, events = _USUAL, False
    for number, row in enumerate(rows, 1):
        if _SECTION.fullmatch(row):
            events = row.strip().casefold() == "[events]"
        elif events and row.lstrip().startswith("Format:"):
            names = (field.strip().casefold() for field in row.partition(":")[2].split(","))
            fields = tuple(_SYNONYMS.get(field, field) for field in names)
            if not {"start", "end", "text"} <= {*fields} or len({*fields}) < len(fields):
                tally.warn("this line does not name start, end and text: events are read in the usual order", number)
                fields = _USUAL
        elif fields != _USUAL and _DIALOGUE.match(row):
            row = _reordered(row, fields, number, tally)
        new_rows.append(row)
    return new_rows


def _reordered(row: str, fields: tuple[str, ...], number: int, tally: Tally) -> str:
    """An event with its fields in the usual order, unknown ones recorded; "" if it has too few fields."""
    kind, _, values = row.partition(":")
    text_place = fields.index("text")
    cells = values.strip().split(",", text_place)
    cells[text_place:] = cells[text_place].rsplit(",", len(fields) - text_place - 1) if len(cells) > text_place else []
    if len(cells) < len(fields):
        tally.leave_out("broken lines", row, number)
        return ""
    event = dict(zip(fields, cells, strict=True))
    unknown = [value for field, value in event.items() if field not in _USUAL and _LETTER.search(value)]
    tally.leave_out("effects", " ".join(unknown), number)
    return f"{kind}: {','.join(event.get(field, '' if field in ('name', 'effect') else '0') for field in _USUAL)}"


def _dropped(rows: list[str], form: str, texts: set[str]) -> Iterator[int]:
    """The indices of lines that pysubs2 silently ignores: those without their times, or with too few fields."""
    events = False
    for n, row in enumerate(rows):
        if form != "ass":
            if not _NUMBERED.match(row):
                yield n
        elif _SECTION.fullmatch(row):
            events = row.strip("[] \t").casefold() not in _OTHER_SECTIONS
        elif _DIALOGUE.match(row):
            events = True  # even if the section's name is damaged
            if row.split(",", _FIELDS)[-1].strip() not in texts:
                yield n
        elif events and not _FORMAT.match(row):
            yield n


def _rate(document: Document, tally: Tally) -> float | None:
    """The frames per second: 25, or None if the first line gives them."""
    first = re.match(r"^\{[01]\}\{[01]?\}\s*(\d+(?:\.\d+)?)\s*$", document.head.split("\n", 1)[0])
    if first:
        return None
    tally.warn("no frame rate: read as 25 frames per second")
    return 25.0


READER = Reader("subtitles", "SubStation Alpha, MicroDVD or MPL2 subtitles", sniff, read)
