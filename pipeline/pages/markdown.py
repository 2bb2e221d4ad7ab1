"""Render the page of a document; the only writer of Markdown, for every dialect of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from pipeline.document import Evidence, StudyDocument
from pipeline.emphasis import pieces
from pipeline.labels import Labels, labels_for
from pipeline.pages.outline import Block, Point, Section, outline
from pipeline.text import linkable, outside_code, pieces_of_code

DOUBT_MARK = "†"
PARAGRAPH_BULLET = "*"  # for bullets below a paragraph: with the sign of points, both would be one list
_MOST_NAMED = 12
_LONGEST_GAP = 60  # seconds: lines this close together are shown as one stretch
_MOST_STRETCHES = 3
# Characters that can begin markup, only where they can: "R&D", "p < 1", "C#" and "raw_input" are left alone.
_SPECIAL = re.compile(r"([\\`*\[\]|~]|(?<![^\W_])_|_(?![^\W_])|<(?=[A-Za-z/!?]|$)|^>|(?<!\S)#(?!\d)|&(?=#?\w+;|$))")
# Words separated by single spaces in which nothing can begin markup: most statements.
_PLAIN = re.compile(r"(?![\d>+=-])[^\\`*\[\]|~_<#&/\s]+(?: [^\\`*\[\]|~_<#&/\s]+)*")
_SPACES = re.compile(r"[^\S\u00a0\u202f]+")  # no-break spaces are kept: French has them before punctuation
_IN_A_CELL = re.compile(r"(?<!\\)\|")  # an unescaped bar, as in a link
_LIST_START = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")


def render_markdown(document: StudyDocument, *, citations: bool = False, reviewed: bool = False) -> str:
    """The whole page. With `citations`, each statement ends with the time or line that supports it.

    Weak statements carry a mark that is explained at the end, unless the document is `reviewed`: then somebody has
    judged them.
    """
    labels = labels_of(document)
    dialect = _PageDialect(labels, escape, not reviewed, document.source.url, citations)
    out = [
        f"# {escape(document.title)} — {labels.heading('study_document', document.notes)}",
        "",
        escape(document.channel or f"{labels.channel}{labels.colon}{labels.not_provided}"),
        "",
    ]
    out += [f"*{escape(document.note)}*", ""] if document.note else []
    if document.status == "partial":
        out += [f"> **{labels.partial_mark}** — {labels.partial}", ">"]
        out += [f"> - {escape(problem)}" for problem in problems(document)] + [""]
    for section in outline(document, labels):
        body = list(section_rows(section, dialect)) or [labels.none_accepted if reviewed else labels.none_found]
        out += [f"## {escape(section.heading)}", "", *body, ""]
        if section.name == "overview":
            url = linkable(document.source.url)
            out += [escape(labels.between_sentences.join(provenance(document))), ""]
            out += [f"{labels.source_url}{labels.colon}{f'<{url}>' if url else labels.not_provided}", ""]
    if not reviewed and any(s.support == "weak" for s in document.statements()):
        out += ["", f"{DOUBT_MARK} {labels.in_doubt}"]
    return page_of(out)


def page_of(rows: Iterable[str]) -> str:
    """Join rows into a page, with no two consecutive blank rows."""
    page = "\n".join(rows)
    while "\n\n\n" in page:
        page = page.replace("\n\n\n", "\n\n")
    return page.rstrip() + "\n"


@dataclass(frozen=True, slots=True)
class Dialect:
    """Markdown as one program reads it. `plain` escapes text so that nothing in it is markup for that program.

    `marks_doubt` says whether weak statements carry the mark of doubt.
    """

    labels: Labels
    plain: Callable[[str], str]
    marks_doubt: bool

    def statement_text(self, text: str) -> str:
        """The text of a statement, or of a cell of a table."""
        return self.plain(text)

    def remark(self, row: str) -> str:
        """A paragraph that makes no claim about the recording."""
        return row

    def place(self, block: Block) -> str:
        """The times of the content below a heading; "" if the page does not show them."""
        return ""

    def evidence(self, point: Point, *, last: bool) -> str:
        """The citation of a statement's lines; `last` says whether the statement ends its paragraph."""
        return ""

    def marks(self, point: Point, *, last: bool) -> str:
        """The mark of doubt and the citation for a statement."""
        if not point.claim:
            return ""
        doubt = f" {DOUBT_MARK}" if self.marks_doubt and point.claim.support == "weak" else ""
        return doubt + self.evidence(point, last=last)


