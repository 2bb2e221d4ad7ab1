"""Prompt files: found in the wheel or the checkout, rendered strictly, identified by their bytes."""

from __future__ import annotations

import hashlib
import os
import string
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pipeline.errors import SettingsError

_PACKAGE = Path(__file__).parents[1]
_PACKAGED, _IN_CHECKOUT = _PACKAGE / "prompts", _PACKAGE.parent / "prompts"
# Beside an installed package a folder of this name is another distribution's.
_SHIPPED = _PACKAGED if _PACKAGED.is_dir() else _IN_CHECKOUT


@dataclass(frozen=True)
class Prompt:
    """A prompt file: `$name` marks a variable, `$$` a dollar sign."""

    name: str
    template: str

    @cached_property
    def variables(self) -> set[str]:
        """The names that stand behind a dollar sign. SettingsError for a dollar sign that is neither."""
        template = string.Template(self.template)
        if not template.is_valid():
            raise SettingsError(f"prompt {self.name}: a lone dollar sign", hint="write $$ for a dollar sign")
        return set(template.get_identifiers())

    @property
    def sha256(self) -> str:
        """Digest of the file's text."""
        return hashlib.sha256(self.template.encode()).hexdigest()

    def render(self, **values: str) -> str:
        """The text with every variable filled; SettingsError when one is missing or left over.

        Values are inserted once and never read as a template themselves.
        """
        variables = self.variables
        if variables != set(values):
            missing, unused = sorted(variables - set(values)), sorted(set(values) - variables)
            raise SettingsError(f"prompt {self.name}: missing variables {missing}, unused {unused}")
        return string.Template(self.template).substitute(values).strip()


class PromptSet:
    """The prompts of a folder, else the shipped ones; file names carry the version ("system.v1").

    Raises SettingsError, before anything is asked, for a folder that is not there and for a file in it that cannot take
    a shipped one's place.
    """

    def __init__(self, folder: Path | None = None) -> None:
        if folder is not None and not folder.is_dir():
            raise SettingsError(f"{folder}: there is no such prompt folder")
        self._roots = (folder, _SHIPPED) if folder else (_SHIPPED,)
        self._loaded: dict[str, Prompt] = {}
        if folder is not None:
            _ensure_fitting(folder)

    def load(self, name: str) -> Prompt:
        """The prompt `name`, for example "sections/main_points.v1"; SettingsError when no root has it."""
        if name not in self._loaded:
            self._loaded[name] = Prompt(name, _read(self._roots, name))
        return self._loaded[name]

    def fresh(self) -> PromptSet:
        """The same prompts, none of them loaded yet: its digests tell what one document was made with."""
        copy = PromptSet()
        copy._roots = self._roots
        return copy

    def digests(self) -> dict[str, str]:
        """sha256 of every prompt loaded so far, by name."""
        return {name: self._loaded[name].sha256 for name in sorted(self._loaded)}

    def identity(self) -> str:
        """One sha256 over all prompts that there are, loaded or not."""
        digest = hashlib.sha256()
        for root in self._roots:
            for path in sorted(root.rglob("*.md")):
                name, sha256 = os.fsencode(path.relative_to(root)), hashlib.sha256(path.read_bytes()).hexdigest()
                digest.update(name + f"\n{sha256}\n".encode())
        return digest.hexdigest()


def _ensure_fitting(folder: Path) -> None:
    """SettingsError when a prompt of the folder has no namesake among the shipped ones, or other variables.

    Files that are not named like a prompt, NAME.vN.md, are left alone.
    """
    for path in sorted(folder.rglob("*.v[0-9]*.md")):
        name = path.relative_to(folder).as_posix().removesuffix(".md")
        shipped = Prompt(name, _read((_SHIPPED,), name)).variables
        if (own := Prompt(name, _read((folder,), name)).variables) != shipped:
            expected = " ".join(f"${v}" for v in sorted(shipped)) or "no variable"
            actual = " ".join(f"${v}" for v in sorted(own)) or "no variable"
            raise SettingsError(f"{path}: has {actual}", hint=f"this prompt takes {expected}, each at least once")


def _read(roots: tuple[Path, ...], name: str) -> str:
    for root in roots:
        path = root / f"{name}.md"
        if path.is_file():
            try:
                return path.read_text("utf-8")
            except UnicodeDecodeError as err:
                raise SettingsError(f"{path}: not UTF-8", hint="save the prompt as UTF-8") from err
    raise SettingsError(f"there is no prompt {name!r}", hint=f"looked for {name}.md in {', '.join(map(str, roots))}")
