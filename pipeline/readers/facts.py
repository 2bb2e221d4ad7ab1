"""What the fields of a file say about its recording, under the names that programs and people give them.

Only facts that somebody entered or a calendar holds: no summaries, which a program may have written, and no addresses,
telephone numbers or ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pipeline.readers.contacts import has_contact, without_contacts
from pipeline.readers.dates import day_of
from pipeline.readers.labels import could_be_name, proper, role_of, role_off
from pipeline.readers.names import key_of
from pipeline.readers.tally import BETWEEN_LINES
from pipeline.readers.tidy import ends_sentence
from pipeline.text import clean, counts_somebody, linkable
from pipeline.transcript import Metadata, Role

# Names of fields as `key_of` returns them; of several, the first counts.
_TITLE: tuple[str, ...] = ("title", "topic", "meetingtitle", "meetingname", "eventtitle", "eventname", "episodetitle")
_TITLE += ("sessiontitle", "lecturetitle", "meeting", "headline")
_CHANNEL = ("podcastname", "podcasttitle", "showname", "showtitle", "seriesname", "seriestitle")
DATE: tuple[str, ...] = (
    "date",
    "recordingstarttime",
    "recordedat",
    "recordingdate",
    "daterecorded",
    "recorded",
    "happenedat",
)
DATE += ("meetingdate", "eventdate", "starttime", "startdate", "start", "scheduledstarttime", "datepublished")
DATE += ("publisheddate", "publishingdate", "publishdate", "publishedat", "pubdate", "uploaddate", "datestring")
_URL = ("episodeurl", "transcripturl", "reporturl", "permalink")
_LANGUAGE = ("transcriptlanguage", "inlanguage", "locale", "detectedlanguage")
# Who speaks by their part in it; the part is their role.
_PARTS: tuple[str, ...] = ("host", "cohost", "guest", "lecturer", "instructor", "professor", "teacher", "presenter")
_PARTS += ("moderator", "chair", "chairperson", "facilitator", "panelist", "panellist", "interviewer", "interviewee")
_PARTS += ("narrator", "keynotespeaker", "respondent")
_ROSTERS: tuple[str, ...] = (
    "participants",
    "attendees",
    "meetingattendees",
    "calendarinvitees",
    "invitees",
    "invited",
    "present",
)
_ROSTERS += ("people", "panel", "organizer", "organiser")
_DETAILS: tuple[str, ...] = ("course", "coursetitle", "class", "lecture", "lecturenumber", "unit", "module", "semester")
_DETAILS += ("term", "session", "event", "conference", "occasion", "project", "season", "episode", "location")
_DETAILS += ("venue", "place", "city", "room", "institution", "university", "department", "organization", "company")
_DETAILS += ("agenda", "subject")
_TAGS = ("tags", "keywords", "topics")  # by people in front matter, by programs elsewhere
_NAME = ("name", "displayname", "fullname", "speakername", "username")
_ROLE = ("role", "jobtitle", "position", "title", "occupation", "affiliation", "organization", "company", "team")
_KNOWN = frozenset((*_TITLE, *_CHANNEL, *DATE, *_PARTS, *(f"{p}s" for p in _PARTS), *_ROSTERS, *_DETAILS, *_TAGS))
_MOST, _LONGEST = 30, 500  # people or tags in a list; characters of a detail
_LONGEST_NAME, _LONGEST_ROLE = 80, 120
_FEW = 15  # words in a field's value; more are speech

Fields = Mapping[str, Any]


def facts_of(values: Fields, *, by_hand: bool = False) -> Metadata:
    """The facts in an object; `by_hand` if a person wrote it, so that its tags are a person's too."""
    fields = {key_of(str(key)): value for key, value in values.items()}
    speakers = dict(_with_roles(fields))
    kinds = (*_ROSTERS, *_DETAILS, *(_TAGS if by_hand else ()))
    details = [
        f"{str(key).replace('_', ' ')}: {detail}"
        for key, value in values.items()
        if key_of(str(key)) in kinds and (detail := _detail(value))
    ]
    return Metadata(
        title=_first(fields, _TITLE),
        channel=_first(fields, _CHANNEL),
        url=next((url for key in _URL if (url := linkable(_text(fields.get(key))))), None),
        published=next((day for key in DATE if (day := day_of(fields.get(key)))), None),
        language=_first(fields, _LANGUAGE),
        speakers=tuple(speakers),
        roles=tuple(Role(name, role) for name, role in speakers.items() if role),
        header=BETWEEN_LINES.join(details) or None,
    )


