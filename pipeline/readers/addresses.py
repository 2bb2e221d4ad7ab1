"""Addresses of videos, which people give where a transcript is wanted."""

from __future__ import annotations

import re
import shlex

from pipeline.errors import InputError

# Not the whole site, which serves caption files too.
_VIDEO = re.compile(
    r"https?://(?:www\.|m\.|music\.)?(?:youtu\.be/[\w-]"
    r"|youtube(?:-nocookie)?\.com/(?:(?:watch|playlist)(?=[/?#]|$)|(?:shorts|live|embed)/))",
    re.IGNORECASE,
)


def is_video(url: str) -> bool:
    """Whether an address is that of a video rather than of a transcript."""
    return bool(_VIDEO.match(url))


def no_transcript(url: str) -> InputError:
    """The error for the address of a video; its hint says how to get the captions."""
    return InputError(
        f"{url}: this is a video, not a transcript",
        hint="download its captions first: "
        f"yt-dlp --skip-download --write-subs --write-auto-subs --write-info-json {shlex.quote(url)}",
    )
