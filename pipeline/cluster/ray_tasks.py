"""Run assignments on a Ray cluster: one task for each transcript, retried by Ray if its node dies."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import ray

from pipeline.batches.outcome import Outcome
from pipeline.cluster.work import Assignment, Report, make_one
from pipeline.errors import EndpointError, SettingsError
from pipeline.text import clean

MOST_RETRIES = 3  # after a node or a worker died; errors of the program itself are reported, not retried
_AHEAD = 3  # tasks queued for each core that Ray has, so that a million of them never fill its tables


@contextmanager
def cluster(address: str | None) -> Iterator[None]:
    """A connection to the Ray cluster at an address, or at RAY_ADDRESS, or else to one on this machine."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # no usage data is sent
    place = address or os.environ.get("RAY_ADDRESS")
    try:
        _ensure_listening(place)
        ray.init(address=place, log_to_driver=False, logging_level=logging.ERROR)
    except (OSError, ValueError, RuntimeError) as err:
        message = f"no Ray cluster at {place or 'this machine'}: {clean(str(err))[:200]}"
        raise SettingsError(message, hint="see: ray status") from err
    try:
        yield
    finally:
        ray.shutdown()


def _ensure_listening(address: str | None) -> None:
    """Raise OSError at once if nobody listens at HOST:PORT; Ray would try for minutes, then end the process."""
    host, colon, port = (address or "").removeprefix("ray://").rpartition(":")
    if colon and port.isdigit():
        socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()


def spread(assignments: Iterable[Assignment], on_report: Callable[[Report], None]) -> list[Report]:
    """A report for each assignment, in their order. `on_report` gets each as soon as it is there."""
    task = ray.remote(_on_node).options(num_cpus=1, max_retries=MOST_RETRIES)
    ahead = _AHEAD * max(1, int(ray.cluster_resources().get("CPU", 1)))
    reports: dict[int, Report] = {}
    running: dict[ray.ObjectRef, tuple[int, Assignment]] = {}

    def take(most: int) -> None:
        while len(running) > most:
            [ready], _ = ray.wait(list(running), num_returns=1)
            number, assignment = running.pop(ready)
            reports[number] = _report(ready, assignment)
            on_report(reports[number])

    for number, assignment in enumerate(assignments):
        running[task.remote(assignment)] = (number, assignment)
        take(ahead - 1)
    take(0)
    return [reports[number] for number in sorted(reports)]


def _on_node(assignment: Assignment) -> Report:
    return replace(make_one(assignment), node=ray.get_runtime_context().get_node_id())


def _report(ready: ray.ObjectRef, assignment: Assignment) -> Report:
    try:
        report: Report = ray.get(ready)
        return report
    except ray.exceptions.RayError as err:
        error = EndpointError(f"its worker was lost {MOST_RETRIES + 1} times ({type(err).__name__})", hint="run again")
        return Report(Outcome(assignment.place.name, error=error).row())
