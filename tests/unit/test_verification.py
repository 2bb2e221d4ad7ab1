"""What verification finds: each kind of fault in a statement that would else hold."""

import pytest

from pipeline.evidence import realign, verify
from pipeline.merging import woven_fault
from pipeline.source import Source
from pipeline.transcript import Metadata, Segment, Transcript

LINES = [
    ("Rita Okafor", "So we switched the ovens at Millbrook to heat pumps in 2021, and the gas bill fell by forty percent."),
    ("Rita Okafor", "The new wiring was not cheap, it cost us twenty-three thousand pounds, mostly for copper."),
    ("Tom Hale", "I think the savings never pay for the wiring, and I told the council of Ashford so."),
    ("Rita Okafor", "Well, in the second winter our bakers said: the ovens heat up faster than the old gas ovens ever did."),
    ("Tom Hale", "The grid company Norwatt raised its prices by a quarter that winter, so the comparison is unfair."),
    ("Rita Okafor", "We sell more rye bread than wheat bread since then, about three hundred loaves every morning."),
]  # fmt: skip
SOURCE = Source(
    Transcript("ovens", tuple(Segment(i, text, who) for i, (who, text) in enumerate(LINES, 1)), Metadata(title="Ovens"))
)


def kinds(text: str, *lines: int) -> set[str]:
    return {f.kind for f in verify(text, lines, SOURCE)}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Switching the ovens at Millbrook to heat pumps in 2021 cut the gas bill by 40%.", (1,)),
        ("The new wiring was not cheap and cost £23,000, mostly for copper.", (2,)),
        ("Tom Hale thinks that the savings never pay for the wiring.", (3,)),
        ("The bakers said “the ovens heat up faster than the old gas ovens ever did”.", (4,)),
        ("The grid company Norwatt raised prices by 25% that winter, which makes the comparison unfair.", (5,)),
        ("The grid company Norwat raised its prices by a quarter that winter.", (5,)),
        ("The bakery sells more rye bread than wheat bread, about 300 loaves every morning.", (6,)),
    ],
)
def test_a_true_statement_has_no_finding(text: str, lines: tuple[int, ...]) -> None:
    assert verify(text, lines, SOURCE) == []


@pytest.mark.parametrize(
    ("kind", "text", "lines"),
    [
        ("figure", "Switching the ovens at Millbrook to heat pumps in 2021 cut the gas bill by 45%.", (1,)),
        ("figure", "The new wiring was not cheap, it cost thirty-two thousand pounds, mostly for copper.", (2,)),
        ("name", "The grid company Eastwatt raised its prices by a quarter that winter.", (5,)),
        ("name", "Switching the ovens at Ashford to heat pumps in 2021 cut the gas bill by 40%.", (1,)),
        ("owner", "Rita Okafor thinks that the savings never pay for the wiring.", (3,)),
        ("quote", "The bakers said “the ovens heat up slower than the old gas ovens ever did”.", (4,)),
        ("polarity", "The new wiring was cheap, it cost £23,000, mostly for copper.", (2,)),
        ("polarity", "The ovens do not heat up faster than the old gas ovens ever did.", (4,)),
        ("polarity", "The bakery sells less rye bread than wheat bread, about 300 loaves every morning.", (6,)),
        ("citation", "The grid company Norwatt raised its prices by a quarter that winter.", (2,)),
        ("support", "Solar panels on the roof of the bakery feed a battery in its cellar.", (6,)),
        ("support", "The new wiring was not 便宜 and cost £23,000.", (2,)),
    ],
)
def test_each_kind_of_fault_is_found(kind: str, text: str, lines: tuple[int, ...]) -> None:
    assert kind in kinds(text, *lines)


def test_a_name_from_elsewhere_in_the_transcript_is_told_from_an_invented_one() -> None:
    lines = [("Ann", f"The river near village {w} floods in spring.") for w in "alpha beta gamma delta epsilon".split()]
    source = Source(
        Transcript(
            "r", tuple(Segment(i, t, w) for i, (w, t) in enumerate([*lines, ("Ann", "Mayor Brandt built dams.")], 1))
        )
    )
    (finding,) = verify("The river near village alpha floods in spring, said Brandt.", [1], source)
    assert (finding.kind, finding.grave) == ("name", False)
    (finding,) = verify("The river near village alpha floods in spring, said Kowalski.", [1], source)
    assert (finding.kind, finding.grave) == ("name", True)


