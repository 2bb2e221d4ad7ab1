"""Templates of pages and their content security policy: what stands in the file may act, nothing is fetched."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pipeline.exports.mentions import Mentions
from pipeline.render.markdown import DOUBTED, clock
from pipeline.text import pieces_of_code


def page(template: str, script: tuple[str, ...] = (), *, paper: bool = False, **values: Any) -> bytes:
    """A whole page, for a screen or for paper. `script` names the files of which its script is made."""
    css = _style(paper)
    code = "\n".join(text(name) for name in script)
    return (
        _environment()
        .get_template(template)
        .render(css=Markup(css), script=Markup(code), policy=policy(css, code), **values)
        .encode()
    )


def xml(template: str, **values: Any) -> bytes:
    """A file of a book."""
    return _environment().get_template(template).render(**values).encode()


def policy(css: str, script: str) -> str:
    """The policy under which exactly this style and this script work."""
    scripts = _hash(script) if script else "'none'"
    own = f"default-src 'none'; style-src {_hash(css)}; script-src {scripts}"
    return f"{own}; base-uri 'none'; form-action 'none'"


def _coded(text: str) -> Markup:
    """A text with what is code in it as such."""
    code = Markup("<code>{}</code>")
    return Markup().join(code.format(piece) if is_code else piece for piece, is_code in pieces_of_code(text))


def _linked(text: str, mentions: Mentions) -> Markup:
    """A text with what is code in it as such, and the key concepts that it mentions as links to their definitions."""
    code, link = Markup("<code>{}</code>"), Markup('<a class="to-term" href="#{}" title="{}">{}</a>')

    def pieces() -> Iterator[str]:
        for piece, is_code in pieces_of_code(text):
            if is_code:
                yield code.format(piece)
                continue
            for words, concept in mentions.cut(piece):
                yield link.format(concept.anchor, concept.text, words) if concept else words

    return Markup().join(pieces())


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
    environment.globals["DOUBTED"] = DOUBTED
    environment.filters["clock"] = clock
    environment.filters["coded"] = _coded
    environment.filters["linked"] = _linked
    environment.filters["place"] = lambda url: (urlsplit(url).hostname or url).removeprefix("www.")
    return environment


@cache
def _style(paper: bool) -> str:
    return text("paper.css") if paper else f"{text('page.css')}@media print {{\n{text('print.css')}}}\n"


@cache
def text(name: str) -> str:
    """A file that stands beside the templates."""
    return (files("pipeline.exports") / "templates" / name).read_text(encoding="utf-8")
