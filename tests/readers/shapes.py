"""One invented talk of three people in all shapes that transcripts have, with the speakers and times of each.

A `Shape` writes the talk as a program or person would; the test reads it back. Nothing here comes from a real file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

NAMES = {"O": "Oda Brandt", "K": "Kofi Mensah", "L": "Lin Ferrer"}
TALK: tuple[tuple[str, float, str], ...] = (
    ("O", 3.0, "Welcome back, today we plan the night ferry between the two islands."),
    ("K", 9.4, "The harbour master gave us 35 minutes at the pier and not one more."),
    ("L", 16.2, "Who loads the bicycles, the crew or the passengers themselves?"),
    ("K", 22.8, "The crew does it. Last summer 41 bicycles were scratched by guests."),
    ("O", 30.6, "Then we need two more hands on deck from June until the end of August."),
    ("L", 38.2, "I asked the sailing school, and five of their students would come."),
    ("O", 45.0, "Good, please write to them before the weekend."),
    ("K", 50.2, "The fuel costs 900 euros a night, which is more than the tickets bring."),
    ("L", 58.8, "Could we sell breakfast on board? People wake up hungry."),
    ("O", 65.4, "The kitchen is closed since the flood, the floor has to be laid again."),
    ("K", 73.0, "A carpenter looked at it on Monday and wants three weeks for it."),
    ("O", 80.6, "Three weeks is fine, the first night is the nineteenth of June."),
    ("L", 88.2, "What happens when the fog is too thick to leave?"),
    ("K", 93.6, "Then everybody sleeps in the gym of the school, 60 beds are ready."),
    ("O", 101.2, "We should say so on the ticket, in large letters."),
    ("L", 107.0, "I will draw a new ticket and show it to you on Thursday."),
    ("K", 113.4, "And I ask the coast guard about the lamp on the north rock."),
    ("O", 120.0, "Thank you both, that was a good hour of work."),
)
END = 126.0
Turn = tuple[str, float, float, str]
TURNS: tuple[Turn, ...] = tuple(
    (NAMES[who], start, (TALK[i + 1][1] if i + 1 < len(TALK) else END) - 0.4, said)
    for i, (who, start, said) in enumerate(TALK)
)


def clock(seconds: float, form: str = "{h:02}:{m:02}:{s:02}") -> str:
    whole = int(seconds)
    ms = round((seconds - whole) * 1000)
    h, m, s = whole // 3600, whole // 60 % 60, whole % 60
    return form.format(h=h, m=m, s=s, ms=ms, minutes=whole // 60, f=ms * 25 // 1000)


SHORT, LONG = "{minutes}:{s:02}", "{h:02}:{m:02}:{s:02}"
DOTS, COMMAS = "{h:02}:{m:02}:{s:02}.{ms:03}", "{h:02}:{m:02}:{s:02},{ms:03}"


@dataclass(frozen=True)
class Shape:
    """`speaker` maps a name of the talk to the name in the file, None if the file does not tell speakers."""

    name: str
    text: Callable[[], str]
    speaker: Callable[[str], str | None]
    timed: bool
    suffix: str = ".txt"


def rows(
    form: str, between: str = "\n", name: Callable[[str], str] = str, time: str = LONG, shift: float = 0.0
) -> Callable[[], str]:
    """A writer that puts each turn into `form`, which may use n, who, start, end, said and first."""

    def write() -> str:
        return (
            between.join(
                form.format(
                    n=n,
                    who=name(who),
                    first=who.split()[0],
                    start=clock(start + shift, time),
                    end=clock(end + shift, time),
                    said=said,
                )
                for n, (who, start, end, said) in enumerate(TURNS, 1)
            )
            + "\n"
        )

    return write


def full(who: str) -> str | None:
    return who


def nobody(who: str) -> str | None:
    return None


def first(who: str) -> str | None:
    return who.split()[0]


def capitals(who: str) -> str | None:
    return who.upper()


def surname_first(who: str) -> str:
    return ", ".join(reversed(who.split()))


def number(who: str) -> str:
    return f"Speaker {list(NAMES.values()).index(who) + 1}"


def tagged(who: str) -> str:
    return f"SPEAKER_{list(NAMES.values()).index(who):02}"


def nick(who: str) -> str:
    return who.split()[0].lower() + "_" + who.split()[1][0].lower()


def court(who: str) -> str:
    return {"Oda Brandt": "THE CHAIR", "Kofi Mensah": "MR. MENSAH", "Lin Ferrer": "MS. FERRER"}[who]


def hearing(who: str) -> str:
    return {"Oda Brandt": "The Chairman", "Kofi Mensah": "Mr. Mensah of Accra", "Lin Ferrer": "Senator Ferrer"}[who]


def japanese(who: str) -> str:
    return {"Oda Brandt": "田中", "Kofi Mensah": "佐藤", "Lin Ferrer": "鈴木"}[who]


def hebrew(who: str) -> str:
    return {"Oda Brandt": "עודה", "Kofi Mensah": "קופי", "Lin Ferrer": "לין"}[who]


def examined(who: str) -> str:
    return {"Oda Brandt": "Q", "Kofi Mensah": "A", "Lin Ferrer": "MS. FERRER"}[who]


def pages_and_lines() -> str:
    """A deposition whose lines begin with page and line."""
    out = []
    for who, *_, said in TURNS:
        head = {"Oda Brandt": "Q.", "Kofi Mensah": "A."}.get(who, f"{examined(who)}:")
        out += wrapped(f"{head} {said}", 50)
    return "".join(f"{n // 25 + 1:05}:{n % 25 + 1:02} {row}\n" for n, row in enumerate(out))


def wrapped(said: str, width: int) -> list[str]:
    out: list[str] = [""]
    for word in said.split():
        if out[-1] and len(out[-1]) + len(word) >= width:
            out.append("")
        out[-1] = f"{out[-1]} {word}".strip()
    return out


def changes_only() -> str:
    """Short cues; only the first cue of a turn has a label."""
    out, n = [], 0
    for who, start, end, said in TURNS:
        parts = wrapped(said, 32)
        step = (end - start) / len(parts)
        for i, part in enumerate(parts):
            n += 1
            label = f"{who}: " if i == 0 else ""
            out.append(
                f"{n}\n{clock(start + i * step, COMMAS)} --> {clock(start + (i + 1) * step, COMMAS)}\n{label}{part}\n"
            )
    return "\n".join(out)


def rolling(mark: str = "") -> str:
    """YouTube's automatic captions: each line twice, first growing, then standing above the next."""
    out, before = ["WEBVTT\nKind: captions\nLanguage: en\n"], " "
    for _, start, end, said in TURNS:
        parts = wrapped(mark + said.lower(), 30)
        step = (end - start) / len(parts)
        for i, part in enumerate(parts):
            a, b = start + i * step, start + (i + 1) * step
            words = part.split(" ")
            grown = words[0] + "".join(f"<{clock(a + 0.1, DOTS)}><c> {w}</c>" for w in words[1:])
            out.append(f"{clock(a, DOTS)} --> {clock(b - 0.01, DOTS)} align:start position:0%\n{before}\n{grown}\n")
            out.append(f"{clock(b - 0.01, DOTS)} --> {clock(b, DOTS)} align:start position:0%\n{part}\n \n")
            before = part
    return "\n".join(out)


