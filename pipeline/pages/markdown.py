"""StudyDocument to Markdown, in the order and with the headings of the study document form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from urllib.parse import urlsplit

from pipeline.document import (
    Detail,
    Evidence,
    KeyConcept,
    MainPoint,
    OutlineSection,
    Statement,
    StudyDocument,
    with_parts,
)
from pipeline.emphasis import pieces
from pipeline.labels import Labels, labels_for
from pipeline.pages.paragraphs import in_paragraphs, is_bullet
from pipeline.tables import cells
from pipeline.text import linkable, outside_code, parted_at_colon, pieces_of_code

DOUBTED = "†"
OF_STEPS = "1."
OF_PARAGRAPH = "*"  # begins the bullets of a paragraph: with the sign of points both were one list
_MOST_NAMED = 12
_TOGETHER = 60  # seconds between lines of a section that are told as one stretch
_MOST_STRETCHES = 3
# What can begin markup, and only where it can: "R&D", "p < 1", "C#" and "raw_input" stay as they are.
_SPECIAL = re.compile(r"([\\`*\[\]|~]|(?<![^\W_])_|_(?![^\W_])|<(?=[A-Za-z/!?]|$)|^>|(?<!\S)#|&(?=#?\w+;|$))")
# Words with single blanks between them in which nothing can begin markup: most statements.
_PLAIN = re.compile(r"(?![\d>+=-])[^\\`*\[\]|~_<#&/\s]+(?: [^\\`*\[\]|~_<#&/\s]+)*")
_SPACES = re.compile(r"[^\S\u00a0\u202f]+")  # spaces that do not break stay: French has them before its marks
_LIST_START = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")


def render_markdown(document: StudyDocument, *, citations: bool = False, reviewed: bool = False) -> str:
    """The whole page. With `citations` each statement ends with the time or the line that says it.

    Weak statements carry a mark that is explained at the end, unless they are `reviewed`: somebody has judged them.
    """
    words = labels_of(document)
    cite = _Citer(document.source.url, citations, not reviewed, words)
    out = [
        f"# {escape(document.title)} — {words.heading('study_document', document.notes)}",
        "",
        escape(document.channel or f"{words.channel}{words.colon}{words.not_provided}"),
        "",
    ]
    out += [f"*{escape(document.note)}*", ""] if document.note else []
    if document.status == "partial":
        out += [f"> **{words.partial_mark}** — {words.partial}", ">"]
        out += [f"> - {escape(problem)}" for problem in problems(document)] + [""]
    for section in document.outline(words):
        body = list(_body(section, cite, words)) or [words.none_accepted if reviewed else words.none_found]
        out += [f"## {escape(section.heading)}", "", *body, ""]
        if section.name == "overview":
            url = linkable(document.source.url)
            out += [escape(words.between_sentences.join(provenance(document))), ""]
            out += [f"{words.source_url}{words.colon}{f'<{url}>' if url else words.not_provided}", ""]
    out += ["", f"{DOUBTED} {words.in_doubt}"] if any(cite.doubts(s) for s in document.statements()) else []
    return re.sub(r"\n{3,}", "\n\n", "\n".join(out)).rstrip() + "\n"


def _body(section: OutlineSection, cite: _Citer, words: Labels) -> Iterator[str]:
    """The rows below a section's heading."""
    match section.form:
        case "prose":
            if section.content:
                yield _in_a_row(section.content, cite, words)
        case "phrases":
            if section.content:
                yield from (f"*{escape(words.general_knowledge)}*", "")
            for name, text in (parted_at_colon(p.text) for p in section.content):
                yield f"- {_lead(name, words)}{escape(text)}"
        case "points":
            for n, (part, point) in enumerate(with_parts(section.content), 1):
                yield from (f"### {escape(part)}", "") if part else ()
                level = "####" if point.part else "###"
                yield from (f"{level} {n}. {escape(point.heading)}", "", *cite.place(point))
                yield from (*_points(point, cite, words), "")
        case "terms":
            for c in section.content:
                yield f"- {_lead(c.term, words)}{in_bold(c.definition, c.emphasis)}{cite.marks(c)}"
        case "items":
            yield from _bullets(section.content, cite, words, "")


def escape(text: str, dialect: Callable[[str], str] = str) -> str:
    """Text as plain words of a Markdown line: nothing in it can become markup but code, nor HTML or a link.

    A `dialect` escapes further what stands outside of code.
    """
    if _PLAIN.fullmatch(text):
        return dialect(text)
    parts = pieces_of_code(outside_code(text, lambda words: _SPACES.sub(" ", words)).strip(), in_markdown=True)
    safe = "".join(f"`{part}`" if is_code else dialect(_without_address(literal(part))) for part, is_code in parts)
    safe = re.sub(r"^([-+=])(?=\s|$|[-+=])", r"\\\1", safe)
    return _LIST_START.sub(r"\1\\\2", safe)


def _without_address(text: str) -> str:
    return re.sub(r"(?i)\b(https?|ftp)://", r"\1&#58;//", text)


