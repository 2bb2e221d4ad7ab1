"""Names that programs give to words, times and speakers: of columns, of fields and of attributes.

They are written as `key_of` returns them. If an object has several of these, the first counts.
"""

from __future__ import annotations

import functools

TEXT: tuple[str, ...] = ("text", "body", "content", "sentence", "transcript", "utterance", "caption", "wordstext")
TEXT += ("display", "message", "dialogue")
START: tuple[str, ...] = ("start", "starttime", "from", "begin", "offset", "timestamp", "time", "ts", "starttimestamp")
START += ("startoffset", "begintime", "start(s)", "timecodein", "tcin", "inpoint", "timecode", "in")
END: tuple[str, ...] = ("end", "endtime", "to", "stop", "endtimestamp", "endts", "endoffset", "end(s)", "timecodeout")
END += ("tcout", "outpoint", "out")
SPEAKER: tuple[str, ...] = ("speakername", "speaker", "speakerlabel", "speakertag", "speakerid", "displayname")
SPEAKER += ("realname", "username", "name", "who", "spk", "author", "character", "participant", "participantid")
SPEAKER += ("role", "participantrole")


@functools.lru_cache(maxsize=4096)
def key_of(name: str) -> str:
    """A name in lower case without "-", "_" and spaces: "Start Time", "start_time" and "startTime" are one."""
    return name.replace("_", "").replace("-", "").replace(" ", "").casefold()
