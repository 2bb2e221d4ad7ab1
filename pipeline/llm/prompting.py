"""Prompt files, from the wheel or the checkout: strictly rendered, and identified by their bytes."""

from __future__ import annotations

import hashlib
import os
import re
import string
from dataclasses import dataclass
from functools import cached_property
from glob import escape
from pathlib import Path

from pipeline.errors import SettingsError

_PACKAGE = Path(__file__).parents[1]
_PACKAGED, _IN_CHECKOUT = _PACKAGE / "prompts", _PACKAGE.parent / "prompts"
# Next to an installed package, a folder of this name belongs to another distribution.
_VERSION = re.compile(r"\.v\d+\Z")
_SHIPPED = _PACKAGED if _PACKAGED.is_dir() else _IN_CHECKOUT


@dataclass(frozen=True)
class Prompt:
    """A prompt file: `$name` marks a variable, `$$` a dollar sign."""

    name: str
    template: str

    @cached_property
    def variables(self) -> set[str]:
        """The names after dollar signs. SettingsError for a lone dollar sign."""
        template = string.Template(self.template)
        if not template.is_valid():
            raise SettingsError(f"prompt {self.name}: a lone dollar sign", hint="write $$ for a dollar sign")
        return set(template.get_identifiers())

    @property
    def sha256(self) -> str:
        """The sha256 of the file's text, in hex."""
        return hashlib.sha256(self.template.encode()).hexdigest()

    def render(self, **values: str) -> str:
        """The text with all variables filled in; SettingsError if one is missing or superfluous.

        Values are inserted once, and not treated as templates themselves.
        """
        variables = self.variables
        if variables != set(values):
            missing, unused = sorted(variables - set(values)), sorted(set(values) - variables)
            raise SettingsError(f"prompt {self.name}: missing variables {missing}, unused {unused}")
        return string.Template(self.template).substitute(values).strip()


class PromptSet:
    """The prompts in a folder, and the shipped ones for the rest; file names include the version ("system.v1").

    Raises SettingsError at once if the folder does not exist or if a file in it cannot replace a shipped one.
    """

    def __init__(self, folder: Path | None = None) -> None:
        if folder is not None and not folder.is_dir():
            raise SettingsError(f"{folder}: there is no such prompt folder")
        self._roots = (folder, _SHIPPED) if folder else (_SHIPPED,)
        self._loaded: dict[str, Prompt] = {}
        if folder is not None:
            _ensure_fitting(folder)

    def load(self, name: str) -> Prompt:
        """The prompt `name`, for example "sections/main_points.v1"; SettingsError if there is none."""
        if name not in self._loaded:
            self._loaded[name] = Prompt(name, _read(self._roots, name))
        return self._loaded[name]

    def fresh(self) -> PromptSet:
        """The same prompts with none loaded yet, so that `digests` covers those of one document only."""
        copy = PromptSet()
        copy._roots = self._roots
        return copy

    def digests(self) -> dict[str, str]:
        """The sha256 of every prompt loaded so far, by name."""
        return {name: self._loaded[name].sha256 for name in sorted(self._loaded)}

    def identity(self) -> str:
        """One sha256 over all available prompts, loaded or not."""
        digest = hashlib.sha256()
        for root in self._roots:
            for path in sorted(root.rglob("*.md")):
                name, sha256 = os.fsencode(path.relative_to(root)), hashlib.sha256(path.read_bytes()).hexdigest()
                digest.update(name + f"\n{sha256}\n".encode())
        return digest.hexdigest()


def is_own_prompt(path: Path) -> bool:
    """Whether a file was written to replace a shipped prompt of this or another version.

    It has that prompt's name and one of its variables; for a prompt without variables, its very name.
    """
    if path.suffix != ".md" or not _VERSION.search(path.stem):
        return False
    name, folder = f"{escape(_VERSION.sub('', path.stem))}.v*.md", escape(path.absolute().parent.name)
    shipped = [*_SHIPPED.glob(name), *_SHIPPED.glob(f"./{folder}/{name}")]
    try:
        own = _variables_in(path) if shipped else set()
        return any(own & theirs if (theirs := _variables_in(s)) else s.name == path.name for s in shipped)
    except (OSError, UnicodeDecodeError):
        return False


def _variables_in(path: Path) -> set[str]:
    return set(string.Template(path.read_text("utf-8")).get_identifiers())


def _ensure_fitting(folder: Path) -> None:
    """Raise SettingsError if no file in the folder replaces a shipped prompt, or if one that is to do so cannot.

    Files that are named like no prompt are ignored.
    """
    shipped = {_name_in(path, _SHIPPED) for path in _SHIPPED.rglob("*.md")}
    names = {_name_in(path, folder): path for path in sorted(folder.rglob("*.md"))}
    for name, path in names.items():
        if name in shipped:
            _ensure_same_variables(Prompt(name, _read((folder,), name)), path)
        elif likely := sorted(s for s in shipped if _is_meant(name, s)):
            raise SettingsError(
                f"{path}: there is no prompt {name!r} in this version",
                hint=f"rename it to {likely[0]}.md, once you have taken over what is new in {_SHIPPED / likely[0]}.md",
            )
        elif _VERSION.search(name):
            raise SettingsError(f"{path}: there is no prompt {name!r}", hint=f"{_SHIPPED} has those that there are")
    if shipped.isdisjoint(names):
        raise SettingsError(
            f"{folder}: no file here replaces a prompt", hint=f"copy those to change from {_SHIPPED}, with their names"
        )


def _name_in(path: Path, folder: Path) -> str:
    return path.relative_to(folder).with_suffix("").as_posix()


def _is_meant(name: str, shipped: str) -> bool:
    """Whether a name is that of a shipped prompt without its version, or in another version or folder."""
    unversioned = _VERSION.sub("", shipped)
    if not _VERSION.search(name):
        return name == unversioned
    return _VERSION.sub("", name).rpartition("/")[2] == unversioned.rpartition("/")[2]


def _ensure_same_variables(own: Prompt, path: Path) -> None:
    expected = Prompt(own.name, _read((_SHIPPED,), own.name)).variables
    if own.variables != expected:
        names = " ".join(f"${v}" for v in sorted(expected)) or "no variable"
        actual = " ".join(f"${v}" for v in sorted(own.variables)) or "no variable"
        raise SettingsError(f"{path}: has {actual}", hint=f"this prompt takes {names}, each at least once")


def _read(roots: tuple[Path, ...], name: str) -> str:
    for root in roots:
        path = root / f"{name}.md"
        if path.is_file():
            try:
                return path.read_text("utf-8")
            except UnicodeDecodeError as err:
                raise SettingsError(f"{path}: not UTF-8", hint="save the prompt as UTF-8") from err
    raise SettingsError(f"there is no prompt {name!r}", hint=f"looked for {name}.md in {', '.join(map(str, roots))}")
