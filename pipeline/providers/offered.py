"""The models that an endpoint offers, from the various listing formats of endpoints."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pipeline.errors import CallError
from pipeline.providers.faults import NoSuchModel

_WINDOWS: tuple[str, ...] = ("loaded_context_length", "max_model_len", "context_length", "context_window")
_WINDOWS += ("max_context_length", "max_input_tokens")


@dataclass(frozen=True, slots=True)
class Offered:
    """The name of a model; its window in tokens and its shutdown date, if the endpoint gives them."""

    name: str
    window: int | None = None
    shutdown: str | None = None


def offered(reply: Any) -> list[Offered]:
    """The models in a listing, sorted by name. ValueError if it is no listing."""
    rows = reply.get("data", reply.get("models")) if isinstance(reply, dict) else reply
    if not isinstance(rows, list):
        raise ValueError("the answer is not a list of models")
    return sorted((_model_of(row) for row in rows if isinstance(row, dict) and row.get("id")), key=lambda o: o.name)


def _model_of(row: dict[str, Any]) -> Offered:
    meta = row.get("meta")
    sizes = [*map(row.get, _WINDOWS), meta.get("n_ctx") if isinstance(meta, dict) else None]
    window = next((s for s in sizes if isinstance(s, int) and s > 0), None)
    shutdown = row.get("shutdown_date")
    return Offered(str(row["id"]).removeprefix("models/"), window, shutdown if isinstance(shutdown, str) else None)


async def with_served_models(
    err: NoSuchModel, model: str, listing: Callable[[], Awaitable[list[Offered]]]
) -> CallError:
    """The error with the names of served models, closest first; unchanged if the endpoint does not list them."""
    try:
        names = [offer.name for offer in await listing()]
    except CallError:
        return err
    near = get_close_matches(model, names, n=4, cutoff=0.4)
    listed = near + [n for n in names if n not in near][: 8 - len(near)]
    if not listed:
        return err
    more = f" and {len(names) - len(listed)} more" if len(names) > len(listed) else ""
    return NoSuchModel(err.args[0], hint=f"it serves {', '.join(listed)}{more}; see: studydoc models", fatal=True)
