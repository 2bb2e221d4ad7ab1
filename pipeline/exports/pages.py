"""Templates of pages and their content security policy, which allows their own style and script and no fetching."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pipeline.emphasis import pieces
from pipeline.exports.mentions import Mentions
from pipeline.pages.markdown import DOUBT_MARK, clock
from pipeline.text import rows_of_code

_BREAK = Markup(" <br/>")


def page(template: str, script: tuple[str, ...] = (), *, paper: bool = False, **values: Any) -> bytes:
    """A whole page, for screen or `paper`. `script` names the files that its script is assembled from."""
    css = _style(paper)
    code = "\n".join(asset(name) for name in script)
    return (
        _environment()
        .get_template(template)
        .render(css=Markup(css), script=Markup(code), policy=policy(css, code), **values)
        .encode()
    )


def xml(template: str, **values: Any) -> bytes:
    """A file of an EPUB book."""
    return _environment().get_template(template).render(**values).encode()


def policy(css: str, script: str) -> str:
    """A content security policy that allows exactly this style and this script."""
    scripts = _hash(script) if script else "'none'"
    sources = f"default-src 'none'; style-src {_hash(css)}; script-src {scripts}"
    return f"{sources}; base-uri 'none'; form-action 'none'"


def _coded(text: str, emphasis: Sequence[str] = ()) -> Markup:
    """A text with its code and emphasised words marked up."""
    return _shown(text, emphasis, lambda piece: iter((piece,)))


def _linked(text: str, emphasis: Sequence[str], mentions: Mentions) -> Markup:
    """The same as `_coded`, with the key concepts that it mentions linked to their definitions."""
    link = Markup('<a class="to-term" href="#{}" title="{}">{}</a>')

    def linked(piece: str) -> Iterator[str]:
        for mention, concept in mentions.cut(piece):
            yield link.format(concept.anchor, concept.text, mention) if concept else mention

    return _shown(text, emphasis, linked)


def _shown(text: str, emphasis: Sequence[str], plain: Callable[[str], Iterator[str]]) -> Markup:
    code, strong = Markup("<code>{}</code>"), Markup("<strong>{}</strong>")

    def with_code(words: str) -> Iterator[str]:
        for piece, is_code in rows_of_code(words):
            yield from (code.format(piece),) if is_code else (_BREAK,) if piece == "\n" else plain(piece)

    parts = ((Markup().join(with_code(words)), stands_out) for words, stands_out in pieces(text, emphasis))
    return Markup().join(strong.format(part) if stands_out else part for part, stands_out in parts)


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
    environment.globals["DOUBT_MARK"] = DOUBT_MARK
    environment.filters["clock"] = clock
    environment.filters["coded"] = _coded
    environment.filters["linked"] = _linked
    environment.filters["place"] = lambda url: (urlsplit(url).hostname or url).removeprefix("www.")
    return environment


@cache
def _style(paper: bool) -> str:
    return asset("paper.css") if paper else f"{asset('page.css')}@media print {{\n{asset('print.css')}}}\n"


@cache
def asset(name: str) -> str:
    """The content of a file in the templates' folder."""
    return (files("pipeline.exports") / "templates" / name).read_text(encoding="utf-8")
