import asyncio
import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.asking import schema_of
from pipeline.document import Evidence
from pipeline.errors import SettingsError
from pipeline.prompting import PromptSet
from pipeline.sections import SECTIONS
from pipeline.sections.base import DraftStatement, MergeContext
from pipeline.sections.key_concepts import defined, emptiness
from pipeline.sections.main_points import MAIN_POINTS, Part, aligned, assign, nest
from pipeline.sections.prerequisites import details, line, terms_of
from pipeline.sections.repeats import is_repeat, same_term
from pipeline.sections.summary import join_fault
from pipeline.source import Source
from pipeline.wording import Spelling
from tests.scripted import merge_context, transcript

PROMPTS = Path(__file__).parent.parent.parent / "prompts"


def drafts(n: int) -> list[DraftStatement]:
    return [
        DraftStatement(f"main_points/1.1.{i}", "main_points", 0, (i,), f"Statement {i}.", f"Topic {i}")
        for i in range(1, n + 1)
    ]


def quoted(lines: Sequence[int]) -> tuple[Evidence, ...]:
    return (Evidence(segment=lines[0], start=None, end=None, speaker=None, quote="x"),)


def walk(schema: Any, depth: int = 0):  # noqa: ANN201
    if isinstance(schema, dict):
        yield schema, depth
        for key, value in schema.items():
            yield from walk(value, depth + (key in ("properties", "items")))


@pytest.mark.parametrize("spec", SECTIONS, ids=lambda s: s.name)
def test_draft_schemas_keep_to_what_strict_endpoints_take(spec) -> None:  # noqa: ANN001
    for node, depth in walk(schema_of(spec.draft)):
        assert depth <= 8
        assert not {"$ref", "oneOf", "allOf", "default", "prefixItems", "pattern"} & set(node)
        if node.get("type") == "object":
            assert node["additionalProperties"] is False
            assert sorted(node["required"]) == sorted(node["properties"])


@pytest.mark.parametrize("spec", [s for s in SECTIONS if s.from_chunks], ids=lambda s: s.name)
def test_evidence_comes_before_the_statement(spec) -> None:  # noqa: ANN001
    text = json.dumps(schema_of(spec.draft))
    first = min(text.index(f'"{w}"') for w in ("statement", "definition", "sentence", "detail") if f'"{w}"' in text)
    assert text.index('"lines"') < first


def test_parts_are_assigned_by_where_they_begin_and_nothing_is_lost() -> None:
    parts = assign([Part(begins=1, heading="first part"), Part(begins=4, heading="Second part")], drafts(6))
    assert [(h, len(m)) for h, m in parts] == [("First Part", 3), ("Second Part", 3)]


def test_parts_that_are_far_too_large_are_split_and_stubs_are_joined() -> None:
    sizes = [len(m) for _, m in assign([Part(begins=1, heading="All"), Part(begins=20, heading="Last")], drafts(20))]
    assert sum(sizes) == 20
    assert max(sizes) <= 7 and min(sizes) >= 2


@pytest.mark.parametrize(
    "said", ["Ana: “It is done”", "Something that was said at length, and then some more of the same thing after it"]
)
def test_a_note_is_no_heading(said: str) -> None:
    [(heading, _)] = assign([Part(begins=1, heading=said)], drafts(3))
    assert heading == "Topic 1"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("costs of the tower, and", "Costs of the Tower"),
        ("costs of the tower,", "Costs of the Tower"),
        ("costs of the tower and the", "Costs of the Tower"),
        ("logging in", "Logging in"),
    ],
)
def test_a_heading_cut_at_its_limit_ends_with_a_word_of_meaning(said: str, shown: str) -> None:
    [(heading, _)] = assign([Part(begins=1, heading=said)], drafts(3))
    assert heading == shown


def test_headings_whose_numbers_ran_ahead_go_to_the_notes_that_they_name() -> None:
    topics = ["Cost", "Cost", "Loan", "Loan", "Heat", "Heat", "Water", "Water"]
    notes = [replace(d, label=topic) for d, topic in zip(drafts(8), topics, strict=True)]
    said = [
        Part(begins=n, heading=h) for n, h in enumerate(["What it Costs", "The Loan", "Outlook", "Cooling Water"], 1)
    ]
    assert [(h, [d.lines[0] for d in m]) for h, m in assign(aligned(said, notes), notes)] == [
        ("What It Costs", [1, 2]),
        ("The Loan", [3, 4, 5, 6]),
        ("Cooling Water", [7, 8]),
    ]