def may_say_facts(keys: Iterable[str]) -> bool:
    """Whether two or more of these names of fields are known."""
    return sum(key_of(key) in _KNOWN for key in keys) > 1


def are_short(values: Fields) -> bool:
    """Whether no value is long enough to be speech, and none under a part is a sentence instead of people."""
    texts = [(key_of(str(key)).removesuffix("s"), value) for key, value in values.items() if isinstance(value, str)]
    spoken = (key in _PARTS and ends_sentence(value) and not any(people(value)) for key, value in texts)
    return all(len(value.split()) <= _FEW for _, value in texts) and not any(spoken)


def _with_roles(fields: Fields) -> Iterator[tuple[str, str]]:
    """Those who speak, each with a role or ""."""
    with_parts = [(name, role or part) for part in _PARTS for name, role in _under(fields, part)]
    listed = list(people(fields.get("speakers")))
    yield from with_parts
    known = {name for name, _ in with_parts}
    yield from ((name, role) for name, role in listed if role or name not in known)


def _under(fields: Fields, part: str) -> Iterator[tuple[str, str]]:
    yield from people(fields.get(part))
    yield from people(fields.get(f"{part}s"))


def people(value: Any, depth: int = 3) -> Iterator[tuple[str, str]]:
    """The people in a field, a name or a list of them, each with a role or ""; ids and addresses are nobody."""
    if isinstance(value, list | tuple):
        for entry in value[:_MOST] if depth else ():
            yield from people(entry, depth - 1)
    elif isinstance(value, Mapping):
        fields = {key_of(str(key)): inner for key, inner in value.items()}
        role = ", ".join(dict.fromkeys(text for key in _ROLE if (text := _text(fields.get(key)))))
        yield from _person(next((text for key in _NAME if (text := _text(fields.get(key)))), ""), role)
    elif isinstance(value, str):
        text = _text(value)
        parts = [part.strip() for part in text.split(",")]
        if all(" " in part and proper(part) for part in parts):
            for part in parts:
                yield from _person(part, "")
        else:
            yield from _person(role_off(text), role_of(text, role_off(text)))


def _person(name: str, role: str) -> Iterator[tuple[str, str]]:
    name = name.strip("[]")  # of a wiki's link
    written = proper(name) and could_be_name(name) and len(name) <= _LONGEST_NAME
    if written and not (has_contact(name) or counts_somebody(name)):
        yield name, role if len(role) <= _LONGEST_ROLE and not has_contact(role) else ""


def _first(fields: Fields, keys: Sequence[str]) -> str | None:
    return next((text for key in keys if (text := _unlinked(_text(fields.get(key))))), None)


def _text(value: Any) -> str:
    """A value as one line of text; "" if it is none."""
    return clean(str(value))[:300] if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _unlinked(text: str) -> str:
    """A text without the brackets of a wiki's link around it."""
    return text[2:-2].strip() if text.startswith("[[") and text.endswith("]]") else text


def _detail(value: Any) -> str:
    """A detail as text: a list with commas, people with their roles; without contacts."""
    if isinstance(value, Mapping) or (isinstance(value, list) and any(isinstance(v, Mapping | list) for v in value)):
        return ", ".join(f"{name} ({role})" if role else name for name, role in people(value))
    texts = [_unlinked(_text(v)) for v in (value[:_MOST] if isinstance(value, list) else [value])]
    text = ", ".join(rest for text in texts if (rest := without_contacts(text)))
    return text if len(text) <= _LONGEST else ""
