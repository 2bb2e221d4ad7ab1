"""All that is known about a recording: from its side file, from the fields of its format, from its text."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.readers.headings import chapters_of
from pipeline.readers.tally import BETWEEN_LINES, Tally
from pipeline.transcript import Metadata


def about(fields: Metadata, title: str | None, tally: Tally, file_lines: Sequence[int]) -> Metadata:
    """What the fields of a file say and, where they are silent, its text with this `title`.

    `file_lines` are the lines of the file in which its segments begin.
    """
    known_roles = {role.speaker for role in fields.roles}
    return Metadata(
        title=fields.title or title,
        channel=fields.channel,
        url=fields.url,
        published=fields.published,
        language=fields.language,
        speakers=fields.speakers,
        chapters=fields.chapters or chapters_of(tally.headings, file_lines, (fields.title, title)),
        roles=(*fields.roles, *(role for role in tally.roles() if role.speaker not in known_roles)),
        header=BETWEEN_LINES.join(filter(None, (fields.header, tally.header_text))) or None,
    )