def test_a_heading_in_words_of_its_own_stays_where_it_was_put() -> None:
    said = [Part(begins=1, heading="Beginnings"), Part(begins=4, heading="What comes of it")]
    placed = aligned(said, drafts(6))
    assert [(h, len(m)) for h, m in assign(placed, drafts(6))] == [("Beginnings", 3), ("What Comes of It", 3)]


@pytest.mark.parametrize("one_job", [True, False])
def test_a_small_model_names_the_parts_that_code_finds_and_a_large_one_finds_them(one_job: bool) -> None:
    subjects = ["a boiler warms the radiators of a house"] * 3 + ["a ferry sails from its harbour at high tide"] * 3
    notes = [replace(d, text=f"{d.text} {' '.join([said] * 4)}") for d, said in zip(drafts(6), subjects, strict=True)]
    asked: list[str] = []

    async def ask(prompt: str, answer: type[Any], **options: Any) -> Any:
        asked.append(prompt)
        if prompt == "merge_heading.v1":
            return answer(heading="Ferries" if "ferry" in options["notes"] else "Boilers")
        return answer(parts=[{"begins": 1, "heading": "Everything"}])

    context = merge_context(ask=ask, cite=quoted, one_job=one_job)
    merged = asyncio.run(MAIN_POINTS.merge(notes, context))
    found = [(p.heading, len(p.details)) for p in merged.content]
    if one_job:
        assert (asked, found) == (["merge_heading.v1"] * 2, [("Boilers", 3), ("Ferries", 3)])
    else:
        assert (asked, found) == (["merge_outline.v1"], [("Everything", 6)])


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (
            "Cloud Over the Coast, Three Tenths Near the Shore, Obscured up to the Ca",
            "Cloud Over the Coast, Three Tenths Near the Shore",
        ),
        (
            "Why the Harbour of the Old Town Has No More Room for the Ferries of the Isl",
            "Why the Harbour of the Old Town Has No More Room for the Ferries",
        ),
        ("Cloud Over the Coast", "Cloud Over the Coast"),
    ],
)
def test_a_heading_that_was_cut_at_its_limit_loses_its_broken_end(said: str, shown: str) -> None:
    async def ask(prompt: str, answer: type[Any], **options: Any) -> Any:
        return answer(heading=said[:70])

    merged = asyncio.run(MAIN_POINTS.merge(drafts(4), merge_context(ask=ask, cite=quoted, one_job=True)))
    assert [p.heading for p in merged.content] == [shown]


def test_two_parts_never_share_a_heading() -> None:
    headings = [h for h, _ in assign([Part(begins=1, heading="Same"), Part(begins=4, heading="same")], drafts(6))]
    assert len(set(headings)) == 2


def test_a_lead_in_says_more_than_the_heading_and_is_said_once() -> None:
    context = merge_context(cite=quoted)
    labels = ["Tower costs", "The loan", "Heat exchanger", "The loan"]
    rows = [(replace(d, label=label), [i]) for i, (d, label) in enumerate(zip(drafts(4), labels, strict=True), 1)]
    told: list[str] = []
    assert [d.lead for d in nest(rows, context, "The Costs of the Tower", told)] == [
        None,
        "The Loan",
        "Heat Exchanger",
        None,
    ]
    assert [d.lead for d in nest(rows[1:2], context, "Money", told)] == [None]


@pytest.mark.parametrize(
    ("topic", "lead"),
    [
        ("Ferry fares", "Ferry Fares"),
        ("Fares of the pier", None),
        ("Insulin fares", None),
        ("Pier fares of insulin", None),
        ("Ferry, bus, tram", None),
    ],
)
def test_a_lead_in_is_not_what_its_note_begins_with_nor_what_nobody_says(topic: str, lead: str | None) -> None:
    context = merge_context(cite=quoted, mentions=lambda phrase: set() if phrase.casefold() == "insulin" else {1})
    [note] = [replace(d, label=topic, text="The fares at the pier are low in winter.") for d in drafts(1)]
    assert [d.lead for d in nest([(note, [1])], context, "Money", [])] == [lead]