def pane() -> str:
    out = ["Intro"]
    for i, (_, start, _end, said) in enumerate(TURNS):
        if i == 8:
            out.append("The kitchen")
        out += [clock(start, SHORT), said.lower().rstrip(".")]
    return "\n".join(out) + "\n"


def numbered() -> str:
    """A record with line numbers that start again on each page."""
    lines = [line for who, _, _, said in TURNS for line in wrapped(f"{court(who)}: {said}", 50)]
    return "\n".join(f"{i % 25 + 1:>2}   {line}" for i, line in enumerate(lines)) + "\n"


def ttml() -> str:
    body = "".join(f'<p begin="{clock(a, DOTS)}" end="{clock(b, DOTS)}">{said}</p>' for _, a, b, said in TURNS)
    return f'<?xml version="1.0" encoding="UTF-8"?><tt xmlns="http://www.w3.org/ns/ttml" xml:lang="en"><body><div>{body}</div></body></tt>'


def srv3() -> str:
    body = "".join(f'<p t="{a * 1000:.0f}" d="{(b - a) * 1000:.0f}">{said}</p>' for _, a, b, said in TURNS)
    return f'<?xml version="1.0" encoding="utf-8" ?><timedtext format="3"><body>{body}</body></timedtext>'


def timedtext() -> str:
    body = "".join(
        f'<text start="{a:.2f}" dur="{b - a:.2f}">{said.replace("?", "&amp;#63;")}</text>' for _, a, b, said in TURNS
    )
    return f'<?xml version="1.0" encoding="utf-8" ?><transcript>{body}</transcript>'


def json3() -> str:
    events = [
        {"tStartMs": int(a * 1000), "dDurationMs": int((b - a) * 1000), "segs": [{"utf8": said}]}
        for _, a, b, said in TURNS
    ]
    return json.dumps({"wireMagic": "pb3", "events": events})


def segments(**keys: str) -> Callable[[], str]:
    """JSON with segments, using these keys for list, start, end, text and speaker."""

    def write() -> str:
        made = [
            {keys["start"]: a, keys["end"]: b, keys["text"]: f" {said}"}
            | ({keys["speaker"]: who} if "speaker" in keys else {})
            for who, a, b, said in TURNS
        ]
        return json.dumps({keys["list"]: made, "language": "en"} if keys.get("list") else made)

    return write


