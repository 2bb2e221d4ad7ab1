"""Parse a page as Markdown: its sections, headings, points and sentences, in the words that a reader sees."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt

from pipeline.document import KeyConcept, StudyDocument
from pipeline.draft import DraftStatement
from pipeline.labels import labels_for, languages
from pipeline.pages import DOUBT_MARK, escape, unescape
from pipeline.pages.markdown import PARAGRAPH_BULLET, labels_of, literal, with_bold
from pipeline.tables import cells, row_of
from pipeline.text import FORMULA, FULL_STOPS, QUESTION_MARKS, UNPARTED, WIDE_END, WIDE_ENDS, word_count

_NUMBERS = r"\d+(?:–\d+)?(?:, \d+(?:–\d+)?)*"
_LINE = "|".join(
    re.sub(r"\\{numbers?\\}", _NUMBERS.replace("\\", r"\\"), re.escape(label))
    for labels in map(labels_for, languages())
    for label in (labels.line, labels.lines)
)
_CLOCK = r"\d+(?::\d\d)+"
_CLOCKS = rf"{_CLOCK}(?:–{_CLOCK})?(?:, {_CLOCK}(?:–{_CLOCK})?)*"
_MARK = re.compile(  # a mark of doubt, a citation, or a footnote
    rf"\s+(?:{DOUBT_MARK}|\\\[(?:{_LINE}|{_CLOCKS})\\\])|\[\^[^\]\s]+\]"
)
_INLINE = MarkdownIt("commonmark").disable("text_join")  # keeps escaped characters recognisable
_ADDRESS = re.compile(r"\bhttps?://[^\s)>]+")  # added by hand: in those from statements the colon is escaped
_HEADING = re.compile(r"#{2,4} +(.*?)(?:\s+#+)?\s*")
_COMMENT = re.compile(r"^[ \t]*<!--.*?(?:-->[^\n]*(?:\n|\Z)|\Z)", re.MULTILINE | re.DOTALL)
_DEFINITION = re.compile(r"\s*\[[^\]]+\]:\s.*")  # of a footnote or a link target
_CLOSER = r"(?:\s»(?=\s)|[”“\"»«)])?"
_SENTENCE_END = re.compile(
    rf"(?:(?P<mark>[.!?]){_CLOSER}\s+(?=[A-Z“\"]|[^\x00-\x7f])|[؟{FULL_STOPS}]{_CLOSER}\s+(?=\S))(?!»(?!\S))"
    rf"|(?:{WIDE_END})+(?:(?P<quote>”)\s*(?=[\w“])|\s*(?=[^\s”’」』）]))"
)
_LAST_WORD = re.compile(r"(?:^|[\s(.])([^\W_]+)[.．]$")
_VOWELLESS = re.compile(r"[b-df-hj-np-tv-xzβ-δζθκ-νξπρστφ-ψбвгджзк-нпрстф-щ]{2,3}")
# Before a name, and no words of their own; in Hebrew, a last letter that has another form at the end of a whole word,
# but for "פ", which also ends words such as "טיפ".
_SHORTENED = re.compile(r"profa?|dott|проф|акад|доц|ул|καθ|[א-ת]{0,2}פרופ|[א-ת]{1,4}[כמנצ]", re.IGNORECASE)
_UNDIVIDED = re.compile(rf"(?<!`)`[^`]+`(?!`)|{FORMULA}")  # no sentence ends inside code or mathematics
_UNPARTED = re.compile(f"[{UNPARTED}]")
_LONGEST_SHORT = 8  # characters of the longest short word, with its full stop and what precedes it
_FRAGMENT_WORDS = 2  # two words before an end mark are no sentence: "Mr. Weber"
_BULLET = re.compile(r"(\s*)([-*+]|\d{1,3}[.)]) (?:\[[ xX]\] )?(.*)$")  # without a task's checkbox
_BAR = "|"
_FIRST_STEP = "1."
_TABLE_ROW = re.compile(r"\s*\|(.*)\|\s*")
_CELL_END = re.compile(r"(?<!\\)\|")
_BOLD_TEXT = r"((?:\\.|[^*\\])+?)"  # between two bold marks
_BOLD = re.compile(rf"\*\*{_BOLD_TEXT}\*\*\s*")
_BOLD_QUESTION = re.compile(rf"\*\*{_BOLD_TEXT[:-1]}[{''.join(QUESTION_MARKS)}])\*\*\s*")
_EMPHASIS = re.compile(rf"\\.|\*\*{_BOLD_TEXT}\*\*")
_RULE = re.compile(r"\s*(?:([-*_])(?:[ |:-]*\1){2,}[ |:-]*|\|[ |:]*-[ |:-]*)")  # also below a table's head
_STRETCH = rf"(?:{_CLOCK}|\[{_CLOCK}\]\([^)\s]*\))(?:\s*[–-]\s*{_CLOCK})?"
_SECTION_TIMES = re.compile(rf"\s*([*_]){_STRETCH}(?:,\s*{_STRETCH})*\1\s*")
_NUMBER = re.compile(r"^\d+\\?[.)] ")


class PageForm:
    """Everything on a document's page except its statements, in its own language and in English.

    `sections` maps headings to section names, `shapes` maps names to the form of their content.
    """

    def __init__(self, document: StudyDocument) -> None:
        own_labels = labels_of(document)
        catalogues = (own_labels, labels_for("en"))
        self.sections = {s.heading: s.name for labels in reversed(catalogues) for s in document.outline(labels)}
        self.shapes = {s.name: s.form for s in document.outline()}
        marks = [labels.colon for labels in catalogues]
        colons = [rf"\s*{re.escape(m.strip())}" if m[0].isspace() else re.escape(m.rstrip()) for m in marks]
        outside = [re.compile(rf"\*\*{_BOLD_TEXT}\*\*{colon}\s*") for colon in colons]
        inside = [re.compile(rf"\*\*{_BOLD_TEXT}{colon}\*\*\s*") for colon in colons]
        inside = inside if own_labels.colon[-1].isspace() else []
        self.lead_patterns, self.term_patterns = (*inside, *outside, _BOLD_QUESTION), (*inside, *outside, _BOLD)
        urls = tuple(f"{labels.source_url}{labels.colon.rstrip()}" for labels in catalogues)
        notes = (f"*{labels.general_knowledge}*" for labels in catalogues)
        nothing = (label for labels in catalogues for label in (labels.none_found, labels.none_accepted))
        self._other_beginnings, self._nothing = (">", DOUBT_MARK, *urls, *notes), frozenset(nothing)
        texts_like_marks = sorted({re.escape(shown) for shown in _like_marks(document)}, key=len, reverse=True)
        self._text_or_mark = re.compile(rf"({'|'.join(texts_like_marks) or '(?!)'})|{_MARK.pattern}")

    def is_no_statement(self, row: str) -> bool:
        """Whether a row is no statement: by how it begins, as a rule or a section's times, or for lack of words."""
        if row.startswith(self._other_beginnings) or row.strip() in self._nothing:
            return True
        if any(pattern.fullmatch(row) for pattern in (_RULE, _SECTION_TIMES, _DEFINITION)):
            return True
        return bool(row.strip()) and not _plainly_marked(row).strip()

    def without_marks(self, row: str) -> str:
        """A row without citations and marks of doubt; texts of the record that look like such marks are kept."""
        return self._text_or_mark.sub(lambda match: match[1] or "", row)


