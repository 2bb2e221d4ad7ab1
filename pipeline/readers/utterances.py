"""XML whose elements name the speaker: TEI utterances, turns of annotation programs, tags that people write."""

from __future__ import annotations

import re
from collections import Counter
from xml.etree import ElementTree as ET

from pipeline.readers.base import Captions, Document, Reader
from pipeline.readers.cue_pieces import Cue
from pipeline.readers.data.pieces import number
from pipeline.readers.names import END, START, key_of
from pipeline.readers.tally import Tally
from pipeline.readers.tei import tei_facts
from pipeline.readers.xml import attribute, name_of, parsed
from pipeline.text import clean, words

_WHO = ("who", "speaker", "spk", "speakername", "name")  # fewer than `SPEAKER`: other elements with a role do not speak
_SPOKEN = re.compile(
    r"<(?P<tag>[\w:.-]{1,40})(?=\s[^<>]{0,300}\b(?:who|speaker|spk|speakerName|name)\s*=\s*[\"'])[^<>]*[^/<>]>\s*[<\w]"
)
_HTML = {"a", "button", "form", "iframe", "map", "meta", "option", "select", "slot", "span", "textarea"}
_PROLOGUE = re.compile(r"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*(?:<!DOCTYPE[^\[>]*>)?", re.DOTALL)


def sniff(document: Document) -> bool:
    """Whether at least two elements of one name have a speaker, contents and an end tag."""
    if document.head[:1] != "<":
        return False
    tags = Counter(match["tag"] for match in _SPOKEN.finditer(document.head))
    return any(n > 1 and tag.lower() not in _HTML and f"</{tag}>" in document.text for tag, n in tags.items())


def read(document: Document, tally: Tally) -> Captions:
    """Read each utterance as a cue; text outside of utterances is recorded as left out."""
    prologue = _PROLOGUE.match(document.text)
    root = parsed(document, f"<all>{document.text[prologue.end() if prologue else 0 :]}</all>")
    people = _people(root)
    cues = [_cue(n, element, people) for n, element in enumerate(_utterances(root, tally), 1)]
    return Captions(cues, tei_facts(root, people))


def _people(root: ET.Element) -> dict[str, str]:
    """The names of the people listed in the file, by the ids that its utterances use."""
    names: dict[str, str] = {}
    for person in root.iter():
        if key := attribute(person, "id"):
            listed = name_of(person) in ("person", "participant")
            name = next((_words(n) for n in person.iter() if name_of(n) in ("persName", "name")), "") if listed else ""
            if not name and not len(person) and not (person.text or "").strip():  # an element that only names somebody
                name = clean(attribute(person, "name") or "")
            if name:
                names[key] = name
    return names


def _utterances(root: ET.Element, tally: Tally) -> list[ET.Element]:
    """The elements that name a speaker, the innermost if they are nested."""
    elements = list(root.iter())
    holders: set[ET.Element] = set()
    for element in reversed(elements):  # each after those inside it
        if any(child in holders or _first(child, _WHO) for child in element):
            holders.add(element)
    utterances: list[ET.Element] = []
    stack = [root]
    while stack:
        element = stack.pop()
        if element not in holders and _first(element, _WHO) and words(_words(element)):
            utterances.append(element)
        elif name_of(element) == "head":
            tally.leave_out("headings", _words(element), len(utterances) + 1)
        else:
            tally.leave_out("text outside utterances", element.text or "")
            for child in element:
                tally.leave_out("text outside utterances", child.tail or "")
            stack.extend(reversed(element))
    return utterances


def _words(element: ET.Element) -> str:
    return clean("".join(element.itertext()))


def _first(element: ET.Element, names: tuple[str, ...]) -> str | None:
    """The value of the first of these attributes that is not empty, however it is spelt; None if there is none."""
    if not element.attrib:
        return None
    values = {key_of(k.rpartition("}")[2]): v for k, v in element.attrib.items()}
    return next((values[name] for name in names if values.get(name, "").strip()), None)


def _cue(n: int, element: ET.Element, people: dict[str, str]) -> Cue:
    """An utterance as a cue, without the name that a play prints above a speech."""
    speaker = (_first(element, _WHO) or "").strip().removeprefix("#")
    parts = [element.text or ""]
    for child in element:
        parts += ["" if name_of(child) == "speaker" else _words(child), child.tail or ""]
    start, end = number(_first(element, START)), number(_first(element, END))
    return Cue(start, end, [clean(" ".join(parts))], n, people.get(speaker, speaker))


READER = Reader("utterances", "XML whose elements say who speaks", sniff, read)
