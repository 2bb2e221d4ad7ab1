"""Write a document freely as Markdown, which is how models explain best, then cite lines for each statement.

Code parses the Markdown; the citing call also corrects what its lines do not support.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.capable.chunks import Cited, WithManuscript
from pipeline.capable.correcting import corrected
from pipeline.capable.headings import page_of
from pipeline.capable.job import Job
from pipeline.capable.line_numbers import statement_without_numbers
from pipeline.capable.markdown_sections import lost_words, sections_in
from pipeline.capable.objections import verdicts_in
from pipeline.capable.printed_rows import printed_rows, shown_rows
from pipeline.capable.shortening import LONGEST_CITED, cut_instruction, shortened, words_over
from pipeline.capable.writing import WrittenPart, anchored, part_of, tokens_for
from pipeline.document import BARE
from pipeline.draft import Draft, DraftGroup
from pipeline.labels import Labels, labels_for
from pipeline.lengths import words_for
from pipeline.llm.answers import Parsed, Unusable
from pipeline.numbering import NumberedLine, segments_of
from pipeline.profile import Recipe
from pipeline.sections import STUDY, kind_of, tasks, words_of_each
from pipeline.sections.key_concepts import KEY_CONCEPTS
from pipeline.sections.main_points import MAIN_POINTS, with_settled_parts
from pipeline.sections.overview import OVERVIEW
from pipeline.sections.summary import SUMMARY
from pipeline.text import numbered
from pipeline.transcript import Transcript

_LEAST_PAGE = 1000  # least words of a page with a manuscript (15 minutes of talk); shorter ones come out too long
_SHARE = 0.9  # share of the page's words to ask for, since free writing comes out too long rather than too short
_LEAST_SHARE = 0.6  # share of the words asked for; less is not a document
_MOST_LOST = 0.03  # share of the words that may fit no statement, such as addresses of links
_LEAST = {  # least numbers of statement groups
    OVERVIEW.name: (1, "text below ## Overview"),
    MAIN_POINTS.name: (2, "two headings with text below ## Main Points"),
    SUMMARY.name: (1, "text below ## Summary"),
}
_LEAST_CITED = 0.8  # share of the statements that must get lines that exist
_TOKENS_A_WORD = 3  # tokens of Markdown in a JSON string
_LEAST_OF_SECTION, _MOST_OF_SECTION = 110, 150  # words below a heading, so that each covers one topic


@dataclass(frozen=True, slots=True)
class Manuscript:
    """The statements of each section, not cited yet; `words_lost` counts the words that fit no statement."""

    sections: Mapping[str, tuple[DraftGroup, ...]]
    words_lost: int


def has_manuscript(recipe: Recipe, chunks: int, transcript: Transcript) -> bool:
    """Whether a document is written freely first: if it is long enough and not composed of parts."""
    if chunks > 1 or not recipe.profile.manuscript or not kind_of(recipe).manuscript:
        return False
    return words_for(transcript.spoken_words, recipe.length) >= _LEAST_PAGE


async def write_manuscript(job: Job) -> Manuscript:
    """Write the document of a single-chunk recording, not cited yet. Raises CallError if there is no usable answer."""
    (chunk,) = job.chunks
    words = round(_SHARE * words_for(job.transcript.spoken_words, job.recipe.length) / 10) * 10
    section_words = words_of_each(words)
    task = job.task(
        kind_of(job.recipe).manuscript,
        words=f"{words:,}",
        headings=_headings(section_words[MAIN_POINTS.name]),
        each=_LEAST_OF_SECTION,
        terms=_range(KEY_CONCEPTS.values(section_words[KEY_CONCEPTS.name])),
        summary=_range(SUMMARY.values(section_words[SUMMARY.name])),
    )
    return await job.structured.ask(
        "manuscript",
        (*job.prefixes.messages(chunk), task),
        job.answer_with_manuscript,
        use=lambda parsed: _manuscript(parsed.value.manuscript, words, job.labels),
        max_tokens=2000 + _TOKENS_A_WORD * words,
        needs=["manuscript"],
    )


async def cite(manuscript: Manuscript, job: Job) -> WrittenPart:
    """Cite and correct the manuscript's statements, and write the sections that it lacks.

    Raises CallError if there is no usable answer.
    """
    (chunk,) = job.chunks
    draft = Draft(manuscript.sections, titles=job.titles).numbered(every=True)
    draft = draft.rewritten(lambda section, s: replace(s, id=0) if section in BARE else s)
    rows = list(printed_rows(draft, job.recording))
    words = draft.words()
    excess = words_over(draft, LONGEST_CITED * words_for(job.transcript.spoken_words, job.recipe.length))
    other_sections = [s for s in job.sections if s not in STUDY.sections]
    task = job.task(
        "cite.v3",
        statements="\n".join(shown_rows(rows, chunk, job)),
        faults=job.piece("faults.v2"),
        cut=cut_instruction(excess, words, job),
        sections=tasks(words_of_each(words, job.sections), job.structured.prompts, other_sections),
    )
    lines = job.prefixes.lines(chunk)
    citing = {row.id for row in rows if not row.is_title}

    def with_segments(parsed: Parsed[WithManuscript]) -> tuple[Parsed[WithManuscript], dict[int, tuple[int, ...]]]:
        cited = _segments_by_statement(parsed.value.cited, citing, lines)
        if len(cited) < _LEAST_CITED * len(citing):
            raise Unusable(f"cited has lines for {len(cited)} of {len(citing)} statements: answer for every one")
        return parsed, cited

    messages = (*job.prefixes.messages(chunk), task)
    needs = ["cited", *(s.name for s in other_sections)]
    parsed, cited = await job.structured.ask(
        "cite", messages, job.answer_with_manuscript, with_segments, max_tokens=tokens_for(words), needs=needs
    )
    verdicts = verdicts_in(parsed, {row.id: cited.get(row.id, ()) for row in rows}, lines)
    draft = draft.rewritten(lambda section, s: statement_without_numbers(replace(s, lines=cited.get(s.id, ())), lines))
    draft = shortened(draft, parsed.value.cut, excess)
    draft = with_settled_parts(corrected(draft, verdicts, job.recording))
    part = part_of(parsed, chunk, job, whole=True)
    sections = {
        s.name: anchored(draft.sections.get(s.name, ()), s, chunk) or part.sections[s.name] for s in job.sections
    }
    job.reporter.wrote(sections)
    withheld, dropped = (*part.withheld, *draft.withheld), (*part.dropped, *draft.dropped)
    remarks = () if job.recipe.profile.check == "model" else draft.remarks  # the check that follows adds its own
    remarks += tuple(verdicts.remarks)
    if manuscript.words_lost:
        remarks += (f"left out {numbered(manuscript.words_lost, 'word')} of the free text that fit no statement",)
    return replace(part, sections=sections, withheld=withheld, dropped=dropped, remarks=remarks, from_manuscript=True)


def _segments_by_statement(
    rows: Sequence[Cited], citing: Collection[int], lines: Sequence[NumberedLine]
) -> dict[int, tuple[int, ...]]:
    """The segments that an answer gives for each statement in `citing`, without those that get none."""
    numbers: dict[int, list[int]] = {}
    for row in rows:
        if row.id in citing:
            numbers.setdefault(row.id, []).extend(row.lines)
    return {id_: segments for id_, of_lines in numbers.items() if (segments := segments_of(of_lines, lines))}


def _manuscript(markdown: str, words: int, labels: Labels) -> Manuscript:
    """Parse a manuscript. Raises Unusable if it is not a document of about so many words."""
    titles = _titles(labels)
    page = page_of(markdown, titles)
    sections = sections_in(page, titles, STUDY.sections, labels)
    if missing := [text for name, (least, text) in _LEAST.items() if len(sections[name]) < least]:
        raise Unusable(f"manuscript lacks {' and '.join(missing)}")
    if (words_written := Draft(sections).words()) < _LEAST_SHARE * words:
        raise Unusable(f"manuscript has {words_written:,} words of about {words:,}: answer with the whole document")
    if (words_lost := lost_words(page, sections, titles)) > _MOST_LOST * words_written:
        raise Unusable(f"{words_lost} words of manuscript stand where none are looked for: keep to the form asked for")
    return Manuscript(sections, words_lost)


def _titles(labels: Labels) -> dict[str, str]:
    """The names of sections by title, in English and in the notes' language."""
    catalogues = (labels_for("en"), labels)
    return {catalogue.heading(s.name).casefold(): s.name for catalogue in catalogues for s in STUDY.sections}


def _headings(words: int) -> str:
    """How many headings to ask for in so many words of main points."""
    return f"{max(2, round(words / _MOST_OF_SECTION))} to {max(3, round(words / _LEAST_OF_SECTION))}"


def _range(values: Mapping[str, str]) -> str:
    return f"{values['least']} to {values['most']}"
