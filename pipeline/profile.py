"""How a model is worked with. A profile goes with the model, by what it can do and not by its brand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pipeline.errors import SettingsError
from pipeline.lengths import Length

if TYPE_CHECKING:
    from pipeline.own_sections import OwnSection

NotesName = Literal["study", "minutes", "lecture"]
ProfileName = Literal["capable", "small"]
Check = Literal["model", "code"]


@dataclass(frozen=True, slots=True)
class Profile:
    """`check` says who judges the meaning of statements; `at_once` how many chunks are worked on together.

    With `manuscript` a document that one call can write is first written freely, as Markdown.
    """

    name: ProfileName
    chunk_tokens: int
    check: Check
    at_once: int
    manuscript: bool = False

    @property
    def slots(self) -> int:
        """Calls that a model inside this process answers together: a capable one is asked one after the other."""
        return self.at_once if self.name == "small" else 1


CAPABLE = Profile("capable", chunk_tokens=40_000, check="model", at_once=64, manuscript=True)
# A token for each of four answers takes a processor half the time that it takes for one after the other.
SMALL = Profile("small", chunk_tokens=1_600, check="code", at_once=4)
PROFILES: dict[ProfileName, Profile] = {p.name: p for p in (CAPABLE, SMALL)}


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one transcript is worked on: the model's profile, what was asked for in its place, and for which sections.

    `notes` is the kind of notes, `own` are the user's sections besides. `language` is the tag of the notes' language:
    the one asked for, else None until the transcript's is known. SettingsError where the profile makes no such notes.
    """

    profile: Profile = CAPABLE
    length: Length = "standard"
    notes: NotesName = "study"
    own: tuple[OwnSection, ...] = ()
    language: str | None = None

    def __post_init__(self) -> None:
        if self.profile.name == "small" and self.profile.check == "model":
            raise SettingsError(
                "a small model cannot compare statements with their lines",
                hint="let code alone check them, or use a larger model (profile capable says that a model is one)",
            )
        if self.profile.name == "small" and (self.notes != "study" or self.own):
            asked = "sections of your own" if self.notes == "study" else f"notes of the kind {self.notes!r}"
            raise SettingsError(
                f"a small model cannot write {asked}: it chooses and titles, for study notes alone",
                hint="set OPENAI_API_KEY, or give --base-url and --model; or leave --notes and --sections out",
            )
