"""Every exception of the pipeline.

PipelineError
├── InputError            a transcript cannot be read: names the file and what to do
├── SettingsError         a setting that makes no sense
├── StoreError            the call store or an output cannot be written or read
│   ├── OutputError       the files of one document cannot be written
│   ├── NewerRecord       a record that a newer version wrote
│   └── UnreadableRecord  a record that exists but cannot be read from disk
├── ReplayMiss            replay was requested and a call is not among the recordings
├── WeightsError          the embedded model cannot be fetched or does not match its checksum
├── Unforeseen            the disk, or a bug in the program itself, ended one document
├── Interrupted           a signal ended the run before this transcript was finished
└── CallError             a call to the language model failed
    ├── EndpointError     the endpoint is down, refuses the key or does not know the model
    ├── ContextTooLong    the prompt does not fit the model's context window
    ├── OutputTruncated   the answer stopped at the token limit
    ├── Declined          a refusal or a content filter
    └── InvalidAnswer     the answer did not fit its schema, even when asked again
"""

from __future__ import annotations

from typing import TypeVar

from pipeline.usage import Usage

EXIT_INTERRUPTED = 130  # exit code of a program ended by Ctrl-C
EXIT_LIMIT = 3  # exit code of a watch ended by a limit that the user set


class PipelineError(Exception):
    """Base of all; `hint` tells the reader what to do about it, and a `fatal` one ends the document."""

    retryable = False
    fatal = False

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint

    def __str__(self) -> str:
        message = super().__str__()
        return f"{message} ({self.hint})" if self.hint else message


class InputError(PipelineError):
    """A transcript cannot be read."""


class SettingsError(PipelineError):
    """A setting makes no sense."""


class StoreError(PipelineError):
    """The call store or an output cannot be written or read; if `ends_run`, this holds for all documents."""

    ends_run = True


class OutputError(StoreError):
    """The files of one document cannot be written; those of others may be."""

    ends_run = False


class NewerRecord(StoreError):
    """The record was written by a newer version."""

    ends_run = False


class UnreadableRecord(StoreError):
    """The record exists, but cannot be read from disk."""

    ends_run = False


class ReplayMiss(PipelineError):
    """A call is not among the recordings."""


class WeightsError(PipelineError):
    """The embedded model cannot be fetched or does not match its checksum."""


class Unforeseen(PipelineError):
    """The disk, or a bug in the program itself, ended one document; `__cause__` is the original exception."""


class Interrupted(PipelineError):
    """A signal ended the run."""

    fatal = True


class CallError(PipelineError):
    """A call to the language model failed.

    `spent` holds the tokens that it is known to have used. If `billed`, it may have used more that were not reported.
    """

    spent = Usage()
    billed = True


E = TypeVar("E", bound=CallError)


def unbilled(error: E) -> E:
    """Mark the error as that of a call that did no work at the endpoint, and return it."""
    error.billed = False
    return error


def spending(error: E, spent: Usage) -> E:
    """Mark the error as that of a call that used exactly these tokens, and return it."""
    error.spent = spent
    return unbilled(error)


class EndpointError(CallError):
    """The endpoint is down, refuses the key or does not know the model.

    A `fatal` one ends the document, and if `ends_run` is true the whole run; otherwise only the part that the call was
    for is missing. `retryable` says whether the same call may succeed later, after `retry_after` seconds if that is
    known. The pipeline's own clients have repeated such calls by then; those of a client of your own are not repeated.
    """

    ends_run = True

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        retryable: bool = False,
        fatal: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.retryable = retryable
        self.fatal = fatal
        self.retry_after = retry_after


class ContextTooLong(CallError):
    """The prompt does not fit the model's context window."""


class OutputTruncated(CallError):
    """The answer stopped at the token limit."""


class Declined(CallError):
    """The model refused, or a content filter cut in."""


class InvalidAnswer(CallError):
    """The answer did not fit its schema, even when asked again."""