@pytest.mark.parametrize(
    ("a", "b", "repeat"),
    [
        ("The tower costs 3 million euros a year.", "Every year the tower costs 3 million euros.", True),
        ("The tower costs 3 million euros a year.", "The tower costs 5 million euros a year.", False),
        ("The tower costs 3 million euros a year.", "A heat exchanger warms 5,000 homes.", False),
    ],
)
def test_repeats(a: str, b: str, repeat: bool) -> None:
    assert is_repeat(a, b) is repeat


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("Heat pump", "heat pumps", True),
        ("Track access charge", "track access charges", True),
        ("Heat pump", "Load factor", False),
    ],
)
def test_variants_of_a_term(a: str, b: str, same: bool) -> None:
    assert same_term(a, b) is same


@pytest.mark.parametrize(
    "definition",
    [
        "A project that takes the Tower Core apart, into a library.",
        "In this context, it means a type that is set.",
        "A person who was known about libraries at the time.",
    ],
)
def test_a_definition_that_needs_its_term_or_one_place_tells_no_meaning(definition: str) -> None:
    assert emptiness("Tower Core", definition)
    assert emptiness("Tower Core", "A library into which a project was taken apart.") is None


def test_a_definition_that_only_repeats_its_term_is_empty() -> None:
    assert emptiness("Error handling", "The handling of errors")
    assert emptiness("Capacity factor", "Yearly output divided by what running flat out would give") is None


def test_a_prerequisite_that_the_limit_cut_loses_its_broken_end() -> None:
    cut = "megawatt, gigawatt hour, " + "capacity, " * 8 + "and the broken e"
    draft = DraftStatement("prerequisites/1.1.1", "prerequisites", 0, (1,), cut[:110], "Units of Power")
    assert terms_of(draft, plain_context())[-1] == "capacity"


def test_a_missing_or_unused_variable_of_a_prompt_is_an_error() -> None:
    prompt = PromptSet().load("merge_outline.v1")
    with pytest.raises(SettingsError, match="missing variables"):
        prompt.render(notes="x")
    with pytest.raises(SettingsError, match="unused"):
        prompt.render(notes="x", least="1", most="2", more="3")


@pytest.mark.parametrize(
    ("file", "text", "reason"),
    [
        ("merge_outline.v1.md", "Only $notes", "has \\$notes"),
        ("merge_outline.v1.md", "$notes $least $most for 5 $ each", "lone dollar sign"),
        ("merge_outlines.v1.md", "$notes", "no prompt 'merge_outlines.v1'"),
        ("merge_outline.v12.md", "$notes", "no prompt 'merge_outline.v12'"),
        ("merge_outline.v1.md", "£ $notes $least $most", "not UTF-8"),
    ],
)
def test_a_prompt_of_ones_own_that_cannot_work_is_told_before_anything_is_asked(
    tmp_path: Path, file: str, text: str, reason: str
) -> None:
    (tmp_path / "README.md").write_text("These are $mine", "utf-8")
    assert PromptSet(tmp_path)
    (tmp_path / file).write_text(text, "latin-1")
    with pytest.raises(SettingsError, match=reason):
        PromptSet(tmp_path)


def test_every_prompt_file_is_known_and_every_known_prompt_has_a_file() -> None:
    used = {s.prompt for s in SECTIONS} | {p for s in SECTIONS for p in (*s.merge_prompts, s.span_prompt) if p}
    used |= {"system.v1", "chunk.v1", "repair.v1", "reask.v1", "schema_in_text.v1", "judge.v1", "review.v1"}
    assert used == {p.relative_to(PROMPTS).with_suffix("").as_posix() for p in PROMPTS.rglob("*.md")}


def test_digests_are_of_the_files() -> None:
    prompts = PromptSet()
    prompts.load("system.v1")
    assert prompts.digests() == {"system.v1": hashlib.sha256((PROMPTS / "system.v1.md").read_bytes()).hexdigest()}