def test_a_citation_is_moved_to_the_lines_that_say_it() -> None:
    text = "The grid company Norwatt raised its prices by a quarter that winter."
    assert 5 in realign(text, SOURCE, (2,), range(1, 7))


@pytest.mark.parametrize(
    ("line", "good", "bad"),
    [
        ("Der Strompreis stieg 2022 um 3,5 Prozent auf 1.200 Euro.", "Der Strompreis stieg um 3,5 Prozent auf 1200 Euro.",
         "Der Strompreis stieg um 4,5 Prozent auf 1200 Euro."),
        ("Цена выросла на 35 процентов за год.", "Цена выросла на 35 процентов.", "Цена выросла на 53 процента."),
        ("价格在2022年上涨了35%，达到1200元。", "价格在2022年上涨35%。", "价格在2022年上涨53%。"),
    ],
)  # fmt: skip
def test_figures_of_other_scripts_and_decimal_conventions(line: str, good: str, bad: str) -> None:
    source = Source(Transcript("x", (Segment(1, line),)))
    assert "figure" not in {f.kind for f in verify(good, [1], source)}
    assert "figure" in {f.kind for f in verify(bad, [1], source)}


TRAM = Source(
    Transcript(
        "tram",
        tuple(
            Segment(i, text, who)
            for i, (who, text) in enumerate(
                [
                    ("Vera Lund", "With me is Otto Brandt of the Harbour Tram Company, who built the line to Kessel."),
                    ("Otto Brandt", "The line to Kessel carries nine thousand passengers a day on eleven kilometres of track."),
                    ("Otto Brandt", "The council of Mirow has promised a second bridge for trams three times so far."),
                    ("Vera Lund", "And in Kessel, are the streets loud?"),
                    ("Otto Brandt", "At night the streets are empty."),
                ],
                1,
            )
        ),
        Metadata(title="Rails Again", channel="Slow City Radio"),
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "lines", "doubted"),
    [
        ("The council of Mirow has promised a second bridge for trams three times.", (2, 3), None),
        ("The council of Harbour has promised a second bridge for trams three times.", (2, 3), "Harbour"),
        ("The Brandt has promised a second bridge for trams three times so far.", (3,), "Brandt"),
        ("The council of Slow has promised a second bridge for trams three times.", (3,), "Slow"),
        ("Slow City Radio says the line to Kessel carries nine thousand passengers a day.", (2,), None),
        ("The line carries nine thousand passengers a day to scheduled Vera.", (1, 2), "Vera"),
        ("The line to Otto Mirow carries nine thousand passengers a day.", (2, 3), "Mirow"),
    ],
)
def test_a_name_in_the_wrong_place_makes_a_statement_weak(
    text: str, lines: tuple[int, ...], doubted: str | None
) -> None:
    found = [f for f in verify(text, lines, TRAM) if f.kind == "name"]
    assert not any(f.grave for f in found)
    assert (doubted is None and not found) or any(doubted and doubted in f.message for f in found)


def test_what_is_wrong_with_a_name_is_told_as_it_is() -> None:
    def message(text: str, *lines: int) -> str:
        return next(f.message for f in verify(text, lines, TRAM) if f.kind == "name")

    promised = "has promised a second bridge for trams three times so far."
    assert message(f"The council of Harbour {promised}", 2, 3) == "the lines name Harbour, but not where they say that"
    assert message(f"The council of Lund {promised}", 3) == "the lines do not name Lund, other lines do"
    assert message(f"The council of Zorin {promised}", 3) == "the lines do not name Zorin"
    assert message(f"The other Brandt {promised}", 3) == "Brandt is a speaker, and stands here for something else"
    assert (
        message("The line to Otto Kessel carries nine thousand passengers.", 2)
        == "nobody says Otto Kessel side by side"
    )