def literal(text: str) -> str:
    """Text with a backslash before each sign that can begin markup inside a line."""
    return _SPECIAL.sub(r"\\\1", text)


def in_bold(text: str, emphasis: Sequence[str], escaped: Callable[[str], str] = escape) -> str:
    """Text as plain words of a Markdown line, as `escaped` writes them, with the words that stand out in bold."""
    if not emphasis:
        return escaped(text)
    parts = pieces(text, emphasis)
    return "".join(f"**{escaped(part)}**" if stands_out else between(part, escaped) for part, stands_out in parts)


def between(piece: str, escaped: Callable[[str], str]) -> str:
    """A piece of a line as `escaped` writes it, with the spaces that part it from others."""
    if not (inner := piece.strip()):
        return piece
    before, _, after = piece.partition(inner)
    return f"{before}{escaped(inner)}{after}"


def unescape(line: str) -> str:
    """The words of a line that `escape` wrote, as a reader sees them, with the backticks of code."""
    signs = r"(`[^`]+`)|\\([\\`*_\[\]<>#|~&.)\-+=])|&#58;(?=//)"
    return re.sub(signs, lambda found: found[1] or found[2] or ":", line)


def labels_of(document: StudyDocument) -> Labels:
    """The words of the notes' own language."""
    return labels_for(document.run.language)


def provenance(document: StudyDocument) -> Iterator[str]:
    """What is known of the source, in sentences; what is not known is said to be unknown."""
    source, channel, words = document.source, document.channel, labels_of(document)
    speakers = document.speakers
    date = words.day(source.published) if source.published else ""
    if channel and date:
        yield words.published_by_on.format(channel=channel, date=date)
    elif channel or date:
        yield (words.published_by if channel else words.dated).format(channel=channel, date=date)
    if speakers:
        told = words.spoken_by_many if len(speakers) > _MOST_NAMED else words.spoken_by
        yield told.format(names=words.names(speakers[:_MOST_NAMED]))
    if not channel:
        yield words.unknown_channel if speakers else words.unknown_both
    elif not speakers:
        yield words.unknown_speaker


def problems(document: StudyDocument) -> Iterator[str]:
    """What a document lacks, in a line each."""
    words = labels_of(document)
    for problem in document.problems:
        yield f"{words.heading(problem.section, document.notes)}{words.colon}{problem.message}"


def _points(point: MainPoint, cite: _Citer, words: Labels) -> Iterator[str]:
    """The points below a heading: bullets, and paragraphs with what is nested below them."""
    for paragraph in in_paragraphs(point.details):
        if is_bullet(paragraph[0]):
            yield from _bullet(paragraph, cite, words, "")
            continue
        below = _below(paragraph[-1], cite, words, "", OF_PARAGRAPH)
        yield from ("", "" if paragraph[0].bare else _led(paragraph, cite, words), "", *below, "")


def _bullets(details: Sequence[Detail], cite: _Citer, words: Labels, indent: str, sign: str = "-") -> list[str]:
    """The details with this sign, or with numbers where it is one."""
    rows: list[str] = []
    for n, paragraph in enumerate(in_paragraphs(details), 1):
        rows += _bullet(paragraph, cite, words, indent, f"{n}." if sign == OF_STEPS else sign)
    return rows


def _bullet(paragraph: Sequence[Detail], cite: _Citer, words: Labels, indent: str, sign: str = "-") -> Iterator[str]:
    yield f"{indent}{sign} {_led(paragraph, cite, words)}"
    yield from _below(paragraph[-1], cite, words, f"{indent} {' ' * len(sign)}")


def _led(paragraph: Sequence[Detail], cite: _Citer, words: Labels) -> str:
    """The statements of a paragraph in a row, behind its lead."""
    return _lead(paragraph[0].lead or "", words) + _in_a_row(paragraph, cite, words)


def _below(detail: Detail, cite: _Citer, words: Labels, indent: str, sign: str = "-") -> Sequence[str]:
    """The table or the bullets that are nested below a point."""
    if detail.is_table:
        return list(_table(detail, cite, indent))
    return _bullets(detail.details, cite, words, indent, OF_STEPS if detail.steps else sign)


def _table(detail: Detail, cite: _Citer, indent: str) -> Iterator[str]:
    """The rows of a table, below the bullet of its point; the marks of a row stand in its last cell."""
    yield from table_head(map(escape, detail.columns), indent)
    for row in detail.details:
        *first, last = map(escape, cells(row.text))
        yield indent + table_row([*first, last + cite.marks(row)])
    yield ""


def table_head(columns: Iterable[str], indent: str) -> Iterator[str]:
    """The head of a table as Markdown, below the bullet to which it belongs."""
    shown = list(columns)
    yield from ("", indent + table_row(shown), indent + table_row(["---"] * len(shown)))


def table_row(shown: Sequence[str]) -> str:
    """A row of a table as Markdown."""
    return f"| {' | '.join(shown)} |"


