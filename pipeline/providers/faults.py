"""Translates errors of the SDK into ours. Text from the server is shown only without the API key."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from typing import Any
from urllib.parse import urljoin

import httpx2
import openai

from pipeline.errors import CallError, ContextTooLong, Declined, EndpointError, unbilled
from pipeline.providers.delays import delay_in, retry_after
from pipeline.providers.endpoint import Endpoint, place_of
from pipeline.providers.http import BodyTooLarge, NotHTTP, hung_up, never_connected
from pipeline.text import duration
from pipeline.vendors import vendor_at

_LONGEST_WAIT = 60.0  # seconds between two tries
_LONGEST_DELAY = 600.0  # seconds: if a longer wait is asked for, the user has to run the command again


class Refused(CallError):
    """The content of the call was refused, perhaps with a reason. `text` is the whole refusal in lower case."""

    def __init__(self, message: str, text: str) -> None:
        super().__init__(message)
        self.text = text


class TooLong(ContextTooLong):
    """The prompt, alone or with room for its answer, exceeds the window; with the token counts of the refusal."""

    def __init__(self, message: str, window: int | None = None, prompt: int | None = None) -> None:
        super().__init__(message, hint="give the server a longer context window, or use a model that has one")
        self.window, self.prompt = window, prompt


class NoSuchModel(EndpointError):
    """The endpoint does not serve the model."""


class PushedBack(EndpointError):
    """The endpoint asks for fewer calls."""

    billed = False


class Unreachable(EndpointError):
    """Nothing listens at the address, or a gateway there cannot reach its server."""


class NoAnswerInTime(EndpointError):
    """The deadline of a call has passed."""


class NoAnswer(EndpointError):
    """The reply is not an answer at all, such as a gateway's page."""


class Unreadable(EndpointError):
    """The reply cannot be read as an answer: it was cut on its way, or has none in it. Each may be paid for."""


class EmptyAnswer(EndpointError):
    """The model answered with nothing; if that comes twice, it is no coincidence."""


class MissedFormat(EndpointError):
    """The endpoint itself reports that the model's answer violates the format."""


def classify(err: Exception, endpoint: Endpoint) -> CallError:
    """Our error for an error of the SDK."""
    address = endpoint.address
    if never_connected(err):
        hint = "is the server up? Check the base URL and its port; most end in /v1"
        if vendor_at(endpoint.base_url):
            hint = "is this machine online, and does it need a proxy?"
        return unbilled(Unreachable(f"{address}: cannot be reached", hint=hint, retryable=True, fatal=True))
    if any(isinstance(e, NotHTTP) for e in (err, err.__cause__)):
        hint = "http or https? Check the base URL and its port"
        return EndpointError(f"{address}: the reply is not valid HTTP", hint=hint, retryable=True)
    if hung_up(err):
        return EndpointError(f"{address}: the connection broke before the answer was complete", retryable=True)
    if isinstance(err, TimeoutError | openai.APITimeoutError | httpx2.TimeoutException):
        return NoAnswerInTime(f"{address}: no complete answer within {endpoint.deadline:g} s", retryable=True)
    if too_large := next((e for e in (err, err.__cause__) if isinstance(e, BodyTooLarge)), None):
        return EndpointError(f"{address}: the answer cannot be read: {too_large}")
    if isinstance(err, ValueError):
        return Unreadable(f"{address}: the answer is not JSON, or is incomplete", retryable=True)
    if not isinstance(err, openai.APIStatusError):
        kind = EndpointError if isinstance(err, openai.APIConnectionError | httpx2.TransportError) else Unreadable
        return kind(f"{address}: the answer could not be read ({type(err).__name__})", retryable=True)
    return by_status(err.status_code, err.body or "", err.response.headers, endpoint)


def shown_cause(err: Exception, secrets: Collection[str]) -> Exception | None:
    """The error to chain as a cause; None if its traceback would show a secret or the beginning of one.

    Gateways quote a key that they refuse, and HTTP clients a header that they cannot send.
    """
    below: BaseException | None = err
    while below is not None:
        if _without(secrets, str(below)) != str(below):
            return None
        below = below.__cause__ or (None if below.__suppress_context__ else below.__context__)
    return err


_MAY_HAVE_WORKED = (408, 409, 425)  # besides 5xx: the server may have started work
_NO_SERVER = (502, 521, 522, 523)  # a gateway cannot reach the server behind it
_FOR_NOW = (*_MAY_HAVE_WORKED, 429)  # besides 5xx: the same call may be answered later


def by_status(status: int, body: Any, headers: httpx2.Headers, endpoint: Endpoint) -> CallError:
    """Our error for a refusal with this HTTP status; `body` is whatever came with it."""
    error = _error_for(_Refusal(status, body, headers, endpoint))
    before_work = status < 500 and status not in _MAY_HAVE_WORKED and not isinstance(error, MissedFormat)
    return unbilled(error) if before_work else error