def test_a_new_section_needs_only_its_spec(tmp_path: Path) -> None:
    names = [s.name for s in SECTIONS]
    assert names == ["main_points", "key_concepts", "prerequisites", "overview", "summary"]
    assert asyncio.iscoroutinefunction(SECTIONS[0].merge)


def plain_context(title: str = "") -> MergeContext:
    async def ask(*args: Any, **more: Any) -> Any:
        raise AssertionError("prerequisites need no model")

    return merge_context(ask=ask, title=title)


def prerequisites_of(context: MergeContext, *found: tuple[str, str]) -> tuple[list[str], list[str]]:
    """What is told of these topics and terms, and the reasons of what is not."""
    given = [
        DraftStatement(f"prerequisites/{n}.1.1", "prerequisites", n, (n,), terms, label)
        for n, (label, terms) in enumerate(found, 1)
    ]
    merged = asyncio.run(next(s for s in SECTIONS if s.name == "prerequisites").merge(given, context))
    assert set(merged.placed) | {id_ for id_, _ in merged.withheld} == {d.id for d in given}
    prefix = "Basic familiarity with "
    return [p.text.removeprefix(prefix) for p in merged.content], [w.reason for _, w in merged.withheld]


def recording(*lines: str) -> MergeContext:
    """What a merge is given of a recording that says these lines."""
    t = transcript([(None, said) for said in lines])
    source = Source(t)
    return replace(plain_context(), cased=Spelling(t.segments), mentions=source.lines_saying)


def test_a_prerequisite_lists_each_detail_once_and_not_its_own_topic() -> None:
    detail = "HF, HF radio, HF radios, frequency, Frequency, JavaScript, a word of more than five words"
    draft = DraftStatement("prerequisites/1.1.1", "prerequisites", 0, (1,), detail, "HF radio")
    terms = terms_of(draft, plain_context())
    assert line("HF radio", details("HF radio", terms)) == "Basic familiarity with HF radio (frequency, JavaScript)"
    assert details("HF radio", terms, ["frequency"]) == ["JavaScript"]
    assert line("HF radio", []) == "Basic familiarity with HF radio"


def test_details_that_contain_each_other_are_told_once() -> None:
    terms = ["tide", "tide gauge", "tide gauge calibration", "harbour master", "tide gauge drift"]
    assert details("surveying", terms) == ["tide gauge calibration", "harbour master"]


def test_a_topic_that_stands_in_another_one_is_joined_to_it() -> None:
    told, _ = prerequisites_of(
        plain_context(),
        ("Kafka clusters", "partitions, brokers"),
        ("Message queues", "kafka clusters, RabbitMQ"),
        ("Glacier ice", "moraine, calving front"),
        ("Calving front", "seismometers"),
        ("Alpine glacier ice", "firn line"),
    )
    assert told == [
        "message queues (kafka clusters, RabbitMQ, partitions, brokers)",
        "glacier ice (moraine, calving front, seismometers, firn line)",
    ]


def test_a_prerequisite_has_the_capitals_of_the_recording() -> None:
    context = recording(
        "Most of the plugins for Kafka are old, and some Kafka brokers lose a partition.",
        "Brokers, that is Kafka brokers, hold one partition or more of the Data Lake Team.",
        "A partition of the data is what brokers share.",
    )
    told, _ = prerequisites_of(context, ("kafka brokers", "Partition, data"))
    assert told == ["Kafka brokers (partition, data)"]


def test_what_the_recording_does_not_say_is_no_detail_and_what_it_hardly_says_no_topic() -> None:
    context = recording(
        "The glacier moves faster where meltwater reaches the bed.",
        "You select a moraine and date it.",
        "Meltwater is the reason that this glacier calves, and Dockworkers know it.",
    )
    told, reasons = prerequisites_of(
        context, ("Glaciers", "meltwater, moraine, isostasy, melt selector"), ("Dockworkers", "crane")
    )
    assert told == ["glaciers (meltwater, moraine)"]
    assert reasons == ["the recording hardly speaks of it"]