def _like_marks(document: StudyDocument) -> Iterator[str]:
    """Texts, cells and leads of a document that contain something like a mark, as they are read from its page."""
    for statement in document.statements():
        if isinstance(statement, KeyConcept):
            text, lead = statement.definition, statement.term
        else:
            text, lead = statement.text, getattr(statement, "lead", None) or ""
        shown = (with_bold(text, statement.emphasis), *map(escape, cells(text)), escape(lead))
        yield from filter(_MARK.search, (_plainly_marked(text) for text in shown if "[" in text or DOUBT_MARK in text))


def blocks(markdown: str, form: PageForm) -> Iterator[tuple[str, str, str, list[str]]]:
    """(section, part title or "", heading of a main point or "", rows) for each block of a page, in order.

    A section unknown to the record is named by its heading.
    """
    name = part = heading = title = ""
    rows: list[str] = []
    for row in [*_COMMENT.sub("", markdown).splitlines(), "## "]:
        if not (match := _HEADING.fullmatch(row)):
            rows.append(row)
            continue
        if row.startswith("#### ") and not part and heading and not "".join(rows).strip():
            part = title  # parts have no number
        elif name:
            yield name, part, heading, rows
        title, _ = _text_and_emphasis(_plainly_marked(match[1]))
        if row.startswith("## "):
            name, part, heading = form.sections.get(title, title), "", ""
        else:
            part = part if row.startswith("#### ") else ""
            name, heading = name or "main_points", _NUMBER.sub("", title)
        rows = []


