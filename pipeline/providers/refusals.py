"""What a refusal teaches: the parameter, response format or keyword that it names is renamed or left out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from pipeline.providers.capabilities import FIRST_ROOM, Capabilities, Lesson, keywords_of
from pipeline.providers.faults import afforded
from pipeline.text import enumerated
from pipeline.vendors import Limit

_LIMIT_NAMES: tuple[Limit, ...] = ("max_tokens", "max_completion_tokens")
_EXTRAS = ("temperature", "seed", "logit_bias", "reasoning_effort", "stream_options")
_EFFORT = re.compile(r"reasoning[._ ]effort|\bthink(?:ing)?\b|support reasoning|reasoning is not")
_OTHER_VALUE = re.compile(r"one of|think value|supported values|unsupported value|input should be")
_TOO_HIGH = re.compile(r"at most|less than|maximum|too (?:large|high|big)|exceed|range|must be in|>|≤|<=|up to")
_NUMBER = re.compile(r"(?<![\w.-])\d{2,7}(?![\w.-]*\d)")
_FORMAT = re.compile(r"response[ _]?format|json[ _]?schema|json_object|\bschema\b|grammar|structured output")
_NOT_TAKEN = re.compile(
    r"not (?:be )?(?:supported|permitted|allowed|recognized|valid)|unsupported|unknown|unrecognized|cannot find"
    r"|unexpected|disallowed|invalid|does not support"
)
_STREAMS_ALONE = re.compile(
    r"\bonly (?:supports? )?(?:the )?stream|\bstream(?:ing)?\b[^.;]{0,20}?(?:=|:|must be)\W{0,3}true"
    r"|\bstream(?:ing)? (?:mode )?(?:is |must be )?(?:required|enabled)|\bnon-stream\w* [^.;]{0,30}?\bnot\b"
)
_ALTERNATE = re.compile(r"roles? must alternate|consecutive (?:user )?messages|alternat\w+ (?:user|roles)")
_NO_SYSTEM = re.compile(
    r"(?:system|developer)['\"`]? (?:role|message|instruction|prompt)s?\b[^.,;]{0,40}?"
    r"\b(?:not|un(?:supported|expected|known|recognized))\b"
    r"|\brole\b.{0,60}?\b(?:not support|unsupported|unexpected|invalid).{0,40}?\bsystem\b"
)
_ALLOWED = re.compile(  # a list of what is accepted, after the name of what is not
    r"\b(?<!not )(?:allowed|supported|valid|permitted|known|accepted|expected) (?:\w+ )?"
    r"(?:fields|parameters|params|arguments|names|keys|properties|inputs)\b[^.;]*"
    r"|\bonly [^.;]{1,200}? (?:are|is) (?:supported|allowed|permitted|accepted)"
)
_BACKBONE = frozenset({"type", "properties", "required", "items", "$defs", "$ref"})  # required for any schema


def lesson(text: str, body: Mapping[str, Any], known: Capabilities) -> Lesson | None:
    """What the refusal of this body teaches; None if it names nothing, or nothing that can be left out."""
    if (affordable := afforded(text)) is not None:
        return _of_credit(affordable, body, known)
    refused = _ALLOWED.sub("", text)
    return (
        _of_streams(text, body, known)
        or _of_limit(refused, body, known)
        or _of_extras(refused, body, known)
        or _of_roles(text, body, known)
        or _of_format(refused, body, known)
    )


def guess(body: Mapping[str, Any], known: Capabilities) -> Lesson | None:
    """What to try after a refusal without a reason; None if nothing is left or the endpoint has answered before."""
    if known.answers:
        return None
    if extras := [name for name in _EXTRAS if name in body]:
        return Lesson(known.without(*extras), f"refuses without a reason: {enumerated(extras, 'and')} left out")
    if lower := known.lower_rung():
        return Lesson(lower, f"refuses without a reason: {lower.rung} is used instead of {known.rung}")
    return None


def _is_named(name: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def _of_streams(text: str, body: Mapping[str, Any], known: Capabilities) -> Lesson | None:
    if "stream" in body or not _STREAMS_ALONE.search(text):
        return None
    return Lesson(replace(known, streams=True), "accepts only streamed calls: answers are streamed")


def _of_credit(affordable: int, body: Mapping[str, Any], known: Capabilities) -> Lesson | None:
    if not any(body.get(name, 0) > affordable for name in _LIMIT_NAMES):
        return None
    return Lesson(replace(known, afforded=affordable), f"has credit for answers of at most {affordable:,} tokens")


def _of_limit(text: str, body: Mapping[str, Any], known: Capabilities) -> Lesson | None:
    name = next((n for n in _LIMIT_NAMES if n in body), None)
    if name is None or not _is_named(name, text):
        return None
    if highest := _highest(text, body[name]):
        return Lesson(replace(known, answer_most=highest), f"gives answers of at most {highest:,} tokens")
    other = next(n for n in _LIMIT_NAMES if n != name)
    if known.limit is None:
        return Lesson(replace(known, limit=other), f"expects {other} instead of {name}")
    return Lesson(known.without(*_LIMIT_NAMES), "accepts no limit on the answer's length: none is sent")


def _highest(text: str, limit: int) -> int | None:
    """The highest limit according to a refusal; None if it names none."""
    if not _TOO_HIGH.search(text):
        return None
    return max((n for n in map(int, _NUMBER.findall(text)) if 64 <= n < limit), default=None)


def _of_roles(text: str, body: Mapping[str, Any], known: Capabilities) -> Lesson | None:
    messages = body.get("messages") or [{"role": ""}]
    alternate, system = _ALTERNATE.search(text), messages[0]["role"] == "system"
    if alternate and _repeats_a_role(messages):
        return Lesson(replace(known, join_roles=True), "requires alternating roles: messages of one role are joined")
    if system and (alternate or _NO_SYSTEM.search(text)):
        return Lesson(replace(known, no_system_role=True), "accepts no system role: its text is put before the user's")
    return None


def _repeats_a_role(messages: Sequence[Mapping[str, Any]]) -> bool:
    """Whether two consecutive messages have the same role."""
    return any(a["role"] == b["role"] for a, b in pairwise(messages))


def _of_extras(text: str, body: Mapping[str, Any], known: Capabilities) -> Lesson | None:
    names = [n for n in _EXTRAS if n in body and _is_named(n, text)]
    if "reasoning_effort" in body and "reasoning_effort" not in names and _EFFORT.search(text):
        names.append("reasoning_effort")
    if not names:
        return None
    reduced = known.without(*names)
    if "reasoning_effort" in names and _OTHER_VALUE.search(text):  # it thinks, but does not accept this value
        reduced = replace(reduced, room=max(reduced.room or 0, FIRST_ROOM))
    return Lesson(reduced, f"does not accept {enumerated(names, 'and')}: left out")


def _of_format(text: str, body: Mapping[str, Any], known: Capabilities) -> Lesson | None:
    response_format = body.get("response_format")
    if not response_format or not _FORMAT.search(text):
        return None
    schema = response_format.get("json_schema") or {}
    if "strict" in schema and _NOT_TAKEN.search(text) and _names_keyword("strict", text):
        return Lesson(known.without("strict"), "does not accept strict schemas: strict is left out")
    if _NOT_TAKEN.search(text):
        keywords = [k for k in sorted(keywords_of(schema.get("schema")) - _BACKBONE) if _names_keyword(k, text)]
        if keywords:
            dropped = known.keywords_left_out | set(keywords)
            return Lesson(
                replace(known, keywords_left_out=dropped), f"accepts schemas only without {enumerated(keywords, 'and')}"
            )
    lower = known.lower_rung()
    return Lesson(lower, f"does not accept {known.rung}: {lower.rung} is used instead") if lower else None


def _names_keyword(keyword: str, text: str) -> bool:
    """Whether a schema keyword is quoted or called unsupported: many keywords are ordinary words too."""
    name = re.escape(keyword.casefold())
    refused = r"(?:keyword |property |field |mode )?(?:is |are )?(?:not|un|extra inputs)"
    return re.search(rf"['\"`]{name}['\"`]|(?<!\w){name}\W{{1,3}}{refused}|unknown name \W?{name}\b", text) is not None