@pytest.mark.parametrize(
    ("text", "lines", "doubted"),
    [
        ("The first of the swing bridges that tolls pay for is the Aldine.", (1, 2), None),
        ("The first of the swing bridges that tolls pay for is the Corvo.", (1, 2), "Corvo"),
        ("Aldine Bridge A span of steel that swings when a barge comes.", (3,), None),
        ("Aldine Bridge When a barge comes, the span of steel swings.", (3,), None),
        ("Aldine Corvo, the span of steel, swings when a barge comes.", (3,), "Aldine Corvo"),
        ("The keeper of the Chief Engineer's span says that a barge comes.", (3,), None),
        ("The keeper calls the span of steel 'Corvo' when a barge comes.", (3,), "Corvo"),
        ("The keeper calls the span of steel 'Aldine' when a barge comes.", (3,), None),
        ("Tolls Engineer says that the span of steel swings when a barge comes.", (3,), "Tolls Engineer"),
        ("Steels swing when a barge comes to the span.", (3,), None),
        ("Steelman swings when a barge comes to the span.", (3,), "Steelman"),
        ("The keeper of Tolls says that the span of steel swings when a barge comes.", (3,), "Tolls"),
        ("The Keeper paints the hulls and the masts.", (7,), "Keeper"),
        ("The Swing Bridges are of steel, and a barge comes.", (3,), None),
        ("In Aldine, the yard paints the hulls every spring.", (6,), None),
        ("In Corvo, the yard paints the hulls every spring.", (7,), "Corvo"),
    ],
)
def test_a_name_is_doubted_where_the_lines_do_not_tell_it_of_that(
    text: str, lines: tuple[int, ...], doubted: str | None
) -> None:
    said = [
        "These are the swing bridges, and tolls pay for the bridges.",
        "The first one is the Aldine, and people pay to cross it.",
        "The Aldine Bridge is a span of steel that swings when a barge comes, so the keeper says.",
        "Corvo is upstream, where the Aldine was copied.",
        "Then there is the ferry.",
        "And the yard, which paints the hulls every spring.",
        "It paints the hulls and the masts.",
    ]
    source = Source(
        Transcript(
            "bridges",
            tuple(Segment(i, line, "Chief Engineer") for i, line in enumerate(said, 1)),
            Metadata(title="The Aldine and other bridges"),
        )
    )
    found = [f for f in verify(text, lines, source) if f.kind == "name"]
    assert (doubted is None and not found) or any(doubted and doubted in f.message for f in found)


def test_a_denial_is_found_in_a_short_line_that_says_the_same_without_it() -> None:
    (finding,) = verify("According to Otto Brandt, the streets are not empty at night, which is rare.", (5,), TRAM)
    assert (finding.kind, finding.grave) == ("polarity", True)


def test_a_denial_may_move_to_the_front_of_its_sentence() -> None:
    line = "Of the three hundred and forty-four animals that came within ten metres not one touched a blade."
    source = Source(Transcript("seals", (Segment(1, line),)))
    text = "Not one of the three hundred and forty-four animals that came within ten metres touched a blade."
    assert verify(text, [1], source) == []
    assert [f.kind for f in verify(text.replace("Not one of the", "The"), [1], source)] == ["polarity"]


def test_a_denial_beside_lines_without_a_word_of_meaning_is_doubted() -> None:
    source = Source(
        Transcript("yes", (Segment(1, "It is so, isn't it, and so on."), Segment(2, "And so it was for you.")))
    )
    assert "polarity" in {
        f.kind for f in verify("The old trams are not allowed to cross the harbour bridge.", [1, 2], source)
    }


PILOTS = Source(
    Transcript(
        "pilots",
        tuple(
            Segment(i, text)
            for i, text in enumerate(
                [
                    "So at six the ferry pays the harbour but the harbour doesn't pay the pilot.",
                    "When a buoy is adrift it is not going to repair itself, you tow it to the yard.",
                    "We have agreed not to move any buoys without telling the pilots first.",
                    "He's on the bridge, he's not seeing the lamp of the pier and he's worried.",
                    "They did not mark the wreck, but they also did not accept barges in the channel.",
                    "You are also not able to use radar.",
                    "The tide explained almost nothing of the delays last autumn.",
                    "The pier was never painted. Charts let the sailors find their way in the fog.",
                ],
                1,
            )
        ),
    )
)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("The outcome is that the ferry pays the harbour, but the harbour does not pay the pilot at six.", (1,)),
        ("A buoy that is adrift does not repair itself and is mostly towed to the yard.", (2,)),
        ("The sailors are not moving buoys without telling the pilots first.", (3,)),
        ("The captain on the bridge, worried, is not seeing the lamp of the pier.", (4,)),
        ("The wreck was seen, yet they were not marking the wreck but also not accepting barges in the channel.", (5,)),
        ("Barges in the channel of the wreck cannot use radar.", (5, 6)),
        ("The tide did not play a great part in the delays last autumn.", (7,)),
    ],
)
def test_a_denial_that_the_lines_word_another_way_is_borne_out(text: str, lines: tuple[int, ...]) -> None:
    assert "polarity" not in {f.kind for f in verify(text, lines, PILOTS)}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("The ferry does not pay the harbour, and the harbour does not pay the pilot.", (1,)),
        ("A buoy that is adrift does not repair itself and is not towed to the yard.", (2,)),
        ("The sailors have agreed to move any buoys and to tell the pilots first.", (3,)),
        ("The captain is not on the bridge, and he is not seeing the lamp of the pier.", (4,)),
        ("They did not mark the wreck, but they also did accept barges in the channel, which was not marked.", (5,)),
        ("Last autumn did not play a part in what the pilots of the ferry told the harbour.", (7,)),
        ("Charts make it hard for the sailors to find their way in the fog.", (8,)),
        ("Charts are less useful for the sailors in the fog.", (8,)),
    ],
)
def test_a_denial_borne_out_elsewhere_does_not_cover_another(text: str, lines: tuple[int, ...]) -> None:
    assert "polarity" in {f.kind for f in verify(text, lines, PILOTS)}