def test_everyday_words_and_the_recording_itself_are_no_prerequisite() -> None:
    context = plain_context(title="Harbour Notes Weekly")
    told, reasons = prerequisites_of(
        context,
        ("Business", "price, city"),
        ("Harbour Notes", ""),
        ("Quay Newsletter", "dredging"),
        ("Tidal hydrography", ""),
    )
    assert told == ["tidal hydrography"]
    assert reasons == ["everyday words that tell no field of knowledge", *["it is the recording itself"] * 2]


def test_the_only_prerequisite_stays_however_thin() -> None:
    assert prerequisites_of(plain_context(), ("Business", "price"), ("Weather", ""))[0] == ["business (price)"]


def test_what_a_recording_is_about_is_said_once() -> None:
    told = ("The recording is about weak references.", "The recording is about a calculator that speaks Python.")
    found = [DraftStatement(f"overview/{n}.1.1", "overview", n, (n,), text) for n, text in enumerate(told, 1)]

    async def ask(*args: Any, **more: Any) -> Any:
        raise AssertionError("two sentences need no model")

    def cited(lines: Any) -> tuple[Evidence, ...]:
        return tuple(Evidence(segment=n, start=None, end=None, speaker=None, quote="said") for n in lines)

    context = merge_context(ask=ask, cite=cited)
    merged = asyncio.run(next(s for s in SECTIONS if s.name == "overview").merge(found, context))
    assert [s.text for s in merged.content] == [told[0], "It is also about a calculator that speaks Python."]


@pytest.mark.parametrize(
    ("doubted", "told"), [("fused", "Sentence 1."), ("nothing", "Both are fused."), ("", "Both are fused.")]
)
def test_a_fused_overview_that_is_doubted_gives_way_to_a_sentence_that_holds(doubted: str, told: str) -> None:
    found = [DraftStatement(f"overview/{n}.1.1", "overview", n, (n,), f"Sentence {n}.") for n in range(1, 9)]

    async def ask(prompt: str, answer: type[Any], **more: Any) -> Any:
        return answer(notes=[1, 2], sentence="Both are fused.")

    context = merge_context(ask=ask, cite=quoted, doubt=lambda text, lines, section: doubted in text)
    merged = asyncio.run(next(s for s in SECTIONS if s.name == "overview").merge(found, context))
    assert merged.content[0].text == told and len(merged.content) == 4
    assert merged.content[0].support == ("weak" if doubted == "" else "verified")


PLATE = "A plate of copper and nickel has prevented that barnacles settle, and nothing was too hot in three years."


@pytest.mark.parametrize(
    ("woven", "joined"),
    [
        (
            "Four turbines of 1.5 megawatts have prevented that barnacles settle, and nothing was hot in three years.",
            True,
        ),
        ("Four turbines have a copper plate that has prevented that barnacles settle, and nothing was hot.", False),
        ("Four turbines of 1.5 megawatts stand in the sound.", False),
        (PLATE, False),
    ],
)
def test_a_sentence_does_not_say_of_one_subject_what_was_said_of_another(woven: str, joined: bool) -> None:
    notes = ["Four turbines of 1.5 megawatts each are bolted to the sea bed.", PLATE]
    assert bool(join_fault(woven, notes)) == joined


@pytest.mark.parametrize(
    ("said", "concept"),
    [
        ("A weir is a low wall that holds a river back.", ("weir", "A low wall that holds a river back.")),
        (
            "According to Ana, Tidemill is the tool that plans all trips.",
            ("Tidemill", "The tool that plans all trips."),
        ),
        ("The weir is a great place to swim for children.", None),
        ("This is a proposal for a bridge over the weir.", None),
        ("The goal is a river that keeps its fish.", None),
        ("Ana's mill is a house that was built by monks.", None),
        ("Tidemill 2.1 is a release that was tested for weeks.", None),
        ("The weir holds a river back.", None),
    ],
)
def test_a_note_that_says_what_its_subject_is_gives_a_concept(said: str, concept: tuple[str, str] | None) -> None:
    [note] = [replace(d, text=said) for d in drafts(1)]
    found = defined([note, replace(note, section="overview")])
    assert [(d.label, d.text) for d in found] == ([concept] if concept else [])
    assert all(d.section == "key_concepts" and d.lines == note.lines and d.id != note.id for d in found)