def section_rows(section: Section, dialect: Dialect) -> Iterator[str]:
    """The rows below a section's heading; none if nothing was found for it."""
    for block in section.blocks:
        yield from (f"### {dialect.plain(block.part)}", "") if block.part else ()
        if block.heading:
            yield from (f"##{'#' * block.level} {block.number}. {dialect.plain(block.heading)}", "")
            yield from (place, "") if (place := dialect.place(block)) else ()
        yield from _block(block, dialect)
        yield ""


def _block(block: Block, dialect: Dialect) -> Iterator[str]:
    if block.form == "prose":
        row = _sentences(block.points, dialect)
        yield row if block.points[0].claim else dialect.remark(row)
        return
    for point in block.points:
        if block.form == "points" and not point.listed:
            yield from ("", _paragraph(point, dialect) if point.text else "", "")
            yield from (*_nested(point, dialect, "", PARAGRAPH_BULLET), "")
        else:
            yield from _bullet(point, dialect, "")


def _bullet(point: Point, dialect: Dialect, indent: str, sign: str = "-") -> Iterator[str]:
    prefix = f"{indent}{point.step}. " if point.step else f"{indent}{sign} "
    yield prefix + _paragraph(point, dialect, ends=not point.columns)
    if point.nested:
        yield from _nested(point, dialect, " " * len(prefix))


def _nested(point: Point, dialect: Dialect, indent: str, sign: str = "-") -> Iterator[str]:
    """The bullets nested below a point, or the rows of its table; a row's marks go into its last cell."""
    if not point.columns:
        for nested in point.nested:
            yield from _bullet(nested, dialect, indent, sign)
        return
    yield from ("", _table_row(map(dialect.plain, point.columns), indent))
    yield _table_row(["---"] * len(point.columns), indent)
    for row in point.nested:
        *first, last = (_IN_A_CELL.sub(r"\|", dialect.statement_text(cell)) for cell in row.cells)
        yield _table_row([*first, last + dialect.marks(row, last=False)], indent)
    yield ""


def _table_row(shown: Iterable[str], indent: str) -> str:
    return f"{indent}| {' | '.join(shown)} |"


def _paragraph(point: Point, dialect: Dialect, *, ends: bool = True) -> str:
    """The statements of a paragraph, after its lead.

    A colon that no space follows goes outside the bold, otherwise Markdown does not recognise where the bold ends.
    """
    row = _sentences((point, *point.pieces), dialect, ends=ends)
    if not point.lead:
        return row
    shown = dialect.plain(point.lead)
    mark, space = dialect.labels.lead_ending(point.lead)
    return f"**{shown}{mark}**{space}{row}" if space else f"**{shown}**{mark}{row}"


def _sentences(points: Sequence[Point], dialect: Dialect, *, ends: bool = True) -> str:
    """The statements of one paragraph; `ends` is False if a table below still belongs to it."""
    last = len(points) - 1
    rows = [
        with_bold(p.text, p.emphasis, dialect.statement_text) + dialect.marks(p, last=ends and n == last)
        for n, p in enumerate(points)
    ]
    return dialect.labels.between_sentences.join(rows)