def test_less_where_no_line_takes_anything_away_is_doubted() -> None:
    source = Source(Transcript("notes", (Segment(1, "Headings and lists let readers find their way in the notes."),)))
    assert verify("Headings and lists make the notes more readable for readers.", [1], source) == []
    (finding,) = verify("Headings and lists make the notes less readable for readers.", [1], source)
    assert (finding.kind, finding.grave) == ("polarity", False)


def test_a_trade_that_nobody_said_is_doubted() -> None:
    source = Source(Transcript("net", (Segment(1, "My name is Ana Tang, I live on the Internet, and in Paris."),)))
    assert verify("Ana Tang lives on the Internet, and in Paris.", [1], source) == []
    (finding,) = verify("Ana Tang, a freelance writer and editor, lives on the Internet.", [1], source)
    assert (finding.kind, finding.grave) == ("support", False)
    (finding,) = verify("Ana Tang is a freelance writer and editor who lives on the Internet.", [1], source)
    assert (finding.kind, finding.grave) == ("support", False)
    assert woven_fault("Ana Tang, a freelance writer and editor, lives on the Internet.", [1], source)


@pytest.mark.parametrize(
    ("said", "doubted"),
    [
        ("Tides can be predicted for eighteen years, and wind on land is so cheap.", True),
        ("Tides can be predicted for eighteen years, and that makes power from them cheaper.", False),
        ("Tides can be predicted for eighteen years, and power from wind costs more.", False),
    ],
)
def test_a_comparison_that_no_line_makes_is_doubted(said: str, doubted: bool) -> None:
    source = Source(Transcript("tides", (Segment(1, said), Segment(2, "A wind farm is hard to predict."))))
    found = verify("Tides can be predicted, which makes power from them cheaper than wind on land.", [1], source)
    assert [(f.kind, f.grave) for f in found] == ([("polarity", False)] if doubted else [])
    woven = woven_fault("Tides can be predicted, which makes power from them cheaper than wind on land.", [1], source)
    assert bool(woven) == doubted


def test_an_underscore_read_aloud_is_the_same_name() -> None:
    source = Source(
        Transcript("cache", (Segment(1, "There is a decorator called LRU underscore cache in functools."),))
    )
    assert verify("The decorator LRU_cache is in functools.", [1], source) == []


TITLED = Source(
    Transcript(
        "recap",
        tuple(
            Segment(n, text)
            for n, text in enumerate(
                (
                    "Welcome to the Harbour Node Newsletter #367 Recap.",
                    "Nothing else is new, and nobody is here but us.",
                    "So the ban score was dropped, and peers are disconnected at once or not at all.",
                    "It leads to fewer lines of code, which is good.",
                ),
                1,
            )
        ),
        Metadata(title="Harbour Node Newsletter #367 Recap"),
    )
)


def test_the_title_counts_for_no_line_and_its_figure_is_none() -> None:
    text = "The Harbour Node Newsletter #367 Recap tells how the ban score of peers was dropped."
    assert verify(text, [3], TITLED) == []
    assert realign(text, TITLED, [3]) == (3,)
    assert [f.kind for f in verify("The ban score of 367 peers was dropped.", [3], TITLED)] == ["figure"]


