"""What is kept of an order besides what it was told, by the names that it has in the order's body."""

from __future__ import annotations

from datetime import datetime
from typing import Any

WAITING = "waiting"  # the documents that lack an answer, by the paths of their transcripts
JOBS_BEFORE = "jobs_before"  # how many jobs of its paths and settings there were when the order was first given
GIVEN = "given"  # when make --batch was told it last, in seconds since 1970
_SHOWN = 3  # paths that an order is called by


def name_of(body: dict[str, Any]) -> str:
    """What people know an order by."""
    paths = body["paths"]
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    given = f" of {datetime.fromtimestamp(body[GIVEN]):%Y-%m-%d %H:%M}" if GIVEN in body else ""
    return f"order{given} for {', '.join(paths[:_SHOWN])}{more}"
