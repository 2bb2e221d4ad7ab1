"""How a model is worked with. A profile goes with the model, by what it can do and not by its brand."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from pipeline.document import Length
from pipeline.errors import SettingsError
from pipeline.own_sections import OwnSection

NotesName = Literal["study", "minutes", "lecture"]
ProfileName = Literal["capable", "small"]
Check = Literal["model", "code"]
LENGTHS: dict[Length, float] = {"brief": 0.5, "standard": 1.0, "full": 2.0}
_MOST_SHARE = 0.6  # of a short recording's words
_LEAST_WORDS = 60


@dataclass(frozen=True, slots=True)
class Profile:
    """`check` says who judges the meaning of statements; `at_once` how many chunks are worked on together."""

    name: ProfileName
    chunk_tokens: int
    check: Check
    at_once: int


CAPABLE = Profile("capable", chunk_tokens=40_000, check="model", at_once=64)
# One after the other: a server with one prompt cache then finds the prefix that all calls share.
SMALL = Profile("small", chunk_tokens=1_600, check="code", at_once=1)
PROFILES: dict[ProfileName, Profile] = {p.name: p for p in (CAPABLE, SMALL)}


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one transcript is worked on: the model's profile, what was asked for in its place, and for which sections.

    `notes` is the kind of notes, `own` are the user's sections besides. `language` is the tag of the notes' language;
    None until the transcript's is known, where nothing else was asked. SettingsError where the profile makes no such.
    """

    profile: Profile = CAPABLE
    length: Length = "standard"
    notes: NotesName = "study"
    own: tuple[OwnSection, ...] = ()
    language: str | None = None

    def __post_init__(self) -> None:
        if self.profile.name == "small" and (self.notes != "study" or self.own):
            asked = "sections of your own" if self.notes == "study" else f"notes of the kind {self.notes!r}"
            raise SettingsError(
                f"a small model cannot write {asked}: it chooses and titles, for study notes alone",
                hint="set OPENAI_API_KEY, or give --base-url and --model; or leave --notes and --sections out",
            )


def words_for(transcript_words: int, length: Length = "standard") -> int:
    """Words of a document on a recording: 23 times the square root of its own at standard length, in tens.

    Half an hour of talk (4,500 words) gives 1,540, two hours and a half (20,000) 3,250: long recordings repeat
    themselves, and a reader's time does not grow with them. Of a few minutes three fifths are the most.
    """
    standard = min(23 * math.sqrt(transcript_words), _MOST_SHARE * transcript_words)
    return max(_LEAST_WORDS, round(standard * LENGTHS[length] / 10) * 10)