class _Refusal:
    """A refusal by HTTP.

    `text` is all of it in lower case, `quoted` its message behind a colon, and `wait` the seconds after which it allows
    the next call; an acceptable wait is `soon`.
    """

    def __init__(self, status: int, body: Any, headers: httpx2.Headers, endpoint: Endpoint) -> None:
        self.status, self.headers, self.endpoint, self.address = status, headers, endpoint, endpoint.address
        self.text, self.is_page = text_of(body), is_page(headers, body)
        sentence = "" if self.is_page else sentence_of(body, endpoint.secrets)
        self.quoted = f": {sentence}" if sentence else ""
        wait = retry_after(headers)
        self.wait = delay_in(self.text) if wait is None else wait
        self.soon = self.wait is not None and self.wait <= _LONGEST_DELAY

    def of_content(self) -> Refused:
        """The error if another call may be accepted."""
        return Refused(f"the call was refused (HTTP {self.status}){self.quoted}", self.text)


def _error_for(refusal: _Refusal) -> CallError:
    """The error by the first cause that fits: what is said counts before a status that stands for several causes."""
    return (
        _from_elsewhere(refusal)
        or _filtered(refusal)
        or _without_access(refusal)
        or _without_credit(refusal)
        or _too_long(refusal)
        or _not_served(refusal)
        or _missed_format(refusal)
        or _unfit(refusal)
        or _for_now(refusal)
        or EndpointError(f"{refusal.address}: the call was refused (HTTP {refusal.status}){refusal.quoted}")
    )


def _from_elsewhere(refusal: _Refusal) -> CallError | None:
    """The error if it is not the endpoint that answers."""
    status = refusal.status
    if 300 <= status < 400:
        return _redirected(status, refusal.headers, refusal.endpoint)
    if not refusal.is_page or status >= 500 or status in _FOR_NOW:
        return None
    hint = "a gateway or a proxy answered: is the base URL right (most end in /v1), and may this machine use it?"
    return EndpointError(f"{refusal.address}: a web page instead of an answer (HTTP {status})", hint=hint, fatal=True)


def _filtered(refusal: _Refusal) -> CallError | None:
    stopped = refusal.status in (400, 403) and _FILTERED.search(refusal.text)
    return Declined("a content filter stopped the call") if stopped else None


def _without_access(refusal: _Refusal) -> CallError | None:
    """The error if the key is wrong or has too few permissions."""
    status, address, key = refusal.status, refusal.address, refusal.endpoint.key_name
    if status == 401 or (status == 400 and _KEY.search(refusal.text)):
        return EndpointError(f"{address}: the key was refused (HTTP {status})", hint=f"check {key}", fatal=True)
    if status == 403 and not _NO_MODEL.search(refusal.text):
        hint = f"check {key} and its permissions"
        return EndpointError(f"{address}: not allowed (HTTP 403){refusal.quoted}", hint=hint, fatal=True)
    return None


def _without_credit(refusal: _Refusal) -> CallError | None:
    """The error if the account cannot pay; a shorter answer may be within its means."""
    status, text = refusal.status, refusal.text
    if status == 402 and (afforded(text) or 0) >= _LEAST_PAID_FOR:
        return refusal.of_content()
    if status != 402 and not _QUOTA.search(text) and (refusal.soon or not _PER_DAY.search(text)):
        return None
    hint = "add credit or raise the limit, or run again later: nothing is lost"
    return EndpointError(f"{refusal.address}: the account's quota is used up{refusal.quoted}", hint=hint, fatal=True)


def _not_served(refusal: _Refusal) -> CallError | None:
    """The error if the endpoint does not serve the model, or not with what the call asks of it."""
    status, text = refusal.status, refusal.text
    if status == 404 and "requested parameters" in text:
        return refusal.of_content()
    if status != 404 and not (status in (400, 403, 422) and _NO_MODEL.search(text)):
        return None
    model = refusal.endpoint.model
    message = f"{refusal.address}: no model {model!r}, or no such address (HTTP {status}){refusal.quoted}"
    return NoSuchModel(message, hint="see: studydoc models", fatal=True)


def _missed_format(refusal: _Refusal) -> CallError | None:
    missed = _MISSED.search(refusal.text)
    message = f"{refusal.address}: the model's answer does not match the format"
    return MissedFormat(message, retryable=True) if missed else None


def _unfit(refusal: _Refusal) -> CallError | None:
    """The error if the server does not accept what the call asks for."""
    status, text = refusal.status, refusal.text
    unfit = status in (400, 405, 415, 422, 501) or (status == 500 and (_FORMAT.search(text) or _ROLES.search(text)))
    return refusal.of_content() if unfit else None


