"""What the parts of a long recording contain, as numbered rows from which an editor composes a document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.capable.writing import WrittenPart
from pipeline.draft import DraftStatement
from pipeline.draft import lines_of as lines_below
from pipeline.labels import Labels
from pipeline.sections import Section
from pipeline.sections.base import in_a_row
from pipeline.sections.key_concepts import KEY_CONCEPTS
from pipeline.sections.main_points import MAIN_POINTS
from pipeline.sections.overview import OVERVIEW
from pipeline.sections.prerequisites import PREREQUISITES
from pipeline.tables import row_of


@dataclass(frozen=True, slots=True)
class NumberedRows:
    """Points, terms, overview sentences and items of all parts, numbered from 1; the first `points` rows are points.

    `items` has the numbers of the terms and of each section whose items are chosen by number, `labels` the words that
    code adds in the notes' language.
    """

    rows: tuple[DraftStatement, ...]
    points: int
    sections: tuple[Section, ...]
    items: Mapping[str, range]
    labels: Labels

    @property
    def written_anew(self) -> list[Section]:
        """The sections that the editor writes anew."""
        return [s for s in self.sections if s.composed == "anew"]

    @property
    def by_number(self) -> list[Section]:
        """The sections whose items are chosen by number."""
        return [s for s in self.sections if s.by_number]

    def has(self, number: int) -> bool:
        """Whether a row has this number."""
        return 1 <= number <= len(self.rows)

    def lines_of(self, numbers: Sequence[int]) -> tuple[int, ...]:
        """The segments that the rows of these numbers cite, details included, in order."""
        return lines_below(self.rows[n - 1] for n in numbers if self.has(n))


def table_of(parts: Sequence[WrittenPart], sections: tuple[Section, ...], labels: Labels) -> tuple[NumberedRows, str]:
    """All rows with numbers, and the text that shows them to the editor; `labels` are in the notes' language."""
    points: list[DraftStatement] = []
    page: list[str] = []
    for n, part in enumerate(parts, 1):
        page += ["", f"== Part {n}"]
        for group in part.sections.get(MAIN_POINTS.name, ()):
            page.append(f"-- {group.heading}")
            for statement in group.statements:
                points.append(statement)
                page.append(_row(len(points), statement))
                page += [f"     columns: {row_of(statement.columns)}"] if statement.columns else []
                page += [f"     - {d.text}" for d in statement.details]
    terms = of_all_parts(KEY_CONCEPTS, parts)
    page += ["", "== Terms", *(_row(n, s) for n, s in enumerate(terms, len(points) + 1))] if terms else []
    overview = of_all_parts(OVERVIEW, parts)
    page += ["", "== What the parts are", *(_row(n, s) for n, s in enumerate(overview, len(points) + len(terms) + 1))]
    needed = dict.fromkeys(s.text for s in of_all_parts(PREREQUISITES, parts))
    page += ["", "== Taken for granted", *(f"- {text}" for text in needed)] if needed else []
    rows = [*points, *terms, *overview]
    items = {KEY_CONCEPTS.name: range(len(points) + 1, len(points) + len(terms) + 1)}
    for section in (s for s in sections if s.by_number):
        section_items = of_all_parts(section, parts)
        items[section.name] = range(len(rows) + 1, len(rows) + len(section_items) + 1)
        page += ["", f"== {section.name}"] if section_items else []
        page += [row for n, s in zip(items[section.name], section_items, strict=True) for row in _item_rows(n, s)]
        rows += section_items
    return NumberedRows(tuple(rows), len(points), sections, items, labels), "\n".join(page).strip()


def of_all_parts(section: Section, parts: Sequence[WrittenPart]) -> list[DraftStatement]:
    """The statements of a section in all parts, in order."""
    return in_a_row([group for part in parts for group in part.sections.get(section.name, ())])


def _item_rows(number: int, statement: DraftStatement) -> Iterator[str]:
    yield _row(number, statement)
    yield from (f"     - {d.labelled}" for d in statement.details)


def _row(number: int, statement: DraftStatement) -> str:
    return f"{number}. {statement.labelled}"
