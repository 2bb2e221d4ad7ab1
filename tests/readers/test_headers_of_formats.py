"""What the headers of captions, pages and research formats say about the recording."""

from __future__ import annotations

import json
from pathlib import Path

from pipeline.readers import read_transcript
from pipeline.transcript import Chapter, Role
from tests.readers.reading import read

SAID = ("We begin with the budget.", "Forty percent of it is spent.", "Then we decide today.", "I would wait.")
DAY = "2026-03-12"
CUES = "\n".join(f"00:00:{10 * n:02}.000 --> 00:00:{10 * n + 9:02}.000\n{text}\n" for n, text in enumerate(SAID))
PAGE = "".join(f"<p><b>{('Dana Cho', 'Priya Nair')[n % 2]}:</b> {text}</p>" for n, text in enumerate(SAID))


def test_notes_above_captions_tell_podcast_episode_and_language() -> None:
    notes = "NOTE language:en-gb\n\nNOTE\nPodcast: Harbour Talks\nEpisode: A second crane\nPublishing Date: 2026-03-12T12:00:00Z\n"
    about = read(f"WEBVTT\n\n{notes}\n{CUES}", ".vtt").metadata
    assert (about.channel, about.title, about.published, about.language) == (
        "Harbour Talks",
        "A second crane",
        DAY,
        "en-gb",
    )


def test_a_side_file_may_be_of_podcasting_and_its_first_paragraph_introduces(tmp_path: Path) -> None:
    (tmp_path / "talk.vtt").write_text(f"WEBVTT\n\n{CUES}")
    told = {
        "podcastName": "Harbour Talks",
        "chapters": [{"startTime": 0, "title": "Opening"}],
        "description": "Dana Cho talks with Priya Nair.\nWrite to dana@pier.org\n0:00 Opening\n\nBuy our crane!",
    }
    (tmp_path / "talk.info.json").write_text(json.dumps(told))
    about = read_transcript(tmp_path / "talk.vtt").metadata
    assert (about.channel, about.chapters) == ("Harbour Talks", (Chapter("Opening", 0.0),))
    assert about.header == "description: Dana Cho talks with Priya Nair. Write to"


def page(data: object, head: str = "") -> str:
    script = f'<script type="application/ld+json">{json.dumps(data)}</script>'
    return f"<!DOCTYPE html><html><head><title>Pier</title>{head}{script}</head><body><nav><a>Home</a></nav>{PAGE}</body></html>"


def test_linked_data_of_a_page_tell_day_people_and_chapters() -> None:
    data = {
        "@type": "PodcastEpisode",
        "name": "A second crane",
        "datePublished": DAY,
        "partOfSeries": {"name": "Harbour Talks"},
        "actor": [{"@type": "Person", "name": "Dana Cho", "jobTitle": "treasurer", "email": "d@pier.org"}],
        "hasPart": [{"@type": "Clip", "name": "Opening", "startOffset": 0}],
    }
    about = read(page({"@graph": [{"@type": "WebSite", "name": "Pier"}, data]}), ".html").metadata
    assert (about.title, about.channel, about.published) == ("A second crane", "Harbour Talks", DAY)
    assert (about.speakers, about.roles) == (("Dana Cho",), (Role("Dana Cho", "treasurer"),))
    assert about.chapters == (Chapter("Opening", 0.0),)
    assert about.header is None  # the menu is not above the talk


def test_a_page_that_lists_several_episodes_is_about_none_of_them_but_has_its_own_day() -> None:
    episodes = [{"@type": "PodcastEpisode", "name": name, "datePublished": "2025-01-01"} for name in ("One", "Two")]
    about = read(page(episodes, f'<meta property="article:published_time" content="{DAY}T08:00">'), ".html").metadata
    assert (about.title, about.published) == ("Pier", DAY)


def test_headers_of_chat_tell_parts_day_and_occasion() -> None:
    headers = "@Participants:\tDAN Dana_Cho Investigator\n@Date:\t12-MAR-2026\n@Situation:\tweekly meeting\n"
    turns = "".join(f"*DAN:\t{text}\n" for text in SAID)
    about = read(f"@UTF8\n@Begin\n@Languages:\teng\n{headers}{turns}@End\n").metadata
    assert (about.published, about.roles) == (DAY, (Role("Dana Cho", "Investigator"),))
    assert about.header == "Situation: weekly meeting"


def test_the_header_of_tei_tells_title_day_place_and_what_people_do() -> None:
    turns = "".join(f'<u who="#D">{text}</u>' for text in SAID[:2])
    header = (
        "<fileDesc><titleStmt><title>Harbour budget</title></titleStmt>"
        '<publicationStmt><date when="2026-06-01"/></publicationStmt>'
        f'<recording><date when="{DAY}"/></recording></fileDesc>'
        "<setting><placeName>Lisbon</placeName></setting>"
        '<person xml:id="D" role="chair"><persName>Dana Cho</persName></person>'
    )
    body = f"<div><head>Budget</head>{turns}</div><div><head>The crane</head>{turns.replace('We', 'They')}</div>"
    about = read(f"<TEI><teiHeader>{header}</teiHeader><text>{body}</text></TEI>").metadata
    assert (about.title, about.published, about.header) == ("Harbour budget", DAY, "place: Lisbon")
    assert about.roles == (Role("Dana Cho", "chair"),)
    assert about.chapters == (Chapter("Budget", line=1), Chapter("The crane", line=2))


def test_a_debate_tells_its_day_offices_and_headings() -> None:
    speeches = "".join(f'<speech by="#c" as="#m"><p>{text}</p></speech>' for text in SAID[:2])
    references = '<TLCPerson eId="c" showAs="Dana Cho"/><TLCRole eId="m" showAs="Minister"/>'
    text = (
        f'<akomaNtoso><debate><meta><FRBRdate date="{DAY}"/>{references}</meta>'
        f"<preface><docTitle>Hansard</docTitle></preface><heading>Budget</heading>{speeches}"
        f"<heading>The crane</heading>{speeches.replace('We', 'They')}</debate></akomaNtoso>"
    )
    about = read(text).metadata
    assert (about.title, about.published, about.roles) == ("Hansard", DAY, (Role("Dana Cho", "Minister"),))
    assert [chapter.title for chapter in about.chapters] == ["Budget", "The crane"]
