"""SAMI, captions of Windows Media: one SYNC element per time, one paragraph per language, an empty one for silence."""

from __future__ import annotations

import bisect
import re
from collections import Counter
from collections.abc import Sequence

from pipeline.readers.base import Captions, Document, Reader
from pipeline.readers.cue_pieces import Cue
from pipeline.readers.markup import without_comments
from pipeline.readers.tally import Tally
from pipeline.text import numbered, word_count, words

_ROOT = re.compile(r"\s*(?:<\?xml[^>]*\?>\s*)?<sami\b", re.IGNORECASE)
_BLANK = re.compile(r"&nbsp;?", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_ANY_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
_END = re.compile(r"</(?:p|sync|body|sami)\s*>", re.IGNORECASE)
_NO_WORDS = re.compile(
    r"^<(?:p|sync)\b|[\w:-]{1,40}\s{0,9}=\s{0,9}(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'<>]+)", re.IGNORECASE
)
_MUCH = 0.2  # share of the words read; more words in other classes cause a warning


def _opening(tag: str, key: str, value: str) -> re.Pattern[str]:
    """A pattern for an opening tag; if its ">" is missing, up to the end of the attribute `key`.

    Two ">" in a row are a change of speaker, and not the tag's own: "<P Class=EN >> Yes".
    """
    named = rf"\b{key}\s{{0,9}}=\s{{0,9}}[\"']?\s{{0,9}}(?:{value})"
    attributes = r"(?:\s{1,9}[\w:-]{1,40}\s{0,9}=\s{0,9}(?:\"[^\"<>]{0,200}\"|'[^'<>]{0,200}'|[^\s\"'<>]{1,200})){0,9}"
    ends = rf"{attributes}\s{{0,9}}/?>(?!>(?!>))|[^<>]{{0,500}}>(?!>)|\s{{1,9}}{named}[\"']?|[^<>]{{0,500}}>"
    return re.compile(rf"<{tag}\b(?:{ends})", re.IGNORECASE)


_SYNC, _PARAGRAPH = _opening("sync", "start", r"\d{1,9}"), _opening("p", "class", r"[\w-]{1,40}")
_START = re.compile(r"\bstart\s{0,9}=\s{0,9}[\"']?\s{0,9}(\d{1,9})", re.IGNORECASE)
_CLASS = re.compile(r"\bclass\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w-]{1,40})", re.IGNORECASE)


def sniff(document: Document) -> bool:
    """Whether the root element is SAMI's."""
    return _ROOT.match(document.head) is not None


def read(document: Document, tally: Tally) -> Captions:
    """Read each paragraph of the class with the most captions as a cue; other classes are recorded as left out."""
    cues = _cues(without_comments(_BLANK.sub(" ", document.text), tally), tally)
    chosen = _main_class(cues)
    chosen_cues = [cue for kind, cue in cues if kind in (chosen, None)]
    other_cues = [(kind, cue) for kind, cue in cues if kind not in (chosen, None)]
    for _, cue in other_cues:
        tally.leave_out("captions in another language", " ".join(cue.rows), cue.line)
    _warn_of_much(other_cues, sum(map(_size, chosen_cues)), tally)
    return Captions(_with_ends(chosen_cues))


def _cues(text: str, tally: Tally) -> list[tuple[str | None, Cue]]:
    """The cues with their classes, in the order of the file. A cue with a broken time gets the time before it."""
    tags = [*_SYNC.finditer(text)]
    tally.leave_out("headers", _ANY_TAG.sub(" ", text[: tags[0].start()] if tags else text), 1)
    cues: list[tuple[str | None, Cue]] = []
    start, line, at = 0, 1, 0
    for n, tag in enumerate(tags):
        line += text.count("\n", at, tag.end())
        at = tag.end()
        if time := _START.search(tag[0]):
            start = int(time[1])
        else:
            tally.warn(f'this element has no time: "{tag[0][:60]}"; its words get the time before it', line)
        _record_words(tag[0], line, tally)
        body = text[at : tags[n + 1].start() if n + 1 < len(tags) else len(text)]
        for paragraph in _PARAGRAPH.finditer(body):
            _record_words(paragraph[0], line, tally)
        cues += [(kind, Cue(start / 1000, None, rows, line)) for kind, rows in _paragraphs(body)]
    return cues


def _record_words(tag: str, line: int, tally: Tally) -> None:
    """Record the words in a tag besides its attributes: the tag before it has lost its end."""
    loose_words = _NO_WORDS.sub(" ", tag).strip("/> \n")
    if words(loose_words):
        tally.leave_out("words in broken tags", loose_words, line)


def _paragraphs(body: str) -> list[tuple[str | None, list[str]]]:
    """The class and the lines of each paragraph of a time; words before the first paragraph have its class."""
    text = _END.sub("", body)
    tags = [*_PARAGRAPH.finditer(text)]
    stops = [*(tag.start() for tag in tags), len(text)]
    pairs = [(_class(tag[0]), text[tag.end() : stop]) for tag, stop in zip(tags, stops[1:], strict=True)]
    if not pairs or words(text[: stops[0]]):
        pairs.insert(0, (pairs[0][0] if pairs else None, text[: stops[0]]))
    return [(kind, _BREAK.sub("\n", " ".join(content.split())).split("\n")) for kind, content in pairs]


def _class(tag: str) -> str | None:
    match = _CLASS.search(tag)
    return match[1].casefold() if match else None


def _size(cue: Cue) -> int:
    return word_count(" ".join(cue.rows)) if words(" ".join(cue.rows)) else 0


def _main_class(cues: list[tuple[str | None, Cue]]) -> str | None:
    """The class with the most captions, the first if several have as many; None if there is none."""
    counts = Counter(kind for kind, cue in cues if kind is not None and _size(cue))
    return max(counts, key=counts.__getitem__, default=None)


def _warn_of_much(other_cues: Sequence[tuple[str | None, Cue]], words_read: int, tally: Tally) -> None:
    unread = sum(_size(cue) for _, cue in other_cues)
    if unread > _MUCH * words_read:
        kinds = ", ".join(dict.fromkeys(kind or "" for kind, cue in other_cues if _size(cue)))
        tally.warn(
            f"{numbered(unread, 'word')} in captions of another class ({kinds[:60]}) were taken for another language "
            "and left out: if they are not, give them the class of the others",
            other_cues[0][1].line,
        )


def _with_ends(cues: list[Cue]) -> list[Cue]:
    """The cues with words, each ending at the next time."""
    starts = sorted({cue.start or 0.0 for cue in cues})
    for cue in cues:
        following = bisect.bisect_right(starts, cue.start or 0.0)
        cue.end = starts[following] if following < len(starts) else None
    return [cue for cue in cues if _size(cue)]


READER = Reader("sami", "SAMI captions", sniff, read)
