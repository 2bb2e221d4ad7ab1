"""No input crashes a reader, hangs it, or loses words that are not told. The marked run does the same for longer."""

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import InputError
from pipeline.readers import parse
from pipeline.readers.formats import READERS
from pipeline.text import words
from pipeline.transcript import Transcript
from tests.readers.shapes import SHAPES, TURNS, Shape

QUICK = settings(max_examples=60)
LONG = settings(max_examples=5000)
SCRAPS = [
    "\n", "\n\n", " ", "\t", ":", "：", "-->", "[", "]", "(", ")", "<v Ana>", "</v>", "<", ">>", "- ", "**", "# ", "---\n", "WEBVTT",
    "NOTE\n", "00:00:01.000 --> 00:00:02.000\n", "0:04", "[00:00:04]", "12/06/2026, 09:00 - ", "9:00 AM", "Ana: ", "Q. ", "{", "}",
    "\"", "♪", "https://example.org", "|", "&amp;", "<p>", "</tt>", "\x00", "\u200f", "\ufeff", "\r", "ก", "島", "é", "1\n", "99:99",
]  # fmt: skip
MARK = re.compile(r"zq\d+zq")


def marked(shape: Shape) -> str:
    """The shape's text, in which each word that is said once, and is nothing else in it, is one of its kind."""
    text, said = shape.text(), " ".join(said for *_, said in TURNS)
    in_text, in_said = Counter(re.findall(r"\w+", text)), Counter(re.findall(r"\w+", said))
    alone = [word for word in re.findall(r"[A-Za-z]{3,}", said) if in_said[word] == in_text[word] == 1]
    marks = {word: f"zq{n}zq" for n, word in enumerate(alone)}
    return re.sub(r"\w+", lambda word: marks.get(word[0], word[0]), text)


# JSON with broken keys is other data: which of it would be words is nobody's to say.
MARKED = [marked(shape) for shape in SHAPES if shape.suffix != ".json"]
SUFFIXES = [shape.suffix for shape in SHAPES if shape.suffix != ".json"]


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, str]:
    """A transcript in some shape with scraps put in and pieces cut out, and its ending."""
    i = draw(st.integers(0, len(MARKED) - 1))
    text = MARKED[i]
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(text)))
        cut = draw(st.integers(0, 30))
        text = text[:at] + draw(st.sampled_from(SCRAPS)) + text[at + cut :]
    return text, draw(st.sampled_from([SUFFIXES[i], ".txt", ".vtt", ".srt", ".md", ""]))


def read(raw: bytes, suffix: str = "", form: str | None = None) -> Transcript | None:
    try:
        return parse(raw, "x" + suffix, suffix=suffix, name="x", form=form)
    except InputError:
        return None


def loses_nothing(case: tuple[str, str]) -> None:
    text, suffix = case
    transcript = read(text.encode(), suffix)
    if transcript is None:
        return
    roles = [role.text for role in transcript.metadata.roles]
    kept = "\n".join([*(f"{s.text} {s.speaker or ''}" for s in transcript.segments), *roles])
    lost = {m for m in MARK.findall(text) if m not in kept}
    assert len(lost) <= sum(part.words for part in transcript.reading.left_out), sorted(lost)[:5]


def ends_well(raw: bytes, form: str | None) -> None:
    transcript = read(raw, form=form)
    assert transcript is None or all(s.text and words(s.text) for s in transcript.segments)


raw = st.one_of(
    st.binary(max_size=400),
    st.text(max_size=400).map(lambda t: t.encode("utf-8", "surrogatepass")),
    st.lists(st.sampled_from([*SCRAPS, "word ", "a b c. "]), max_size=80).map(lambda parts: "".join(parts).encode()),
)
forms = st.sampled_from([reader.name for reader in READERS])


@QUICK
@given(damaged())
def test_a_damaged_transcript_loses_no_words_that_are_not_told(case: tuple[str, str]) -> None:
    loses_nothing(case)


@QUICK
@given(raw, forms)
def test_no_bytes_crash_a_reader(raw: bytes, form: str) -> None:
    ends_well(raw, form)


@pytest.mark.parametrize(
    "sign", ["(", "[a](", "<", "<div ", "<!--", "**a", "- ", "a: ", "00:00:01 ", "A. ", ">> ", "Ana (", "ก", "{"]
)
@pytest.mark.parametrize("form", [None, "html", "webvtt"])
def test_a_long_run_of_one_sign_is_read_or_refused(sign: str, form: str | None) -> None:
    ends_well(sign.encode() * 20_000, form)


def test_a_long_word_in_front_of_a_sign_of_addresses_is_read() -> None:
    ends_well(b"a" * 100_000 + b" @", None)


@pytest.mark.slow
@LONG
@given(damaged())
def test_many_damaged_transcripts_lose_no_words_that_are_not_told(case: tuple[str, str]) -> None:
    loses_nothing(case)


@pytest.mark.slow
@LONG
@given(raw, forms)
def test_many_bytes_crash_no_reader(raw: bytes, form: str) -> None:
    ends_well(raw, form)
