"""XML captions: TTML and DFXP, YouTube's srv1 to srv3 and timedtext, and debates in Akoma Ntoso."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from pipeline.readers.base import Captions, Document, Reader, broken
from pipeline.readers.cue_pieces import Cue, ended_at_the_next
from pipeline.readers.data.pieces import later, number
from pipeline.readers.dates import day_of
from pipeline.readers.tally import Tally
from pipeline.text import clean, words
from pipeline.transcript import Metadata

_ROOT = re.compile(
    r"^\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--(?>.{0,2000}?-->)\s*|<!DOCTYPE[^\[>]{0,300}>\s*)*+<(?:\w+:)?(\w+)",
    re.DOTALL,
)
_DEEPEST = 100  # maximum levels of elements: captions have ten
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_PREFIX = re.compile(r"(</?|\s)(?!xmlns|xml:)\w+:(\w+)(?=[\s=/>])")
_OFFSET = re.compile(r"(\d+(?:\.\d+)?)(h|ms|m|s|f|t)")
_FRAMES = re.compile(r"(\d+):(\d{2}):(\d{2}):(\d{2,3})(?:\.\d+)?")


def _root(document: Document) -> str:
    match = _ROOT.match(document.head)
    return match[1] if match else ""


def _tree(document: Document) -> ET.Element:
    """The root element. Raises InputError if it is not XML, with the line, or if it is nested too deeply."""
    if "<!ENTITY" in document.text[:100_000]:
        raise broken(document, "this XML", "it declares its own entities", "save it without a DOCTYPE")
    # The text is already decoded, whatever it declares.
    root = parsed(document, re.sub(r"^\s*<\?xml[^>]*\?>", "", document.text))
    level = [root]
    for _ in range(_DEEPEST):
        level = [child for element in level for child in element]
    if level:
        raise broken(document, "this XML", f"it has more than {_DEEPEST} levels of elements", "export it again")
    return root


def parsed(document: Document, text: str) -> ET.Element:
    """The root element of a text; undeclared prefixes are removed. Raises InputError if it is not XML."""
    try:
        return ET.fromstring(text)
    except ET.ParseError as err:
        if "unbound prefix" in str(err) and text != (bare := _PREFIX.sub(r"\1\2", text)):
            return parsed(document, bare)
        where = f"line {err.position[0]}: {err}"
        raise broken(document, "this XML", where, "export it again, or fix that line") from err


def name_of(element: ET.Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def text_of(element: ET.Element) -> str:
    """The text of an element: a line end for each <br/>, spaces around elements that are marked as words."""
    parts = [element.text or ""]
    for child in element:
        if name_of(child) == "br":
            parts.append("\n")
        elif name_of(child) not in ("metadata", "set"):
            parts.append(f" {text_of(child)} " if attribute(child, "unit") == "word" else text_of(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _rows(element: ET.Element) -> list[str]:
    return [clean(row) for row in text_of(element).split("\n") if clean(row)]


def attribute(element: ET.Element, name: str) -> str | None:
    """The value of the attribute with this name, in any namespace; None if there is none."""
    return next((v for k, v in element.attrib.items() if k.rpartition("}")[2] == name), None)


# TTML and DFXP


def _ttml_sniff(document: Document) -> bool:
    return _root(document) == "tt"


def _ttml_read(document: Document, tally: Tally) -> Captions:
    """Read each paragraph as a cue with its time; agents are speakers."""
    root = _tree(document)
    rate = _rate(root)
    agents = {
        attribute(agent, "id"): clean(" ".join(text_of(n) for n in agent if name_of(n) == "name"))
        for agent in root.iter()
        if name_of(agent) == "agent"
    }
    title = next((clean(text_of(e)) for e in root.iter() if name_of(e) == "title"), None)
    cues = list(_paragraphs(root, rate, agents, 0.0))
    untimed = sum(c.start is None for c in cues)
    if untimed:
        tally.warn(f"{untimed} of {len(cues)} paragraphs have no time")
    return Captions(cues, Metadata(title=title or None, language=root.get(_LANG) or None))


def _paragraphs(
    element: ET.Element,
    rate: tuple[float, float],
    agents: dict[str | None, str],
    base: float,
    speaker: str | None = None,
) -> Iterator[Cue]:
    begin = _clock(attribute(element, "begin"), rate)
    agent = attribute(element, "agent")
    speaker = (agents.get(agent) or agent) if agent else speaker
    if name_of(element) == "p":
        start, end = begin, _clock(attribute(element, "end"), rate)
        length = _clock(attribute(element, "dur"), rate)
        spans = [_clock(attribute(s, "begin"), rate) for s in element.iter() if name_of(s) == "span"]
        if start is None:
            start = next((s for s in spans if s is not None), None)
        if end is None and start is not None and length is not None:
            end = start + length
        yield Cue(later(base, start), later(base, end), _rows(element), 0, speaker)
        return
    for child in element:
        if name_of(child) in ("body", "div", "p"):
            yield from _paragraphs(child, rate, agents, base + (begin or 0.0), speaker)


def _rate(root: ET.Element) -> tuple[float, float]:
    frames = number(attribute(root, "frameRate")) or 30.0
    multiplier = (attribute(root, "frameRateMultiplier") or "1 1").replace(":", " ").split()
    if len(multiplier) == 2 and number(multiplier[0]) and number(multiplier[1]):
        frames *= float(multiplier[0]) / float(multiplier[1])
    return frames, number(attribute(root, "tickRate")) or 10_000_000.0


def _clock(value: str | None, rate: tuple[float, float]) -> float | None:
    if not value:
        return None
    if match := _FRAMES.fullmatch(value):
        hours, minutes, seconds, frames = (int(g) for g in match.groups())
        return hours * 3600 + minutes * 60 + seconds + frames / rate[0]
    if match := _OFFSET.fullmatch(value):
        units = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001, "f": 1 / rate[0], "t": 1 / rate[1]}
        return float(match[1]) * units[match[2]]
    return number(value)


# YouTube


def _timedtext_sniff(document: Document) -> bool:
    return _root(document) in ("transcript", "timedtext")


def _timedtext_read(document: Document, tally: Tally) -> Captions:
    """Read <text start dur> in seconds, or <p t d> in milliseconds with its pieces in <s>."""
    cues: list[Cue] = []
    for n, element in enumerate(_tree(document).iter(), 1):
        if name_of(element) == "text":
            start, length = number(element.get("start", element.get("t"))), number(element.get("dur", element.get("d")))
        elif name_of(element) == "p":
            start, length = number(element.get("t"), 1000), number(element.get("d"), 1000)
        else:
            continue
        cues.append(Cue(start, later(start, length), _rows(element), n))
    return Captions(ended_at_the_next([cue for cue in cues if cue.rows]))


# Debates


def _akoma_sniff(document: Document) -> bool:
    return _root(document).lower() == "akomantoso"


def _akoma_read(document: Document, tally: Tally) -> Captions:
    """Read each paragraph of a speech as a cue, with the speaker's name from the references."""
    root = _tree(document)
    people = {
        attribute(p, "id") or attribute(p, "eId"): p.get("showAs") for p in root.iter() if name_of(p) == "TLCPerson"
    }
    offices = {
        attribute(r, "id") or attribute(r, "eId"): r.get("showAs") for r in root.iter() if name_of(r) == "TLCRole"
    }
    cues: list[Cue] = []
    for n, element in enumerate(root.iter(), 1):
        if name_of(element) == "speech":
            speaker_id = (element.get("by") or "").strip("#")
            speaker = people.get(speaker_id) or speaker_id or None
            texts = [clean(text_of(p)) for p in element.iter() if name_of(p) in ("p", "block")]
            cues += [Cue(None, None, [text], n, speaker) for text in texts if words(text)]
            if speaker and (office := offices.get((element.get("as") or "").strip("#"))):
                tally.role(speaker, office)
        elif name_of(element) == "heading":
            tally.leave_out("headings", text_of(element), n)
        elif name_of(element) in ("narrative", "scene"):
            tally.leave_out("narration", text_of(element))
    return Captions(cues, _akoma_facts(root))


def _akoma_facts(root: ET.Element) -> Metadata:
    """The title, else the first heading; the day of the sitting, which is that of the work; the language."""
    named: dict[str, ET.Element] = {}
    for element in root.iter():
        named.setdefault(name_of(element), element)
    title = next((clean(text_of(named[name])) for name in ("docTitle", "heading") if name in named), "")
    days = [day_of(named[name].get("date")) for name in ("docDate", "FRBRdate") if name in named]
    language = named["FRBRlanguage"].get("language") if "FRBRlanguage" in named else None
    return Metadata(title=title or None, published=next(filter(None, days), None), language=language)


TTML = Reader("ttml", "TTML or DFXP captions", _ttml_sniff, _ttml_read)
TIMEDTEXT = Reader("timedtext", "YouTube timedtext (srv1 to srv3)", _timedtext_sniff, _timedtext_read)
AKOMA = Reader("akoma-ntoso", "a debate in Akoma Ntoso", _akoma_sniff, _akoma_read)
