"""Anki: a card for each key concept, and cloze cards for figures, each with the quotation that supports it.

The ids of notes depend only on the recording and the position in it, so that a later import updates existing cards.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator, Sequence

import genanki

from pipeline.exports.archive import without_clock
from pipeline.exports.base import Exported, Format
from pipeline.labels import Labels
from pipeline.llm import digest_of
from pipeline.pages import DOUBT_MARK
from pipeline.pages.outline import Point
from pipeline.verification.figures import claims
from pipeline.verification.numerals import joined_by_scale, plain_marks
from pipeline.verification.surroundings import century_before

# Random ids of the two note types, the same in every file ever written. Change them when the fields change.
_CONCEPT, _FIGURE = 1_702_847_301, 1_702_847_302
_MOST_FIGURES = 3  # cards of one statement
_LONGEST = 400  # characters of a quotation
_FIELDS = ("Quotation", "Place", "From")
_CSS = """
.card { font: 20px/1.5 Georgia, "Noto Serif", serif; color: #23272b; background: #fbfaf6; max-width: 34rem; margin: 1.5rem auto; padding: 0 1rem }
.term { font-size: 1.3em; font-weight: bold; text-align: center } hr { border: 0; border-top: 1px solid #d8d3c6; margin: 1.2rem 0 }
.quote { font-size: .82em; color: #5c6268; border-inline-start: 3px solid #0b5f66; padding-inline-start: .8rem; margin-top: 1.2rem }
.from { font: .7em/1.5 system-ui, sans-serif; color: #5c6268; margin-top: .5rem } .cloze { font-weight: bold; color: #0b5f66 }
.nightMode.card, .night_mode .card { color: #e4e2dc; background: #15181b } .nightMode .quote, .nightMode .from { color: #a3a9ae }
.nightMode .cloze, .nightMode a { color: #84cdc8 }
"""  # noqa: E501
_SOURCE = '<div class="quote">{{Quotation}}</div><div class="from">{{From}} · {{Place}}</div>'
# No field contains mathematics: MathJax ignores this class.
_TERM = '<div class="tex2jax_ignore"><div class="term">{{Term}}</div>'
_CLOZE = '<div class="tex2jax_ignore">{{cloze:Text}}'


def write_anki(exported: Exported) -> bytes:
    """The package: one deck, named after the document's title, within a deck for each folder that it is in."""
    levels = (*filter(None, exported.folder.split("/")), exported.document.title)
    deck = genanki.Deck(_number(exported.key), "::".join(re.sub(":{2,}", ":", level) for level in levels))
    concept, figure = _models()
    for key, kind, fields in _notes(exported):
        model = concept if kind == _CONCEPT else figure
        deck.add_note(genanki.Note(model=model, fields=list(fields), guid=digest_of(f"{exported.key} {key}")[:20]))
    out = io.BytesIO()
    # Notes have the document's time, so that Anki prefers those of a newer document.
    genanki.Package(deck).write_to_file(out, timestamp=float(exported.changed))
    return without_clock(out.getvalue())


def _models() -> tuple[genanki.Model, genanki.Model]:
    concept = genanki.Model(
        _CONCEPT,
        "studydoc concept",
        fields=[{"name": name} for name in ("Term", "Definition", *_FIELDS)],
        templates=[
            {
                "name": "Concept",
                "qfmt": f"{_TERM}</div>",
                "afmt": f"{_TERM}<hr id=answer>{{{{Definition}}}}{_SOURCE}</div>",
            }
        ],
        css=_CSS,
    )
    figure = genanki.Model(
        _FIGURE,
        "studydoc figure",
        fields=[{"name": name} for name in ("Text", *_FIELDS)],
        templates=[{"name": "Figure", "qfmt": f"{_CLOZE}</div>", "afmt": f"{_CLOZE}{_SOURCE}</div>"}],
        css=_CSS,
        model_type=genanki.Model.CLOZE,
    )
    return concept, figure


def _notes(exported: Exported) -> Iterator[tuple[str, int, tuple[str, ...]]]:
    """(key, kind, fields) for every note: concepts are keyed by their term, figures by their lines and order.

    Rows of tables are counted separately.
    """
    seen: dict[str, int] = {}
    front: tuple[str, ...]
    columns: tuple[str, ...] = ()  # of the most recent table: its rows follow it directly
    for block, _, point in (place for section in exported.sections for place in section.points()):
        columns = point.columns or columns
        if point.claim is None:
            continue
        if block.form == "terms":
            key, kind, front = f"concept {point.lead.casefold()}", _CONCEPT, (_plain(point.lead), _plain(point.text))
        elif block.form in ("bullets", "points"):
            lines, labels = " ".join(str(e.segment) for e in point.claim.evidence), exported.labels
            text = _row(point, block.heading, columns, labels) if point.cells else _sentence(point, labels)
            key, kind, front = f"{'row' if point.cells else 'figure'} {lines}", _FIGURE, (text,)
        else:
            continue
        if not front[0]:
            continue
        seen[key] = seen.get(key, 0) + 1
        yield f"{key} {seen[key]}", kind, (*front, *_source(exported, point))


def _sentence(point: Point, labels: Labels) -> str:
    """A statement as the front of a figure's card; "" if it has nothing to ask."""
    text = cloze(point.text, point.emphasis)
    return _lead(point.lead, labels) + text if text and point.lead else text


def _row(point: Point, heading: str, columns: Sequence[str], labels: Labels) -> str:
    """A row as the front of a card: heading, first cell, and the other cells with gaps; "" if it has nothing to ask."""
    text = cloze(point.text, point.emphasis, (heading, point.lead, *columns)) if point.lead else ""
    first = f"{columns[0]}{labels.colon}{point.lead}" if columns[0] else point.lead
    above = f"{_plain(heading)}<br>" if heading else ""
    return f"{above}<b>{_plain(first)}</b><br>{text}" if text else ""


def _lead(lead: str, labels: Labels) -> str:
    mark, space = labels.lead_ending(lead)
    return f"<b>{_plain(lead)}{mark}</b>{space}"


def _source(exported: Exported, point: Point) -> tuple[str, str, str]:
    passages = exported.passages(point)
    quotes = "<br>".join(_plain(p.attributed_quote(exported.labels, _LONGEST)) for p in passages[:2])
    first = passages[0]
    place = _plain(first.place)
    link = f'<a href="{html.escape(first.url)}">{place}</a>' if first.url else place
    doubt = f" {DOUBT_MARK} {_plain(exported.labels.in_doubt)}" if exported.doubted(point) else ""
    document = " · ".join(filter(None, (exported.folder, exported.document.title)))
    return quotes, link + doubt, _plain(document)


def cloze(text: str, emphasis: Sequence[str] = (), shown: Sequence[str] = ()) -> str:
    """A statement with gaps for its figures, one card each; "" if none is in digits. All else is escaped.

    A figure that occurs twice is one gap. One that is `shown` elsewhere on the card is not a gap, so that no card gives
    away its answer. Figures in words of `emphasis` take precedence.
    """
    spans = [s for s in _figures(plain_marks(text)) if not _part_of_a_name(text, *s)]
    bold, shown_figures = _figures_of(emphasis), _figures_of(shown)
    figures = [f for f in dict.fromkeys(text[first:last] for first, last in spans) if f not in shown_figures]
    hidden = sorted(figures, key=lambda figure: figure not in bold)[:_MOST_FIGURES]
    gaps = {figure: n for n, figure in enumerate((f for f in figures if f in hidden), 1)}
    out, end = "", 0
    for first, last in spans:
        if gap := gaps.get(text[first:last]):
            out += f"{_plain(text[end:first])}{{{{c{gap}::{_plain(text[first:last])}}}}}"
            end = last
    return out + _plain(text[end:]) if gaps else ""


def _figures_of(texts: Sequence[str]) -> set[str]:
    return {text[first:last] for text in texts for first, last in _figures(plain_marks(text))}


def _figures(text: str) -> list[tuple[int, int]]:
    """Start and end of the figures in digits; "1993–94" and "3億5,000" count as one."""
    spans: list[tuple[int, int]] = []
    for figure in claims(text):
        first, last = figure.span
        short_year = last - first == 2 and century_before(text, first)
        if spans and (short_year or joined_by_scale(text[spans[-1][1] : first])):
            spans[-1] = spans[-1][0], last
        elif any(c.isdigit() for c in figure.shown):
            spans.append(figure.span)
    return spans


def _part_of_a_name(text: str, first: int, last: int) -> bool:
    """Whether digits belong to the letters beside them, as in CO2 and 3D; letters without case do not count."""
    before, after = text[first - 1 : first], text[last : last + 1]
    cased = any(c.isupper() or c.islower() for c in (before, after))
    return cased or before in ("_", ".", ",") or after == "_"


def _plain(text: str) -> str:
    """Plain words for a field, escaped so that Anki sees no HTML, gap, sound or other markup of its own."""
    escaped = html.escape(text)
    return re.sub(r"[{}\[\]\\:]", lambda m: f"&#{ord(m[0])};", escaped)


def _number(key: str) -> int:
    """An integer id such as Anki uses."""
    return 1 << 30 | int(key[:7], 16)


ANKI = Format("anki", ".apkg", "Anki cards: key concepts, and figures as gaps", write_anki)