def _words(turn: Turn) -> list[tuple[str, float, float]]:
    _, a, b, said = turn
    parts = said.split()
    step = (b - a) / len(parts)
    return [(w, round(a + i * step, 3), round(a + (i + 1) * step, 3)) for i, w in enumerate(parts)]


def deepgram() -> str:
    ids = list(NAMES.values())
    words = [
        {"word": w.strip(".,?").lower(), "punctuated_word": w, "start": s, "end": e, "speaker": ids.index(turn[0])}
        for turn in TURNS
        for w, s, e in _words(turn)
    ]
    return json.dumps(
        {"metadata": {}, "results": {"channels": [{"alternatives": [{"transcript": "", "words": words}]}]}}
    )


def assemblyai() -> str:
    ids = list(NAMES.values())
    made = [
        {"speaker": "ABC"[ids.index(w)], "start": int(a * 1000), "end": int(b * 1000), "text": t}
        for w, a, b, t in TURNS
    ]
    return json.dumps({"id": "x", "audio_url": "https://example.org/a.mp3", "words": [], "utterances": made})


def elevenlabs() -> str:
    ids = list(NAMES.values())
    out = []
    for turn in TURNS:
        for w, s, e in _words(turn):
            who = f"speaker_{ids.index(turn[0])}"
            out.append({"text": w, "start": s, "end": e, "type": "word", "speaker_id": who})
            out.append({"text": " ", "start": e, "end": e, "type": "spacing", "speaker_id": who})
    return json.dumps({"language_code": "eng", "text": "", "words": out})


def _split(word: str) -> tuple[str, str]:
    bare = word.rstrip(".,?")
    return bare, word[len(bare) :]


def aws() -> str:
    ids = list(NAMES.values())
    out, labels = [], []
    for turn in TURNS:
        who = f"spk_{ids.index(turn[0])}"
        inner = []
        for w, s, e in _words(turn):
            bare, mark = _split(w)
            out.append(
                {"type": "pronunciation", "start_time": str(s), "end_time": str(e), "alternatives": [{"content": bare}]}
            )
            inner.append({"start_time": str(s), "end_time": str(e), "speaker_label": who})
            if mark:
                out.append({"type": "punctuation", "alternatives": [{"content": mark}]})
        labels.append({"speaker_label": who, "start_time": str(turn[1]), "end_time": str(turn[2]), "items": inner})
    return json.dumps(
        {"results": {"transcripts": [{"transcript": ""}], "speaker_labels": {"segments": labels}, "items": out}}
    )


def google() -> str:
    made = [
        {
            "alternatives": [
                {
                    "transcript": said,
                    "words": [{"word": w, "startTime": f"{s}s", "endTime": f"{e}s"} for w, s, e in _words(turn)],
                }
            ]
        }
        for turn in TURNS
        for said in [turn[3]]
    ]
    return json.dumps({"results": made})


def rev() -> str:
    ids = list(NAMES.values())
    made = []
    for turn in TURNS:
        elements: list[dict[str, object]] = []
        for w, s, e in _words(turn):
            bare, mark = _split(w)
            if elements:
                elements.append({"type": "punct", "value": " "})
            elements.append({"type": "text", "value": bare, "ts": s, "end_ts": e})
            if mark:
                elements.append({"type": "punct", "value": mark})
        made.append({"speaker": ids.index(turn[0]), "elements": elements})
    return json.dumps({"monologues": made})


def otter() -> str:
    ids = list(NAMES.values())
    made = [
        {"speaker_id": 900 + ids.index(w), "speaker_model_label": "1", "start_offset": int(a * 16_000), "transcript": t}
        for w, a, _, t in TURNS
    ]
    people = [{"id": 900 + n, "speaker_name": name} for n, name in enumerate(ids)]
    return json.dumps({"speech": {"title": "Ferry", "speakers": people, "transcripts": made}})


def speechmatics() -> str:
    ids = list(NAMES.values())
    out = []
    for turn in TURNS:
        who = f"S{ids.index(turn[0]) + 1}"
        for w, s, e in _words(turn):
            bare, mark = _split(w)
            out.append(
                {"type": "word", "start_time": s, "end_time": e, "alternatives": [{"content": bare, "speaker": who}]}
            )
            if mark:
                out.append(
                    {
                        "type": "punctuation",
                        "start_time": e,
                        "end_time": e,
                        "attaches_to": "previous",
                        "alternatives": [{"content": mark, "speaker": who}],
                    }
                )
    return json.dumps({"format": "2.9", "results": out})


def whispercpp() -> str:
    made = [
        {
            "timestamps": {"from": clock(a, COMMAS), "to": clock(b, COMMAS)},
            "offsets": {"from": int(a * 1000), "to": int(b * 1000)},
            "text": f" {said}",
        }
        for _, a, b, said in TURNS
    ]
    return json.dumps({"systeminfo": "", "result": {"language": "en"}, "transcription": made})


