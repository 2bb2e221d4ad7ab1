"""`studydoc review`: a server for one person on this machine, or for those who have its token."""

from __future__ import annotations

import asyncio
import getpass
import secrets
import socket
import webbrowser
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from pipeline.errors import InputError, SettingsError
from pipeline.providers import weights
from pipeline.review.app import Keep, Setup, create_app
from pipeline.review.catalogue import Catalogue
from pipeline.review.guard import Rules
from pipeline.review.regenerate import Regenerator, regenerator
from pipeline.settings import LOCAL, Settings
from pipeline.settings.connect import open_structured
from pipeline.vendors import is_loopback

_SHORTEST_TOKEN = 12


@dataclass(frozen=True, slots=True)
class ReviewFlags:
    """The flags of `review` that are not settings."""

    paths: list[Path]
    transcripts: Path | None = None
    host: str = "127.0.0.1"
    port: int = 0
    token: str = ""
    who: str = ""
    browser: bool = True


def run_review(
    flags: ReviewFlags, settings: Settings, announce: Callable[[str], None], keep: Keep | None = None
) -> None:
    """Serve until interrupted. `announce` gets the address.

    Raises SettingsError and InputError.
    """
    if not is_loopback(flags.host) and len(flags.token) < _SHORTEST_TOKEN:
        raise SettingsError(
            f"--host {flags.host} can be reached from other machines",
            hint=f"set --token to at least {_SHORTEST_TOKEN} characters that nobody can guess",
        )
    if not flags.token.isascii() or any(c in ' ;,"\\&#+%=' or not c.isprintable() for c in flags.token):
        raise SettingsError(
            "--token contains characters that are not allowed in an address", hint="use letters, digits, - and _"
        )
    if missing := next((p for p in flags.paths if not p.exists()), None):
        raise InputError(f"{missing}: there is no such folder", hint="name the folder that studydoc make wrote to")
    try:
        family = socket.AF_INET6 if ":" in flags.host else socket.AF_INET
        listening = socket.socket(family)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((flags.host, flags.port))
    except OSError as err:
        raise SettingsError(
            f"cannot listen on {flags.host}:{flags.port}: {err.strerror or err}", hint="use another --port, or none"
        ) from err
    with listening, suppress(KeyboardInterrupt):
        asyncio.run(_serve(flags, settings, listening, announce, keep))


async def _serve(
    flags: ReviewFlags,
    settings: Settings,
    listening: socket.socket,
    announce: Callable[[str], None],
    keep: Keep | None,
) -> None:
    port = listening.getsockname()[1]
    rules = Rules(flags.host, port, secrets.token_urlsafe(32), flags.token)
    async with _model(settings) as rewrite:
        catalogue = Catalogue(flags.paths, flags.transcripts)
        app = create_app(Setup(catalogue, rules, flags.who or _user(), regenerator=rewrite, keep=keep))
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False, ws="none", lifespan="off",
            timeout_graceful_shutdown=2,
        )  # fmt: skip
        host = f"[{flags.host}]" if ":" in flags.host else flags.host
        address = f"http://{host}:{port}/" + (f"?token={flags.token}" if flags.token else "")
        listening.listen()
        announce(address)
        if flags.browser:
            await asyncio.to_thread(webbrowser.open, address)
        await uvicorn.Server(config).serve(sockets=[listening])


@asynccontextmanager
async def _model(settings: Settings) -> AsyncIterator[Regenerator | None]:
    """The model that rewrites statements, None if there is none. Nothing is loaded before its first use."""
    if settings.chosen_model[0] == LOCAL and weights.installed() is None:
        yield None
        return
    async with open_structured(settings, lambda done, total: None) as structured:  # weights are installed or not needed
        yield regenerator(structured)


def _user() -> str:
    """The name on decisions if none was given: the user's login name."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "reviewer"
