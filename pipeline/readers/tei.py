"""What the header of a TEI document says about a recording: title, day, place, language, and what people do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree import ElementTree as ET

from pipeline.readers.contacts import without_contacts
from pipeline.readers.dates import day_of
from pipeline.readers.xml import attribute, name_of
from pipeline.text import clean
from pipeline.transcript import Metadata, Role

_ROLES = ("roleName", "occupation", "affiliation")  # elements that say what somebody does


def tei_facts(root: ET.Element, names: Mapping[str, str]) -> Metadata:
    """The facts of a header; `names` are those of the people by their ids. Without a header, there are none."""
    header = next((e for e in root.iter() if name_of(e) == "teiHeader"), None)
    if header is None:
        return Metadata()
    places = list(dict.fromkeys(text for place in _below(header, "setting", "placeName") if (text := _words(place))))
    days = {
        day for parent in ("recording", "setting") for date in _below(header, parent, "date") if (day := _day(date))
    }
    tongues = {attribute(e, "ident") for e in _below(header, "langUsage", "language")}
    return Metadata(
        title=next((text for title in _below(header, "titleStmt", "title") if (text := _words(title))), None),
        published=days.pop() if len(days) == 1 else None,
        language=tongues.pop() if len(tongues) == 1 else None,
        roles=tuple(_roles(header, names)),
        header=f"place: {', '.join(places)}" if places else None,
    )


def _roles(header: ET.Element, names: Mapping[str, str]) -> Iterator[Role]:
    for person in header.iter():
        name = names.get(attribute(person, "id") or "") if name_of(person) == "person" else None
        if name:
            texts = [_words(e) for e in person.iter() if name_of(e) in _ROLES]
            roles = dict.fromkeys(filter(None, (without_contacts(attribute(person, "role") or ""), *texts)))
            if roles:
                yield Role(name, "; ".join(roles))


def _below(header: ET.Element, parent: str, name: str) -> Iterator[ET.Element]:
    for element in header.iter():
        if name_of(element) == parent:
            yield from (e for e in element.iter() if name_of(e) == name)


def _day(date: ET.Element) -> str | None:
    return day_of(attribute(date, "when")) or day_of(clean(date.text or ""))


def _words(element: ET.Element) -> str:
    return without_contacts(clean(" ".join("".join(element.itertext()).split())))
