"""The pages' templates and their content security policy: what stands in the file may act, nothing is fetched."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup


def page(template: str, script: tuple[str, ...] = (), *, paper: bool = False, **values: Any) -> bytes:
    """A whole page. `script` names the files of which its script is made; on `paper` it looks as it does printed."""
    css = _style(paper)
    code = "\n".join(_text(name) for name in script)
    return (
        _environment()
        .get_template(template)
        .render(css=Markup(css), script=Markup(code), policy=policy(css, code), **values)
        .encode()
    )


def policy(css: str, script: str) -> str:
    """The policy under which exactly this style and this script work."""
    scripts = _hash(script) if script else "'none'"
    own = f"default-src 'none'; style-src {_hash(css)}; script-src {scripts}"
    return f"{own}; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("pipeline.exports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["place"] = lambda url: (urlsplit(url).hostname or url).removeprefix("www.")
    return environment


@cache
def _style(paper: bool) -> str:
    printed = _text("print.css")
    return _text("page.css") + (printed if paper else f"@media print {{\n{printed}}}\n")


@cache
def _text(name: str) -> str:
    return (files("pipeline.exports") / "templates" / name).read_text(encoding="utf-8")