def _for_now(refusal: _Refusal) -> CallError | None:
    """The error if the same call may be answered later."""
    status, wait = refusal.status, refusal.wait
    if status not in _FOR_NOW and status < 500:
        return None
    if wait is not None and not refusal.soon:
        hint = "nothing is lost: run again later"
        return EndpointError(f"{refusal.address}: accepts the next call in {duration(wait)}", hint=hint, fatal=True)
    kind = PushedBack if status in (429, 503, 529) else Unreachable if status in _NO_SERVER else EndpointError
    message = f"{refusal.address}: busy or failing (HTTP {status}){refusal.quoted}"
    return kind(message, retryable=True, retry_after=wait if wait is None else min(wait, _LONGEST_WAIT))


def _redirected(status: int, headers: httpx2.Headers, endpoint: Endpoint) -> EndpointError:
    """The error for a redirect, which names its target: the key is not sent there."""
    requested = f"{endpoint.base_url.rstrip('/')}{_CALLS}"
    try:
        place = place_of(urljoin(requested, headers.get("location", "")))
    except ValueError:  # not a valid address
        place = place_of(requested)
    elsewhere = place != place_of(requested)
    leads = f"redirects to {_without(endpoint.secrets, place)[:200]}" if elsewhere else "redirects"
    hint = "check the base URL: https or http? Most end in /v1"
    if elsewhere and place.endswith(_CALLS):
        hint = (
            f"if you trust that address, use --base-url {_without(endpoint.secrets, place.removesuffix(_CALLS))[:200]}"
        )
    return EndpointError(f"{endpoint.address}: {leads} instead of answering (HTTP {status})", hint=hint, fatal=True)


_CALLS = "/chat/completions"
_FILTERED = re.compile(r"\bcontent_filter\b|responsibleaipolicyviolation|content management policy|\bflagged\b")
_AFFORDED = re.compile(r"can only afford (\d{1,9})\b")
_LEAST_PAID_FOR = 400  # tokens: a shorter answer is not worth a call
_KEY = re.compile(
    r"authentication failed|api[ _]key (?:not valid|not found|expired)|api_key_invalid"
    r"|(?:invalid|incorrect)[ _]api[ _]key"
)
_QUOTA = re.compile(
    r"insufficient_quota|insufficient[ _](?:balance|credits|funds)|credit balance is too low|perdayper"
    r"|exceeded your current quota(?!.*perminute)(?!.*retrydelay)",
    re.DOTALL,
)
# Only if no acceptable delay is named: a limit over the last 24 hours may have room again in seconds.
_PER_DAY = re.compile(r"(?:tokens|requests)[ -]per[ -]day\b(?!.*per[ -]?min)|-per-day\b|\((?:tpd|rpd)\)", re.DOTALL)
_NO_MODEL = re.compile(
    r"model_not_found|\b(?:invalid|unknown|no such) model\b(?! (?:parameter|setting|option))"
    r"|\bmodel\b.{0,80}?\b(?:not found|does not exist|not exist|doesn't exist|is not available|not a valid model)"
    r"|not a valid model",
    re.DOTALL,
)
_MISSED = re.compile(r"json_validate_failed|failed_generation|generated json does not match")
_FORMAT = re.compile(r"response[ _]format|json[ _]schema|json_object|grammar|structured output")
_ROLES = re.compile(r"roles? must alternate|system role")  # from a chat template, and reported like a server fault
_LONG = re.compile(
    r"context[ _](?:length|window|size)|exceed_context_size|context the overflows|prompt is too long"
    r"|input is too long|longer than the model|too many (?:input )?tokens|maximum (?:input|prompt) length"
    r"|input token count.{0,20} exceeds|exceed(?:s the)? context limit|input tokens exceed|input length.{0,20} exceeds"
    r"|inputs\W{1,3}tokens \+ \W?max_new_tokens\W? must be <=|inputs\W{1,3}must have less than \d+ tokens"
    r"|range of input length should be|exceed max message tokens"
)
_TOO_LARGE = re.compile(r"request too large")
_PER_MINUTE = re.compile(r"limit:? (\d{3,8}),.{0,40}?requested:? ~?(\d{3,8})")


def _too_long(refusal: _Refusal) -> CallError | None:
    status, text, model = refusal.status, refusal.text, refusal.endpoint.model
    if status not in (400, 413, 422, 429, 500):
        return None
    if (status == 413 or _TOO_LARGE.search(text)) and (match := _PER_MINUTE.search(text)):
        limit = int(match.group(1))
        return TooLong(f"{model}: one call may use {limit:,} tokens here, its longest answer included", limit)
    if status == 413 or (status != 429 and _LONG.search(text)):
        return TooLong(f"{model}: the prompt is longer than the model's context window", *window_and_prompt(text))
    return None