def _lead(lead: str, words: Labels) -> str:
    return lead_in(lead, escape(lead), words) if lead else ""


def lead_in(lead: str, shown: str, words: Labels) -> str:
    """The bold lead-in, `shown` as Markdown has it, with its colon.

    A colon that no space follows stands outside, else Markdown sees no end of bold.
    """
    mark, space = words.behind(lead)
    return f"**{shown}{mark}**{space}" if space else f"**{shown}**{mark}"


def _in_a_row(statements: Iterable[Statement], cite: _Citer, words: Labels) -> str:
    return words.between_sentences.join(_with_citation(s, cite) for s in statements)


def _with_citation(statement: Statement, cite: _Citer) -> str:
    return in_bold(statement.text, statement.emphasis) + cite.marks(statement)


class _Citer:
    """Marks behind a statement: of doubt, and such as " [12:34]", linked to that time where the address allows it."""

    def __init__(self, url: str | None, citations: bool, doubts: bool, words: Labels) -> None:
        self._url, self._citations, self._doubts, self._words = url, citations, doubts, words

    def doubts(self, statement: Statement | KeyConcept) -> bool:
        """Whether the statement carries the mark of doubt."""
        return self._doubts and statement.support == "weak"

    def marks(self, statement: Statement | KeyConcept) -> str:
        """All marks of a statement."""
        doubt = f" {DOUBTED}" if self.doubts(statement) else ""
        return doubt + (self._times(statement.evidence) if self._citations else "")

    def place(self, point: MainPoint) -> Iterator[str]:
        """Where in the recording a section stands, in a row of its own; none where the lines have no times."""
        lines = sorted({(e.start, e.end or e.start) for s in point.flat() for e in s.evidence if e.start is not None})
        stretches: list[tuple[float, float]] = []
        for start, end in lines:
            if stretches and start <= stretches[-1][1] + _TOGETHER:
                stretches[-1] = stretches[-1][0], max(end, stretches[-1][1])
            else:
                stretches.append((start, end))
        stretches = sorted(sorted(stretches, key=lambda s: s[0] - s[1])[:_MOST_STRETCHES])  # the longest ones
        if stretches:
            yield from (f"*{', '.join(self._stretch(*stretch) for stretch in stretches)}*", "")

    def _stretch(self, start: float, end: float) -> str:
        target, begins, ends = moment_url(self._url, start), clock(start), clock(end)
        shown = f"[{begins}]({target})" if target else begins
        return shown if begins == ends else f"{shown}–{ends}"

    def _times(self, evidence: Sequence[Evidence]) -> str:
        """Where it is said: from the first to the last of each run of neighbouring lines."""
        found = [(run[0], _extent(run)) for run in runs(evidence)]
        if not found:
            return ""
        if found[0][0].start is None:
            several = len(evidence) > 1
            numbers = ", ".join(shown for _, shown in found)
            words = self._words.lines.format(numbers=numbers) if several else self._words.line.format(number=numbers)
            return f" \\[{words}\\]"
        linked = [(moment_url(self._url, first.start or 0), shown) for first, shown in found]
        if linked[0][0]:
            return " " + " ".join(f"[\\[{shown}\\]]({target})" for target, shown in linked)
        return f" \\[{', '.join(shown for _, shown in linked)}\\]"


def runs(evidence: Sequence[Evidence], between: int = 0) -> list[list[Evidence]]:
    """Evidence in runs with at most so many other lines between two lines."""
    found: list[list[Evidence]] = []
    for line in evidence:
        if found and line.segment <= found[-1][-1].segment + 1 + between:
            found[-1].append(line)
        else:
            found.append([line])
    return found


def _extent(run: Sequence[Evidence]) -> str:
    """The time or number of the first line, and that of the last one where there are more."""
    first, last = run[0], run[-1]
    if first.start is None:
        begins, ends = str(first.segment), str(last.segment)
    else:
        begins, ends = clock(first.start), clock(last.end or last.start or first.start)
    return begins if first is last or begins == ends else f"{begins}–{ends}"


def moment_url(url: str | None, seconds: float | None) -> str | None:
    """The address of a recording at a time, if that is known and its place allows it; only ever http or https.

    A time that the address has already gives way to this one.
    """
    if seconds is None or not (url := linkable(url)) or re.search(r"[()]", url):
        return None
    parts = urlsplit(url)
    host, whole = (parts.hostname or "").removeprefix("www."), int(seconds)
    if host in ("youtube.com", "m.youtube.com", "youtu.be"):
        rest = [p for p in parts.query.split("&") if p and p.partition("=")[0] not in ("t", "start")]
        return parts._replace(query="&".join([*rest, f"t={whole}s"]), fragment="").geturl()
    if host == "vimeo.com" or re.search(r"\.(mp3|mp4|m4a|webm|ogg|wav)$", parts.path):
        return parts._replace(fragment=f"t={whole}{'s' if host == 'vimeo.com' else ''}").geturl()
    return None


def clock(seconds: float) -> str:
    """ "12:34" or "1:02:03"."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