def index_of(prefix: str, first_number: int = 0) -> Callable[[str], str | None]:
    return lambda who: f"{prefix}{list(NAMES.values()).index(who) + first_number}"


def letter(who: str) -> str | None:
    return f"Speaker {'ABC'[list(NAMES.values()).index(who)]}"


def page() -> str:
    body = "".join(f"<cite>{who}:</cite>\n<time>{clock(a, SHORT)}</time>\n<p>{said}</p>\n" for who, a, _, said in TURNS)
    return f"<!DOCTYPE html><html><head><title>Night ferry</title></head><body><nav><a href='/'>Home</a></nav>{body}</body></html>"


def gemini() -> str:
    head = "# 📝 Notes\n\nJun 2, 2026\n\n## Night ferry\n\nInvited [Oda](mailto:o@example.org)\n\n### Summary\n\nThe ferry was planned.\n\n"
    body = "\n\n".join(f"**{who}:** {said}" for who, _, _, said in TURNS)
    return f"{head}# 📖 Transcript\n\n### 00:00:00\n\n{body}\n\n### Transcription ended after 00:02:06\n"


def chat(stamp: Callable[[float], str], form: str) -> Callable[[], str]:
    return lambda: "\n".join(form.format(stamp=stamp(a), who=who, said=said) for who, a, _, said in TURNS) + "\n"


def of_day(seconds: float) -> str:
    return clock(9 * 3600 + seconds, LONG)


def noon(seconds: float) -> str:
    return f"{9 + int(seconds) // 3600}:{int(seconds) // 60 % 60:02} AM"


def headed(text: Callable[[], str]) -> Callable[[], str]:
    return lambda: (
        "# Night ferry: a plan\n\n## Links\n\n- Slides: https://example.org/s\n- Chat: https://example.org/c\n"
        "- Host: Oda Brandt\n- Video: https://example.org/v\n\n## Transcript\n\n" + text()
    )


def sami() -> str:
    cues = "".join(
        f"<SYNC Start={a * 1000:.0f}><P Class=EN>{w}: {t}<br>\n<SYNC Start={b * 1000:.0f}><P Class=EN>&nbsp;\n"
        for w, a, b, t in TURNS
    )
    style = "<STYLE TYPE='text/css'><!-- .EN {Name: English; lang: en-GB;} --></STYLE>"
    return f"<SAMI><HEAD><TITLE>Ferry</TITLE>{style}</HEAD>\n<BODY>\n{cues}</BODY></SAMI>\n"


def talkbank() -> str:
    head = "@UTF8\n@Begin\n@Languages:\teng\n@Participants:\tODA Oda Adult, KOF Kofi Adult, LIN Lin Adult\n"
    turns = (
        f"*{w[:3].upper()}:\t{t} [!] \x15{a * 1000:.0f}_{b * 1000:.0f}\x15\n%com:\tthe gulls again\n"
        for w, a, b, t in TURNS
    )
    return f"{head}{''.join(turns)}@End\n"


def events(head: str, first: str) -> str:
    form = f"Format: {first.partition('=')[0] or 'Layer'}, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    rows = "".join(
        f"Dialogue: {first or 0},{clock(a, TENTHS)},{clock(b, TENTHS)},Default,{w},0,0,0,,{t}\n" for w, a, b, t in TURNS
    )
    return f"{head}[Events]\n{form}{rows}"