_WINDOW = re.compile(
    r"(?:context[ _](?:length|window|size)|n_ctx)(?:'s)?\W{0,3}(?:is|of|to)?(?: only)?\W{0,3}(\d{3,8})"
    r"|(?:tokens allowed|allowed length|configured limit)(?: of)? \(?(\d{3,8})"
    r"|must have less than (\d{3,8}) tokens|input length should be \[\d+, ?(\d{3,8})"
    r"|must be <= (\d{3,8})|\d \+ \d+ > (\d{3,8})|tokens > (\d{3,8})|(\d{3,8}) maximum context length"
)
_PROMPT = re.compile(
    r"n_prompt_tokens\W{1,3}(\d{1,9})"
    r"|(\d{1,9}) (?:tokens )?(?:in|from) (?:the|your) (?:input )?(?:messages?|prompt|input)"
    r"|(\d{1,9}) \W?inputs?\W? tokens|(\d{1,9}) of text input"
    r"|(?:input token count|input length) \((\d{1,9})|context limit: (\d{1,9}) \+|too long: (\d{1,9})"
    r"|less than \d+ tokens. given: (\d{1,9})"
    r"|(?:messages resulted in|input|request|prompt|keep the first)\W{0,2}\(?(?:has |of |contains )?(\d{1,9}) "
)


def afforded(text: str) -> int | None:
    """The longest answer, in tokens, that a refusal says the credit pays for; the shortest if it names several."""
    return min(map(int, _AFFORDED.findall(text)), default=None)


def window_and_prompt(text: str) -> tuple[int | None, int | None]:
    """The tokens of the window and of the prompt, as far as a refusal names them."""
    return _number(_WINDOW.search(text)), _number(_PROMPT.search(text))


def _number(match: re.Match[str] | None) -> int | None:
    """The number in whichever group of a pattern matched."""
    return next((int(n) for n in match.groups() if n), None) if match else None


_SHORTEST_KEY = 4  # characters: shorter text occurs in every sentence
SHORTEST_SECRET = 12  # characters: such a key is no ordinary word, and its beginning does not reveal all of it
_DEEPEST = 12  # no refusal is nested deeper
_ECHOES = frozenset({"input", "failed_generation", "ctx", "url", "documentation_url", "help", "links"})


def _strings(value: Any, key: str = "", depth: int = 0) -> Iterator[str]:
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            if str(name) not in _ECHOES:  # these echo what was sent, which would match every pattern
                yield from _strings(inner, str(name), depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner, key, depth + 1)
    elif isinstance(value, str):
        yield f"{key} {value}" if key == "retryDelay" else value
    elif isinstance(value, int | float) and key:
        yield f"{key} {value}"


def text_of(body: Any) -> str:
    """All text of a refusal in lower case, including refusals quoted by a gateway; at most 8,000 characters."""
    return " ".join(_strings(body)).casefold()[:8000]


def is_page(headers: httpx2.Headers, body: Any) -> bool:
    """Whether the reply is a web page."""
    kind = headers.get("content-type", "")
    return "text/html" in kind or (
        isinstance(body, str) and body.lstrip()[:15].casefold().startswith(("<html", "<!doc"))
    )


def sentence_of(body: Any, secrets: Collection[str]) -> str:
    """The message of a refusal, without the secrets."""
    error = body[0] if isinstance(body, list) and body else body
    error = error.get("error", error) if isinstance(error, dict) else error
    error = error if isinstance(error, dict) else {"message": error}
    message, metadata = error.get("message", ""), error.get("metadata")
    raw = metadata.get("raw") if isinstance(metadata, dict) else ""
    text = message if isinstance(message, str) else json.dumps(message)
    text = " ".join(f"{text} {raw if isinstance(raw, str) else ''}".split())
    return _without(secrets, text)[:300]


def without_secrets(secrets: Collection[str], text: str) -> str:
    """An answer's text without the secrets, in case a server echoes them; a short one may be a word and is left."""
    for secret in secrets:
        text = text.replace(secret, "…") if len(secret) >= SHORTEST_SECRET else text
    return text


def _without(secrets: Collection[str], text: str) -> str:
    """A text without the secrets, and without their beginnings, which some servers quote."""
    for secret in secrets:
        if len(secret) < _SHORTEST_KEY:
            continue
        beginning = rf"|{re.escape(secret[:6])}[^\s'\"`,;)]*|[*•]{{2,}}[\w-]*" if len(secret) >= SHORTEST_SECRET else ""
        text = re.sub(re.escape(secret) + beginning, "…", text, flags=re.IGNORECASE)
    return text