def test_an_effect_tacked_on_to_a_true_sentence_is_found() -> None:
    true = "Trams to Kessel carry nine thousand passengers a day on eleven kilometres of track"
    assert verify(f"{true}.", (2,), TRAM) == []
    tacked = f"{true}, which caused plumbers to lose jobs."
    (finding,) = verify(tacked, (2,), TRAM)
    assert (finding.kind, finding.grave) == ("support", False)
    assert woven_fault(tacked, (2,), TRAM) == finding.message


def test_the_number_of_a_speaker_is_no_figure() -> None:
    line = Segment(1, "The tram to Kessel was late on both days of that winter.", "Speaker 7")
    source = Source(Transcript("late", (line,)))
    assert verify("Speaker 7 says the tram to Kessel was late on both days of that winter.", [1], source) == []
    assert "figure" in {f.kind for f in verify("The tram to Kessel was late on 7 days of that winter.", [1], source)}


def test_the_lack_of_a_thing_may_paraphrase_lines_without_a_denial() -> None:
    found = verify(
        "The council of Mirow has promised a second bridge for trams three times, a lack so far.", (3,), TRAM
    )
    assert not any(f.grave for f in found)


def test_a_short_unit_is_the_unit_that_a_statement_writes_out() -> None:
    said = "We are at 1,500 feet now, and the rate of descent is 30 ft/sec on the dial."
    source = Source(Transcript("fall", (Segment(1, said),)))
    assert verify("The rate of descent is 30 feet per second at 1,500 feet.", [1], source) == []
    found = verify("The rate of descent is 30 dials per second at 1,500 feet.", [1], source)
    assert [f.kind for f in found] == ["figure"]


def test_the_titles_subject_is_never_away_from_what_is_told() -> None:
    said = [
        "Aldine was built in the spring.",
        "Then tolls came.",
        "The keeper lifts the span for barges at noon.",
        "Aldine.",
    ]
    lines = tuple(Segment(i, line) for i, line in enumerate([*said, "Aldine is closed on Mondays."], 1))
    text = "The keeper of Aldine lifts the span for barges at noon."
    titled = Source(Transcript("bridge", lines, Metadata(title="Aldine and its keeper")))
    assert verify(text, [3], titled) == []
    untitled = Source(Transcript("bridge", lines))
    assert [f.kind for f in verify(text, [3], untitled)] == ["name"]


@pytest.mark.parametrize(
    ("text", "doubted"),
    [
        ("The sonar failed to detect any animal within ten metres of the blades.", True),
        ("The 344 animals within ten metres failed to touch the blades.", False),
        ("The sonar lacks any animal that touched a blade.", False),
    ],
)
def test_what_fails_to_be_done_must_be_what_the_lines_deny(text: str, doubted: bool) -> None:
    said = "The sonar was there for two years, and of 344 animals within ten metres not one touched the blades."
    source = Source(Transcript("seals", (Segment(1, said),)))
    assert ("polarity" in {f.kind for f in verify(text, [1], source)}) == doubted


def test_an_overview_may_name_any_speaker_and_a_main_point_only_those_of_its_lines() -> None:
    said = (("Ana Brandt", "Welcome."), ("Ana Brandt", "So let us begin."), ("Ben Okoro", "A weir holds a river back."))
    said += (("Ben Okoro", "Its ladder lets fish climb."),)
    source = Source(Transcript("weir", tuple(Segment(n, text, who) for n, (who, text) in enumerate(said, 1))))
    text = "Ben Okoro and Ana Brandt look at a weir that holds a river back."
    assert {f.kind for f in verify(text, [4], source)} >= {"name"}
    assert "name" not in {f.kind for f in verify(text, [4], source, "overview")}
    assert "name" in {f.kind for f in verify(text.replace("Ana Brandt", "Ada Kowalski"), [4], source, "overview")}


def test_what_a_speaker_calls_yours_is_not_the_speakers() -> None:
    said = "You said that your tower implementation needs five gigabytes, and my old mill needs none."
    source = Source(Transcript("tower", (Segment(1, said, "Ana"), Segment(2, "It does.", "Ben"))))
    assert "owner" in {f.kind for f in verify("Ana's tower implementation needs five gigabytes.", [1, 2], source)}
    assert "owner" not in {f.kind for f in verify("Ana's old mill needs no gigabytes.", [1, 2], source)}