TENTHS = "{h}:{m:02}:{s:02}.00"
VTT_CUE = "{n}\n{start} --> {end}\n{who}: {said}\n"
SHAPES: Sequence[Shape] = (
    Shape("vtt voices", lambda: "WEBVTT\n\n" + rows("{start} --> {end}\n<v {who}>{said}</v>\n", time=DOTS)(), full, True, ".vtt"),
    Shape("zoom vtt", lambda: "WEBVTT\n\n" + rows(VTT_CUE, time=DOTS)(), full, True, ".vtt"),
    Shape("zoom vtt with nicknames", lambda: "WEBVTT\n\n" + rows(VTT_CUE, time=DOTS, name=nick)(), nick, True, ".vtt"),
    Shape("webex vtt", lambda: "WEBVTT\n\n" + rows('{n} "{who}" (16)\n{start} --> {end}\n{said}\n', time=DOTS)(), full, True, ".vtt"),
    Shape("vtt without header", rows("{start} --> {end}\n\n{said}\n", time=DOTS), nobody, True, ".vtt"),
    Shape("vtt named txt", lambda: "WEBVTT\n\n" + rows(VTT_CUE, time=DOTS)(), full, True),
    Shape("srt", rows("{n}\n{start} --> {end}\n{said}\n", time=COMMAS), nobody, True, ".srt"),
    Shape("srt with labels", rows("{n}\n{start} --> {end}\n{who}: {said}\n", time=COMMAS), full, True, ".srt"),
    Shape("srt label on its own line", rows("{n}\n{start} --> {end}\n{who}\n{said}\n", time=COMMAS), full, True, ".srt"),
    Shape("srt in brackets", rows("{n}\n{start} --> {end}\n[{who}] {said}\n", time=COMMAS), full, True, ".srt"),
    Shape("srt without numbers", rows("{start} --> {end}\n{said}\n", time=COMMAS), nobody, True, ".srt"),
    Shape("srt without milliseconds", rows("{n}\n{start} --> {end}\n{said}\n"), nobody, True, ".srt"),
    Shape("srt without empty lines", rows("{n}\n{start} --> {end}\n{said}", time=COMMAS), nobody, True, ".srt"),
    Shape("srt with old line ends", lambda: rows("{n}\n{start} --> {end}\n{said}\n", time=COMMAS)().replace("\n", "\r"), nobody, True, ".srt"),
    Shape("srt that labels changes only", changes_only, full, True, ".srt"),
    Shape("sbv", rows("{start},{end}\n{said}\n", time=DOTS.replace("{h:02}", "{h}")), nobody, True, ".sbv"),
    Shape("sbv with chevrons and capitals", rows("{start},{end}\n>> {who}: {said}\n", time=DOTS.replace("{h:02}", "{h}"), name=str.upper), capitals, True),
    Shape("rolling captions", rolling, nobody, True, ".vtt"),
    Shape("rolling captions with chevrons", lambda: rolling("&gt;&gt; "), nobody, True, ".vtt"),
    Shape("transcript pane", pane, nobody, True),
    Shape("times with words glued to them", rows("{start}{said}", time=SHORT), nobody, True),
    Shape("whisper console", rows("[{start} --> {end}]  {said}", time="{m:02}:{s:02}.{ms:03}"), nobody, True),
    Shape("faster-whisper console", lambda: "".join(f"[{a:.2f}s -> {b:.2f}s] {t}\n" for _, a, b, t in TURNS), nobody, True),
    Shape("whisper tsv", lambda: "start\tend\ttext\n" + "".join(f"{a * 1000:.0f}\t{b * 1000:.0f}\t{t}\n" for _, a, b, t in TURNS), nobody, True, ".tsv"),
    Shape("csv with speakers", lambda: "Speaker,Start,End,Text\n" + "".join(f'{w},{clock(a)},{clock(b)},"{t}"\n' for w, a, b, t in TURNS), full, True, ".csv"),
    Shape("ranges in brackets", rows("[{start} - {end}] {said}"), nobody, True),
    Shape("ranges and speakers", rows("[{start} - {end}] {who}: {said}", name=tagged), tagged, True),
    Shape("speaker in front of a range", rows("{who} [{start} - {end}]: {said}", name=tagged), tagged, True),
    Shape("arrows and label lines", rows("{start} --> {end}\n{who}:\n{said}\n", time=DOTS), full, True),
    Shape("two timecodes, name and text", rows("01:{start}\t01:{end}\t{who}\t{said}", time="{m:02}:{s:02}:{f:02}"), full, True),
    Shape("tier, two times and text", rows("{who}\t{start}\t{end}\t{said}", time=DOTS), full, True),
    Shape("two times and text", rows("{start}\t{end}\t{said}", time=DOTS), nobody, True),
    Shape("csv with names of its own", lambda: "Taler,Tid,Replik\n" + "".join(f'{w},{clock(a)},"{t}"\n' for w, a, b, t in TURNS), full, True, ".csv"),
    Shape("tabs", rows("{start}\t{who}\t{said}"), full, True),
    Shape("frames and tabs", rows("{start}\t{said}", time="{h:02}:{m:02}:{s:02}:{f:02}", shift=3600), nobody, True),
    Shape("otter", rows("{who}  {start}\n{said}\n", time=SHORT), full, True),
    Shape("otter with one space", rows("{first} {start}  \n{said}\n", time=SHORT), first, True, ".md"),
    Shape("otter in bold", rows("**{first}**  {start}  \n{said}\n", time=SHORT), first, True, ".md"),
    Shape("rev", rows("{who} ({start}):\n{said}\n", time="{m:02}:{s:02}"), full, True),
    Shape("rev in bold", rows("**{who} ({start})**\n\n{said}\n", time="{m:02}:{s:02}", name=number), number, True, ".md"),
    Shape("descript", rows("[{start}] **{who}:** {said}\n"), full, True, ".md"),
    Shape("bold time and name", rows("**[{start}] {first}:** {said}\n"), first, True, ".md"),
    Shape("riverside", rows("{who} ({start})\n{said}\n", time="{m:02}:{s:02}.{ms:03}"), full, True),
    Shape("name over time", rows("{who}\n{start}\n{said}\n", time="{m:02}:{s:02}"), full, True),
    Shape("time over name", rows("{start}\n{who}\n{said}\n", time="{m:02}:{s:02}"), full, True),
    Shape("fireflies", rows("{who} - {start}\n{said}\n", time="{m:02}:{s:02}"), full, True),
    Shape("fathom", rows("@{start} - {who}\n{said}\n", time=SHORT), full, True),
    Shape("name, bar and time", rows("{who} | {start}\n{said}\n", time="{m:02}:{s:02}"), full, True),
    Shape("time, then name with colon", rows("{start} {who}: {said}", time="{m:02}:{s:02}"), full, True),
    Shape("name, colon, then time", rows("{who}: {start}\n\n{said}\n"), full, True, ".md"),
    Shape("teams text", rows("{start} --> {end}\n{who}\n{said}\n", time="{h}:{m}:{s}.{ms}"), full, True),
    Shape("teams document", rows("**{who}** {start}\n{said}\n", time=SHORT, name=surname_first), surname_first, True, ".md"),
    Shape("headings with names", rows("### {who}\n\n{said}\n"), full, False, ".md"),
    Shape("headings with names and times", rows("## {who} ({start})\n\n{said}\n"), full, True, ".md"),
    Shape("bold names", rows("**{who}**: {said}\n"), full, False, ".md"),
    Shape("colons", rows("{who}: {said}\n"), full, False),
    Shape("colons, a line each", rows("{who}: {said}"), full, False),
    Shape("colons with roles", rows("{who} (harbour, chair): {said}\n", name=court), court, False),
    Shape("colons after dashes", rows("{who} — Harbour: {said}\n", name=court), court, False),
    Shape("full-width colons", rows("{who}：{said}\n"), full, False),
    Shape("small letters", rows("{who}: {said}\n", name=str.lower), str.lower, False),
    Shape("angle brackets", rows("<{who}> {said}", name=nick), nick, False),
    Shape("square brackets and colons", rows("[{who}]: {said}\n", name=tagged), tagged, False),
    Shape("paired tags", lambda: "".join(f"<{w.split()[0]}> {t}\n</{w.split()[0]}>" for w, _, _, t in TURNS), first, False),
    Shape("a record of a parliament", rows("{who}. {said}\n", name=lambda w: {"Oda Brandt": "The CHAIR", "Kofi Mensah": "Mr. MENSAH", "Lin Ferrer": "Ms. FERRER"}[w]), lambda w: {"Oda Brandt": "The CHAIR", "Kofi Mensah": "Mr. MENSAH", "Lin Ferrer": "Ms. FERRER"}[w], False),
    Shape("a record with line numbers", numbered, court, False),
    Shape("two columns", rows("{who:<20}{said}"), full, False),
    Shape("italic names", rows("*{who}:* {said}\n"), full, False, ".md"),
    Shape("bold names without a colon", rows("**{who}** {said}\n"), full, False, ".md"),
    Shape("names with linked times", rows("**{who}** [({start})](https://example.org/w?t=1): {said}\n"), full, True, ".md"),
    Shape("linked times", rows("[{start}](https://example.org/w?t=1) {said}\n", time=SHORT), nobody, True, ".md"),
    Shape("times behind the words", rows("{who}: {said} [{start}]\n"), full, True),
    Shape("names over the words", rows("{who}\n{said}\n"), full, False),
    Shape("names after dashes", rows("{who} – {said}\n"), full, False),
    Shape("a play", rows("{who}. {said}\n", name=lambda w: w.split()[0].upper()), lambda w: w.split()[0].upper(), False),
    Shape("a hearing", rows("    {who}. {said}\n", name=hearing), hearing, False),
    Shape("html with strong names", rows("<strong>{who}:</strong> {said}<br/>\n"), full, False, ".md"),
    Shape("pictures in front of names", rows("🎙 {who}: {said}\n"), full, False),
    Shape("discord", lambda: "".join(f"{w} — 06/12/2026 {noon(a)}\n{t}\n\n" for w, a, _, t in TURNS), full, True),
    Shape("a table in Markdown", lambda: "| Time | Speaker | Text |\n| --- | --- | --- |\n" + rows("| {start} | {who} | {said} |")(), full, True, ".md"),
    Shape("a page of links, then the talk", headed(rows("{said}")), nobody, False, ".md"),
    Shape("time and name in one bracket", rows("[{start}, {first}] {said}", time=SHORT), first, True),
    Shape("name and time in one bracket, alone", rows("[{who}, {start}]\n{said}\n", time=SHORT), full, True),
    Shape("linked time in brackets", rows("{who} ([{start}](https://example.org/x?ts={n})):\n\n{said}\n", time=SHORT), full, True, ".md"),
    Shape("bars", rows("{start} | {who} | {said}"), full, True),
    Shape("times and name between tabs", rows("{start}\t{end}\t{who}\t{said}", time="{h:02}:{m:02}:{s:02}:{f:02}", shift=3600), full, True),
    Shape("name and times between tabs", rows("{who}\t{start}\t{end}\t{said}", time=DOTS), full, True),
    Shape("numbered turns", rows("{n}. {who}: {said}"), full, False),
    Shape("a word in front of each name", rows("Speaker: {who}\n{said}\n"), full, False),
    Shape("a word in front of each name, in brackets", rows("[speaker: {who}] {said}\n"), full, False),
    Shape("full stop and dash", rows("{who} (ABC). – {said}\n"), full, False),
    Shape("braces", rows("{{{who}}} {said}"), full, False),
    Shape("escaped tags", rows("&lt;b&gt;{who}:&lt;/b&gt; {said}<br>"), full, False),
    Shape("wide space", rows("○{who}　{said}", name=japanese), japanese, False),
    Shape("corner brackets", rows("{who}「{said}」", name=japanese), japanese, False),
    Shape("from right to left", rows("\u202b[{start}] {who}: {said}\u202c", name=hebrew), hebrew, True),
    Shape("pages and lines", pages_and_lines, examined, False),
    Shape("one paragraph with brackets", lambda: " ".join(f"[{w}]: {t}" for w, _, _, t in TURNS), full, False),
    Shape("srt with names in round brackets", rows("{n}\n{start} --> {end}\n({who}) {said}\n", time=COMMAS), full, True, ".srt"),
    Shape("zoom chat without a receiver", lambda: "".join(f"{of_day(a)}\t From  {w} : {t}\n" for w, a, _, t in TURNS), full, True),
    Shape("whatsapp with strangers", chat(lambda a: f"[12.06.26, {of_day(a)}]", "{stamp} ~\u202f{who}: {said}"), full, True),
    Shape("a page of links, then labels", headed(rows("{who}: {said}\n")), full, False, ".md"),
    Shape("gemini", gemini, full, False, ".md"),
    Shape("whatsapp on android", chat(lambda a: f"12/06/2026, {of_day(a)[:5]}", "{stamp} - {who}: {said}"), full, True),
    Shape("whatsapp on ios", chat(lambda a: f"[12.06.26, {of_day(a)}]", "\u200e{stamp} {who}: {said}"), full, True),
    Shape("zoom captions", lambda: "".join(f"[{w}] {of_day(a)}\n{t}\n\n" for w, a, _, t in TURNS), full, True),
    Shape("zoom chat", lambda: "".join(f"{of_day(a)}\t From {w} to Everyone:\t{t}\n" for w, a, _, t in TURNS), full, True),
    Shape("teams chat", lambda: "".join(f"[{noon(a)}] {w}\n\n{t}\n\n" for w, a, _, t in TURNS), full, True),
    Shape("slack", lambda: "".join(f"{w}  {noon(a)}\n{t}\n\n" for w, a, _, t in TURNS), full, True),
    Shape("irc", lambda: "".join(f"[{of_day(a)[:5]}] <{nick(w)}> {t}\n" for w, a, _, t in TURNS), nick, True),
    Shape("lrc", rows("[{start}]{said}", time="{m:02}:{s:02}.00"), nobody, True, ".lrc"),
    Shape("ttml", ttml, nobody, True, ".ttml"),
    Shape("srv3", srv3, nobody, True, ".xml"),
    Shape("timedtext", timedtext, nobody, True, ".xml"),
    Shape("json3", json3, nobody, True, ".json"),
    Shape("whisper json", segments(list="segments", start="start", end="end", text="text"), nobody, True, ".json"),
    Shape("whisperx json", segments(list="segments", start="start", end="end", text="text", speaker="speaker"), full, True, ".json"),
    Shape("podcasting json", segments(list="segments", start="startTime", end="endTime", text="body", speaker="speaker"), full, True, ".json"),
    Shape("youtube-transcript-api", lambda: json.dumps([{"text": t, "start": a, "duration": b - a} for _, a, b, t in TURNS]), nobody, True, ".json"),
    Shape("json named txt", segments(list="segments", start="start", end="end", text="text", speaker="speaker"), full, True),
    Shape("json lines", lambda: "".join(json.dumps({"speaker": w, "start": a, "end": b, "text": t}) + "\n" for w, a, b, t in TURNS), full, True, ".jsonl"),
    Shape("whisper.cpp json", whispercpp, nobody, True, ".json"),
    Shape("deepgram", deepgram, index_of("Speaker "), True, ".json"),
    Shape("assemblyai", assemblyai, letter, True, ".json"),
    Shape("elevenlabs", elevenlabs, index_of("speaker_"), True, ".json"),
    Shape("aws", aws, index_of("spk_"), True, ".json"),
    Shape("google", google, nobody, True, ".json"),
    Shape("rev.ai", rev, index_of("Speaker "), True, ".json"),
    Shape("speechmatics", speechmatics, index_of("S", 1), True, ".json"),
    Shape("html", page, full, True, ".html"),
    Shape("hours and minutes as letters", rows("{start} {who}: {said}", time="{h}h{m:02}m{s:02}s"), full, True),
    Shape("minutes as letters behind names", rows("{who} {start}\n{said}\n", time="{m}m{s:02}s"), full, True),
    Shape("minutes and seconds as words", rows("[{start}] {who}: {said}", time="{m} min {s} sec"), full, True),
    Shape("dots in times", rows("{start} {who}: {said}", time="{m:02}.{s:02}"), full, True),
    Shape("dots in times, hours too", rows("{start} {who}: {said}", time="{h:02}.{m:02}.{s:02}"), full, True),
    Shape("dots in times behind names", rows("{who} ({start})\n{said}\n", time="{m:02}.{s:02}"), full, True),
    Shape("dots in ranges over the words", rows("{start} - {end}\n{said}\n", time="{m:02}.{s:02}"), nobody, True),
    Shape("primes", rows("{start} {who}: {said}", time="{m}'{s:02}\""), full, True),
    Shape("thousandths of seconds", lambda: "".join(f"[{a * 1000:.0f} ms] {w}: {t}\n" for w, a, _, t in TURNS), full, True),
    Shape("seconds without a bracket", lambda: "".join(f"{a:.2f}s {w}: {t}\n" for w, a, _, t in TURNS), full, True),
    Shape("time in backticks", rows("**{who}** `{start}`\n\n{said}\n", time="{m:02}:{s:02}"), full, True, ".md"),
    Shape("turns counted with noughts", rows("{n:04} {who}: {said}"), full, False),
    Shape("f4 in front", rows("#{start}-0# {who}: {said}\n"), full, True),
    Shape("f4 behind", lambda: "".join(f"{w}: {t} #{clock(b)}-{b * 10 % 10:.0f}#\n\n" for w, _, b, t in TURNS), full, True),
    Shape("bars without blanks", rows("{start}|{who}|{said}"), full, True),
    Shape("a list of definitions", lambda: "<dl>" + rows("<dt>{who}</dt><dd>{said}</dd>")() + "</dl>", full, False, ".html"),
    Shape("sami", sami, full, True, ".smi"),
    Shape("chat", talkbank, first, True, ".cha"),
    Shape("substation under a comment", lambda: events("; by a program\n[Script Info]\nTitle: x\n\n", ""), full, True, ".ass"),
    Shape("substation without a head", lambda: events("", ""), full, True, ".ass"),
    Shape("substation of old", lambda: events("[Script Info]\nScriptType: v4.00\n\n", "Marked=0"), full, True, ".ssa"),
    Shape("mpl2", lambda: "".join(f"[{a * 10:.0f}][{b * 10:.0f}] {t}\n" for _, a, b, t in TURNS), nobody, True),
    Shape("tmplayer", rows("{start}:{said}"), nobody, True),
    Shape("spruce", rows("{start},{end},{said}", time="{h:02}:{m:02}:{s:02}:{f:02}"), nobody, True, ".stl"),
    Shape("names after times without a colon", rows("[{start}] {who} {said}\n"), full, True),
    Shape("otter json", otter, full, True, ".json"),
    Shape("yaml", lambda: "".join(f"- speaker: {w}\n  start: {a}\n  text: >\n    {t}\n" for w, a, _, t in TURNS), full, True, ".yaml"),
    Shape("yaml in braces", lambda: "turns:\n" + "".join(f"- {{who: {w}, start: {clock(a)}, text: {t!r}}}\n" for w, a, _, t in TURNS), full, True, ".yml"),
    Shape("days without a year", rows("[3/14 {start} AM] {who}\n{said}\n", time="10:{m:02}:{s:02}"), full, True),
    Shape("seconds in front of signs", lambda: "".join(f"{a:.2f} {b:.2f} SPK_{list(NAMES.values()).index(w)} {t}\n" for w, a, b, t in TURNS), index_of("SPK_"), True),
    Shape("seconds in brackets", lambda: "".join(f"[{a:.1f} - {b:.1f}] SPK_{list(NAMES.values()).index(w)}: {t}\n" for w, a, b, t in TURNS), index_of("SPK_"), True),
    Shape("the day in a word", rows("[Yesterday {start} AM] {who}\n{said}\n", time="10:{m:02}:{s:02}"), full, True),
    Shape("turns counted in brackets", rows("[{n}] {who}: {said}"), full, False),
    Shape("pairs", lambda: json.dumps([{w: t} for w, _, _, t in TURNS]), full, False, ".json"),
    Shape("pairs in lists", lambda: json.dumps([[w, t] for w, _, _, t in TURNS]), full, False, ".json"),
    Shape("excel's line over a table", lambda: "sep=;\nZeit;Sprecher;Text\n" + "".join(f'{clock(a)};{w};"{t}"\n' for w, a, _, t in TURNS), full, True, ".csv"),
    Shape("participants", lambda: "".join(json.dumps({"ts": a, "participant": w, "utterance": t}) + "\n" for w, a, _, t in TURNS), full, True, ".jsonl"),
)  # fmt: skip
