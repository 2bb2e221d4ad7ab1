"""StudyDocument to Markdown, in the order and with the headings of the study document form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from pipeline.document import Detail, Evidence, KeyConcept, OutlineSection, Statement, StudyDocument
from pipeline.labels import labels_for

DOUBTED = "†"
_MOST_NAMED = 12
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~&])")
_LIST_START = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")


def render_markdown(document: StudyDocument, *, citations: bool = False, doubts: bool = True) -> str:
    """The whole page. With `citations` each statement ends with the time or the line that says it.

    Weak statements carry a mark that is explained at the end, unless somebody has judged them and `doubts` is False.
    """
    cite, words = _Citer(document.source.url if citations else None, citations, doubts), labels_for("en")
    out = [
        f"# {escape(document.title)} — {words.heading('study_document', document.notes)}",
        "",
        escape(document.channel or f"{words.channel}: {words.not_provided}"),
        "",
    ]
    out += [f"*{escape(document.note)}*", ""] if document.note else []
    if document.status == "partial":
        out += [f"> **PARTIAL** — {words.partial}", ">"]
        out += [f"> - {escape(p.heading)}: {escape(p.message)}" for p in document.problems] + [""]
    for section in document.outline(words):
        body = list(_body(section, cite)) or [words.none_found]
        out += [f"## {escape(section.heading)}", "", *body, ""]
        if section.name == "overview":
            url = document.source.url
            out += [escape(" ".join(provenance(document))), ""]
            out += [f"{words.source_url}: {f'<{url}>' if url and _plain(url) else words.not_provided}", ""]
    out += ["", f"{DOUBTED} {words.in_doubt}"] if any(cite.doubts(s) for s in document.statements()) else []
    return re.sub(r"\n{3,}", "\n\n", "\n".join(out)).rstrip() + "\n"


def _body(section: OutlineSection, cite: _Citer) -> Iterator[str]:
    """The rows below a section's heading."""
    match section.form:
        case "prose":
            if section.content:
                yield " ".join(_with_citation(s, cite) for s in section.content)
        case "phrases":
            yield from (f"- {escape(p.text)}" for p in section.content)
        case "points":
            for n, point in enumerate(section.content, 1):
                yield from (f"### {n}. {escape(point.heading)}", "", *_bullets(point.details, cite, 0), "")
        case "terms":
            yield from (f"- **{escape(c.term)}**: {escape(c.definition)}{cite.marks(c)}" for c in section.content)
        case "items":
            yield from _bullets(section.content, cite, 0)


def escape(text: str) -> str:
    """Text as plain words of a Markdown line: nothing in it can become markup, HTML or a link."""
    safe = _SPECIAL.sub(r"\\\1", " ".join(text.split()))
    safe = re.sub(r"(?i)\b(https?|ftp)(?=://)", r"\1\\", safe).replace("\\://", "&#58;//")
    safe = re.sub(r"^([-+=])(?=\s|$|[-+=])", r"\\\1", safe)
    return _LIST_START.sub(r"\1\\\2", safe)


def unescape(line: str) -> str:
    """The words of a line that `escape` wrote, as a reader sees them."""
    return re.sub(r"\\([\\`*_\[\]<>#|~&.)\-+=])", r"\1", line).replace("&#58;//", "://")


def provenance(document: StudyDocument) -> Iterator[str]:
    """What is known of the source, in sentences; what is not known is said to be unknown."""
    source, channel = document.source, document.channel
    if channel or source.published:
        by, on = f" by {channel}" if channel else "", f" on {source.published}" if source.published else ""
        yield f"The recording was published{by}{on}."
    if source.speakers:
        more = " and others" if len(source.speakers) > _MOST_NAMED else ""
        yield f"Speakers: {', '.join(source.speakers[:_MOST_NAMED])}{more}."
    missing = [what for what, known in (("speaker name", source.speakers), ("channel", channel)) if not known]
    if missing:
        yield f"No {' or '.join(missing)} is stated with the transcript."


def _bullets(details: Sequence[Detail], cite: _Citer, depth: int) -> list[str]:
    rows: list[str] = []
    for detail in details:
        colon = "" if (detail.lead or "").endswith(("?", "？")) else ":"  # an answer follows its question
        lead = f"**{escape(detail.lead)}{colon}** " if detail.lead else ""
        rows.append(f"{'  ' * depth}- {lead}{_with_citation(detail, cite)}")
        rows += _bullets(detail.details, cite, depth + 1)
    return rows


def _with_citation(statement: Statement, cite: _Citer) -> str:
    return escape(statement.text) + cite.marks(statement)


def _plain(url: str) -> bool:
    return re.fullmatch(r"https?://[^\s<>\"'`\\]+", url) is not None


class _Citer:
    """Marks behind a statement: of doubt, and such as " [12:34]", linked to that time where the address allows it."""

    def __init__(self, url: str | None, citations: bool, doubts: bool) -> None:
        self._url, self._citations, self._doubts = url, citations, doubts

    def doubts(self, statement: Statement | KeyConcept) -> bool:
        """Whether the statement carries the mark of doubt."""
        return self._doubts and statement.support == "weak"

    def marks(self, statement: Statement | KeyConcept) -> str:
        """All marks of a statement."""
        doubt = f" {DOUBTED}" if self.doubts(statement) else ""
        return doubt + (self._times(statement.evidence) if self._citations else "")

    def _times(self, evidence: Sequence[Evidence]) -> str:
        """The mark of the first line of each run of neighbouring lines."""
        if not evidence:
            return ""
        firsts = [e for i, e in enumerate(evidence) if i == 0 or e.segment > evidence[i - 1].segment + 1]
        return " " + " ".join(self._one(e) for e in firsts[:3])

    def _one(self, evidence: Evidence) -> str:
        if evidence.start is None:
            return f"\\[line {evidence.segment}\\]"
        label = clock(evidence.start)
        target = moment_url(self._url, evidence.start)
        return f"[\\[{label}\\]]({target})" if target else f"\\[{label}\\]"


def moment_url(url: str | None, seconds: float) -> str | None:
    """The address of a recording at a time, where its place is known to allow it; only ever http or https."""
    if not url or not _plain(url) or re.search(r"[()]", url):
        return None
    parts = urlsplit(url)
    host, whole = (parts.hostname or "").removeprefix("www."), int(seconds)
    if host in ("youtube.com", "m.youtube.com", "youtu.be"):
        return f"{url}{'&' if parts.query else '?'}t={whole}s"
    if host == "vimeo.com" or re.search(r"\.(mp3|mp4|m4a|webm|ogg|wav)$", parts.path):
        return f"{url.split('#')[0]}#t={whole}{'s' if host == 'vimeo.com' else ''}"
    return None


def clock(seconds: float) -> str:
    """ "12:34" or "1:02:03"."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