def escape(text: str, dialect: Callable[[str], str] = str) -> str:
    """Escape text for a line of Markdown: nothing in it becomes markup except code, nor HTML or a link.

    `dialect` further escapes what is outside code.
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
    """The text with a backslash before each character that can begin markup within a line."""
    return _SPECIAL.sub(r"\\\1", text)


def with_bold(text: str, emphasis: Sequence[str], plain: Callable[[str], str] = escape) -> str:
    """Text for a line of Markdown, escaped by `plain`, with the emphasised words in bold."""
    if not emphasis:
        return plain(text)
    parts = pieces(text, emphasis)
    return "".join(f"**{plain(part)}**" if stands_out else plain_inside(part, plain) for part, stands_out in parts)


def plain_inside(piece: str, plain: Callable[[str], str]) -> str:
    """A piece of a line, escaped by `plain`, keeping the spaces around it."""
    if not (inner := piece.strip()):
        return piece
    before, _, after = piece.partition(inner)
    return f"{before}{plain(inner)}{after}"


def unescape(line: str) -> str:
    """The words of a line written by `escape`, as a reader sees them; code keeps its backticks."""
    signs = r"(`[^`]+`)|\\([\\`*_\[\]<>#|~&.)\-+=])|&#58;(?=//)"
    return re.sub(signs, lambda match: match[1] or match[2] or ":", line)


def labels_of(document: StudyDocument) -> Labels:
    """The labels in the language of the notes."""
    return labels_for(document.run.language)


def provenance(document: StudyDocument) -> Iterator[str]:
    """Sentences about the source: what is known of it, and that an unknown channel or speaker is unknown."""
    source, channel, labels = document.source, document.channel, labels_of(document)
    speakers = document.speakers
    date = labels.day(source.published) if source.published else ""
    if channel and date:
        yield labels.published_by_on.format(channel=channel, date=date)
    elif channel or date:
        yield (labels.published_by if channel else labels.dated).format(channel=channel, date=date)
    if speakers:
        sentence = labels.spoken_by_many if len(speakers) > _MOST_NAMED else labels.spoken_by
        yield sentence.format(names=labels.names(speakers[:_MOST_NAMED]))
    if not channel:
        yield labels.unknown_channel if speakers else labels.unknown_both
    elif not speakers:
        yield labels.unknown_speaker


def problems(document: StudyDocument) -> Iterator[str]:
    """What a document lacks, one line per problem."""
    labels = labels_of(document)
    for problem in document.problems:
        yield f"{labels.heading(problem.section, document.notes)}{labels.colon}{problem.message}"


@dataclass(frozen=True, slots=True)
class _PageDialect(Dialect):
    """The dialect of the page: times after statements, linked to that moment if the address allows it."""

    url: str | None
    citations: bool

    def remark(self, row: str) -> str:
        return f"*{row}*"

    def place(self, block: Block) -> str:
        """The times of the longest stretches, in a row of their own; "" if the lines have no times."""
        claims = (p.claim for top in block.points for _, points in top.paragraphs() for p in points if p.claim)
        lines = sorted({(e.start, e.end or e.start) for c in claims for e in c.evidence if e.start is not None})
        stretches: list[tuple[float, float]] = []
        for start, end in lines:
            if stretches and start <= stretches[-1][1] + _LONGEST_GAP:
                stretches[-1] = stretches[-1][0], max(end, stretches[-1][1])
            else:
                stretches.append((start, end))
        stretches = sorted(sorted(stretches, key=lambda s: s[0] - s[1])[:_MOST_STRETCHES])  # the longest
        return f"*{', '.join(self._stretch(*stretch) for stretch in stretches)}*" if stretches else ""

    def _stretch(self, start: float, end: float) -> str:
        target, begins, ends = moment_url(self.url, start), clock(start), clock(end)
        shown = f"[{begins}]({target})" if target else begins
        return shown if begins == ends else f"{shown}–{ends}"

    def evidence(self, point: Point, *, last: bool) -> str:
        """The first and last line, or their times, of each run of neighbouring lines."""
        evidence = point.claim.evidence if point.claim and self.citations else ()
        if not evidence:
            return ""
        extents = [(run[0], _extent(run)) for run in runs(evidence)]
        if extents[0][0].start is None:
            several = len(evidence) > 1
            numbers = ", ".join(shown for _, shown in extents)
            label = self.labels.lines.format(numbers=numbers) if several else self.labels.line.format(number=numbers)
            return f" \\[{label}\\]"
        linked = [(moment_url(self.url, first.start or 0), shown) for first, shown in extents]
        if linked[0][0]:
            return " " + " ".join(f"[\\[{shown}\\]]({target})" for target, shown in linked)
        return f" \\[{', '.join(shown for _, shown in linked)}\\]"


def runs(evidence: Sequence[Evidence], most_between: int = 0) -> list[list[Evidence]]:
    """Evidence grouped into runs of lines with at most `most_between` other lines between neighbours."""
    out: list[list[Evidence]] = []
    for line in evidence:
        if out and line.segment <= out[-1][-1].segment + 1 + most_between:
            out[-1].append(line)
        else:
            out.append([line])
    return out


def _extent(run: Sequence[Evidence]) -> str:
    """The time or number of the first line, and of the last line if there are several."""
    first, last = run[0], run[-1]
    if first.start is None:
        begins, ends = str(first.segment), str(last.segment)
    else:
        begins, ends = clock(first.start), clock(last.end or last.start or first.start)
    return begins if first is last or begins == ends else f"{begins}–{ends}"


def moment_url(url: str | None, seconds: float | None) -> str | None:
    """The address of a recording at a given time, if its site supports that, else None; only ever http or https.

    A time already in the address is replaced.
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
    """The time as "12:34" or "1:02:03"."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