@dataclass(slots=True)
class _Node:
    """A statement of a page while its rows are read; `details` are nested below it or are the rows of its table."""

    text: str
    listed: bool = False
    details: list[_Node] = field(default_factory=list)
    columns: tuple[str, ...] = ()
    steps: bool = False

    def statement(self, form: PageForm, label_patterns: Sequence[re.Pattern[str]]) -> DraftStatement:
        """The statement as a reader sees it, with the label that the first matching pattern finds."""
        text, label = form.without_marks(_plainly_marked(self.text)), ""
        if match := next((m for pattern in label_patterns if (m := pattern.match(text))), None):
            label, text = unescape(match[1]).strip(), text[match.end() :]
        text, emphasis = _text_and_emphasis(text)
        details = tuple(d.statement(form, label_patterns) for d in self.details)
        return DraftStatement(
            text, (), label, details, columns=self.columns, steps=self.steps, emphasis=emphasis, listed=self.listed
        )


def bullets(
    rows: Sequence[str], form: PageForm, label_patterns: Sequence[re.Pattern[str]], *, bare: bool
) -> list[DraftStatement]:
    """The points of a section. A row that is not a bullet continues the row above; after a blank it begins a paragraph.

    Bullets with a sign other than that of points, and numbered ones, belong to the paragraph above; the rows of a table
    belong to the point above. With `bare`, a table or steps with nothing above them, or right below a list or table,
    belong to a new bare point.
    """
    out: list[_Node] = []
    last: _Node | None = None
    point = _Node("")  # the point to which rows of a table would belong
    below = False  # whether the last point is a paragraph
    in_table = False  # whether the last row belongs to a table
    numbered = False  # whether the last row has a number, or is nested below one
    for row in rows:
        numbered = numbered and not row.startswith(_BAR)
        begins = row.startswith(_BAR) or (row.startswith(f"{_FIRST_STEP} ") and not numbered)
        stands_alone = not out or out[-1].listed or bool(out[-1].details)
        if bare and stands_alone and begins and (not in_table or not row.startswith(_BAR)):
            point, below = _Node(""), True
            out.append(point)
        in_table = row.lstrip().startswith(_BAR)
        if not row.strip():
            last = None
        elif form.is_no_statement(row):
            continue
        elif out and (match := _TABLE_ROW.fullmatch(row)):
            shown = tuple(cell.strip() for cell in _CELL_END.split(match[1]))
            if point.columns:
                point.details.append(_Node(row_of(shown)))
            else:
                point.columns = tuple(_text_and_emphasis(_plainly_marked(cell))[0] for cell in shown)
        elif (match := _bullet(row, may_continue=last is not None and not numbered)) or last is None:
            indent, sign, text = match.groups() if match else ("", "", row)
            last = point = _Node(text.strip(), listed=bool(sign))
            has_number = sign[:1].isdigit()
            numbered = has_number or (numbered and bool(indent))
            nested = indent or (below and (sign == PARAGRAPH_BULLET or has_number))
            if nested and out:
                out[-1].steps = has_number if not out[-1].details else out[-1].steps
                out[-1].details.append(last)
            else:
                out.append(last)
            below = below if nested else not sign
        else:
            last.text += f"\n{row.strip()}"
    return [node.statement(form, label_patterns) for node in out]


def _bullet(row: str, *, may_continue: bool) -> re.Match[str] | None:
    """The bullet that begins in a row; if the row may continue a paragraph, the only number that counts is "1."."""
    match = _BULLET.match(row)
    return None if match and may_continue and match[2][0].isdigit() and match[2] != _FIRST_STEP else match


def paragraphs(rows: Sequence[str], form: PageForm) -> list[DraftStatement]:
    """The paragraphs of prose, each as one line without marks."""
    texts = ("" if form.is_no_statement(row) else row.strip() for row in rows)
    parts = (part for part in re.split(r"\n{2,}", "\n".join(texts)) if part)
    shown = (_text_and_emphasis(form.without_marks(_plainly_marked(part))) for part in parts)
    return [DraftStatement(text, (), emphasis=emphasis) for text, emphasis in shown]


