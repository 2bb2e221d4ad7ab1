"""A user's own sections, read from a folder: NAME.md says what to ask, NAME.toml or NAME.json what an item consists of.

They are plain data; sections/own.py turns them into sections like any other.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from pipeline.errors import SettingsError
from pipeline.text import clean

_MOST_SECTIONS, _MOST_FIELDS = 8, 8
_MOST_BYTES, _MOST_PROMPT, _MOST_TITLE, _MOST_DESCRIPTION = 65_536, 4_000, 80, 300
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SCHEMAS = (".toml", ".json")
_HINT = "docs/sections.md shows one"


@dataclass(frozen=True, slots=True)
class OwnField:
    """A field of an item: its description (`told`), and whether it is a list of sentences, each citing its own lines.

    The attribute names are part of a section's digest: renaming one changes every digest.
    """

    name: str
    told: str
    many: bool = False


@dataclass(frozen=True, slots=True)
class OwnSection:
    """A section as described by its two files.

    `wish` is what the prompt file asks for. `text` names the field printed as an item's text, `lead` the one printed in
    bold before it ("" for none); all other fields are printed below the item. `share` is the section's share of the
    document's words, `most` its maximum number of items.
    """

    name: str
    title: str
    wish: str
    fields: tuple[OwnField, ...]
    text: str
    lead: str
    share: float
    most: int

    @property
    def sha256(self) -> str:
        """Digest of everything in the two files."""
        return hashlib.sha256(repr(self).encode()).hexdigest()


def _cleaned(description: object) -> object:
    return clean(description) if isinstance(description, str) else description


_Description = Annotated[str, Field(min_length=1, max_length=_MOST_DESCRIPTION), BeforeValidator(_cleaned)]


class _Schema(BaseModel):
    """The allowed content of a schema file."""

    model_config = ConfigDict(extra="forbid", strict=True)

    fields: dict[str, _Description | Annotated[list[_Description], Field(min_length=1, max_length=1)]] = Field(
        min_length=1, max_length=_MOST_FIELDS
    )
    text: str
    lead: str = ""
    share: float = Field(default=0.08, ge=0.02, le=0.5)
    most: int = Field(default=12, ge=1, le=100)


def load_sections(folder: Path) -> tuple[OwnSection, ...]:
    """The sections in a folder, sorted by name. SettingsError says which file is wrong, in what way, and what to do."""
    if not folder.is_dir():
        raise SettingsError(f"{folder}: there is no such folder of sections", hint=_HINT)
    files = [p for p in sorted(folder.iterdir()) if not p.name.startswith(".") and not p.name.endswith("~")]
    for path in files:
        if path.suffix not in (".md", *_SCHEMAS) or not path.is_file():
            raise SettingsError(
                f"{path}: this is not part of a section", hint="a section is NAME.md and NAME.toml: move others away"
            )
        if not _NAME.fullmatch(path.stem):
            raise SettingsError(
                f"{path}: {path.stem!r} cannot be a section's name",
                hint="use a letter a-z, then a-z, 0-9, _ and -, at most 40 in all, for example further-reading.md",
            )
    names = sorted({p.stem for p in files})
    if not names:
        raise SettingsError(f"{folder}: there are no sections here", hint=_HINT)
    if len(names) > _MOST_SECTIONS:
        raise SettingsError(f"{folder}: {len(names)} sections", hint=f"at most {_MOST_SECTIONS} are allowed")
    return tuple(_section(folder, name, [p for p in files if p.stem == name]) for name in names)


def _section(folder: Path, name: str, files: list[Path]) -> OwnSection:
    prompt, schemas = folder / f"{name}.md", [p for p in files if p.suffix in _SCHEMAS]
    if prompt not in files:
        raise SettingsError(
            f"{schemas[0]}: there is no {name}.md beside it", hint=f"it says what belongs in the section: {_HINT}"
        )
    if len(schemas) != 1:
        schema_fault = "there are two schemas" if schemas else f"there is no {name}.toml"
        raise SettingsError(f"{prompt}: {schema_fault} beside it", hint=f"one defines the fields of an item: {_HINT}")
    title, wish = _prompt(prompt)
    schema = _schema(schemas[0])
    fields = tuple(
        OwnField(
            field, description if isinstance(description, str) else description[0], not isinstance(description, str)
        )
        for field, description in schema.fields.items()
    )
    return OwnSection(name, title, wish, fields, schema.text, schema.lead, schema.share, schema.most)


def _prompt(path: Path) -> tuple[str, str]:
    """Title and request: the heading on the first line, and the text after it, without control characters."""
    first_line, _, rest = _text_of(path).lstrip().partition("\n")
    title = clean(first_line.lstrip("#"))
    if not first_line.startswith("# ") or not title:
        raise SettingsError(f"{path}, first line: this is not a title", hint="begin with a line such as: # Risks")
    if len(title) > _MOST_TITLE:
        raise SettingsError(
            f"{path}, first line: a title of {len(title)} characters", hint=f"at most {_MOST_TITLE} are allowed"
        )
    wish = "\n".join(line for row in rest.splitlines() if (line := clean(row)))
    if not wish:
        raise SettingsError(
            f"{path}: there is no text below the title", hint="write there what belongs in this section"
        )
    if len(wish) > _MOST_PROMPT:
        raise SettingsError(f"{path}: {len(wish):,} characters", hint=f"at most {_MOST_PROMPT:,} are allowed")
    return title, wish


def _schema(path: Path) -> _Schema:
    try:
        schema = _Schema.model_validate(_parsed(path))
    except ValidationError as err:
        fault = err.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in fault["loc"][:2])
        raise SettingsError(f"{path}: {f'{place}: ' if place else ''}{_fault_message(fault)}", hint=_HINT) from err
    for field in schema.fields:
        _ensure_field_name(field, path)
    _ensure_names_field("text", schema.text, schema, path)
    if schema.lead:
        _ensure_names_field("lead", schema.lead, schema, path)
    if schema.text == schema.lead:
        raise SettingsError(
            f"{path}: text and lead are both {schema.text!r}", hint="name two different fields, or leave lead out"
        )
    return schema


def _parsed(path: Path) -> Any:
    text = _text_of(path)
    try:
        return tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except ValueError as err:  # both parsers' errors, and Python's for a number of thousands of digits
        raise SettingsError(f"{path}: this is not valid {path.suffix[1:].upper()}: {err}", hint=_HINT) from err
    except RecursionError as err:
        raise SettingsError(f"{path}: nested too deeply", hint=_HINT) from err


def _ensure_field_name(field: str, path: Path) -> None:
    if not _FIELD.fullmatch(field):
        raise SettingsError(
            f"{path}: fields.{field}: this is not a valid name", hint="use a letter a-z, then a-z, 0-9 and _"
        )
    if field in _Schema.model_fields:
        raise SettingsError(f"{path}: fields.{field}: this is a setting", hint="put it above [fields]")


def _ensure_names_field(role: str, field: str, schema: _Schema, path: Path) -> None:
    """Raise SettingsError unless `field`, which the setting `role` names, is a field that is not a list."""
    if isinstance(schema.fields.get(field), list):
        raise SettingsError(f"{path}: {role}: {field} is a list", hint="name a field that is not a list")
    if field not in schema.fields:
        known = ", ".join(schema.fields)
        raise SettingsError(f"{path}: {role}: there is no field {field!r}", hint=f"name one of: {known}")


def _fault_message(fault: Any) -> str:
    match fault["type"]:
        case "extra_forbidden":
            return f"there is no such setting; the settings are {', '.join(_Schema.model_fields)}"
        case "missing":
            return "is missing; settings go above [fields]"
        case "string_type" | "string_too_short" if fault["loc"][0] == "fields":
            return 'describe it in quotes, and if it is a list, also in brackets: ["…"]'
        case _:
            return str(fault["msg"])


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise SettingsError(f"{path}: larger than {_MOST_BYTES:,} bytes", hint="a section takes a page at most")
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as err:
        raise SettingsError(f"{path}: not UTF-8", hint="save it as UTF-8") from err
    except OSError as err:
        raise SettingsError(f"{path}: cannot be read: {err.strerror or err}") from err
