"""How to work with a model. The profile depends on what the model can do, not on its vendor."""

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
    """`check` says whether a model or code judges what statements mean; `at_once` is how many chunks run concurrently.

    With `manuscript`, a document short enough for one call is first written freely, as Markdown.
    """

    name: ProfileName
    chunk_tokens: int
    check: Check
    at_once: int
    manuscript: bool = False

    @property
    def slots(self) -> int:
        """Calls that a model in this process answers in parallel: a capable one gets one call at a time."""
        return self.at_once if self.name == "small" else 1


CAPABLE = Profile("capable", chunk_tokens=40_000, check="model", at_once=64, manuscript=True)
# On a CPU, four answers in parallel take half the time of four in sequence.
SMALL = Profile("small", chunk_tokens=1_600, check="code", at_once=4)
PROFILES: dict[ProfileName, Profile] = {p.name: p for p in (CAPABLE, SMALL)}


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to work on one transcript: the profile of the model, and what the user asked for.

    `notes` is the kind of notes, `own` holds the user's additional sections. `language` is the BCP 47 tag of the notes'
    language: the one asked for, or None until the transcript's is known. Raises SettingsError if the profile cannot
    make such notes.
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
                hint="use --check code, or a larger model (with --profile capable if it is one)",
            )
        if self.profile.name == "small" and (self.notes != "study" or self.own):
            asked = "sections of your own" if self.notes == "study" else f"notes of the kind {self.notes!r}"
            raise SettingsError(
                f"a small model cannot write {asked}: it only selects and titles passages, for study notes",
                hint="set OPENAI_API_KEY, or use --base-url and --model; or leave out --notes and --sections",
            )