def _plainly_marked(rows: str) -> str:
    """Rows joined into one, keeping only the markup that this program writes: bold between two asterisks.

    Code becomes text between backticks. Links keep their words but not the address; bare addresses, images, tags and
    comments are removed.
    """
    out: list[str] = []
    for token in _INLINE.parseInline(rows)[0].children or ():
        match token.type:
            case "text":
                out.append(_ADDRESS.sub("", token.content))
            case "text_special":
                out.append(token.markup)
            case "code_inline":
                out.append(literal(f"{token.markup}{token.content}{token.markup}"))
            case "strong_open" | "strong_close":
                out.append("**")
            case "softbreak" | "hardbreak":
                out.append(" ")
            case "html_inline" if token.content.startswith("<br"):
                out.append(" ")
    return "".join(out)


def _text_and_emphasis(shown: str) -> tuple[str, tuple[str, ...]]:
    """The words of a line as a reader sees them, and those among them that are bold."""
    emphasis = tuple(unescape(words) for words in _EMPHASIS.findall(shown) if words)
    return unescape(_EMPHASIS.sub(lambda match: match[1] or match[0], shown)).strip(), emphasis


def sentences_of(paragraphs: Sequence[DraftStatement], known: Sequence[str]) -> Iterator[DraftStatement]:
    """The sentences of paragraphs in order; those in `known` are kept whole, whatever punctuation they contain."""
    longest_first = sorted(known, key=len, reverse=True)
    for paragraph in paragraphs:
        texts: list[str] = []
        for part in cut_at(paragraph.text, longest_first):
            texts += [part] if part in known else sentences_in(part)
        yield from paragraph.apart(texts)


def cut_at(text: str, known: Sequence[str]) -> list[str]:
    """A text split around the known sentences in it; `known` lists longer ones first."""
    parts = [text]
    for sentence in known:
        if sentence in text:
            parts = [piece for part in parts for piece in _cut(part, sentence, known)]
    return parts


def _cut(part: str, text: str, known: Sequence[str]) -> list[str]:
    """The text before a known sentence, the sentence, and the text after it."""
    if part in known or text not in part:
        return [part]
    before, _, after = part.partition(text)
    return [p for p in (before.strip(), text, after.strip()) if p]


def sentences_in(text: str) -> list[str]:
    """The sentences of a text in order; after an ending such as "Dr." or "on 3." the sentence continues."""
    sentences: list[str] = []
    first = 0  # where the next of them begins
    hidden = _UNDIVIDED.sub(lambda match: "`" * len(match[0]), text)
    other_stop = any(mark in hidden for mark in FULL_STOPS)
    for match in _SENTENCE_END.finditer(hidden):
        sentence, follows = text[first : match.end()].strip(), text[match.end()]
        if match["mark"]:
            # A capital is its own title case, and so is a letter of a script without capitals.
            goes_on = follows != follows.title() or (other_stop and match["mark"] == ".")
        else:
            goes_on = bool(match["quote"]) and _begins_quoted(text[: match.end()])
        if sentence and not (goes_on or _is_abbreviated(sentence) or _is_fragment(sentence)):
            sentences.append(sentence)
            first = match.end()
    last = text[first:].strip()
    return [*sentences, last] if last else sentences


def _begins_quoted(text: str) -> bool:
    """Whether the last quotation begins a sentence, so that words after it may tell who said it: “好。”他说。"""
    before = text.rpartition("“")[0].rstrip()
    return not before or before[-1] in f"{WIDE_ENDS}”"


def _is_abbreviated(text: str) -> bool:
    """Whether a text ends in an initial, a short title or day, a number such as "3.", or "vs." without a vowel."""
    match = _LAST_WORD.search(text, max(0, len(text) - _LONGEST_SHORT))
    if not match:
        return False
    word = match[1]
    if not word.isalpha():
        return word.isdecimal() and len(word) <= 2
    if len(word) == 1:
        return not _UNPARTED.match(word)
    is_short_name = len(word) <= 3 and word.istitle()
    return is_short_name or any(form.fullmatch(word) for form in (_VOWELLESS, _SHORTENED))


def _is_fragment(text: str) -> bool:
    return " " in text and word_count(text) == _FRAGMENT_WORDS
