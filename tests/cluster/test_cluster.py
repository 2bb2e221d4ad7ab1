"""A real Ray cluster of two nodes on this machine, one of which dies in the middle."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ray = pytest.importorskip("ray", reason="the extra is not installed: pip install 'studydoc[ray]'")

from pipeline.cluster.places import discover
from pipeline.cluster.ray_tasks import cluster, spread
from pipeline.cluster.work import Report, assignments
from pipeline.settings import load_settings
from pipeline.transcript import Metadata
from tests.alone import made_alone
from tests.cluster.conftest import write_talk
from tests.cluster.test_work import contents
from tests.commands import program, surroundings
from tests.samples import ROOT

# Ray's own start and end leave sockets and processes to the garbage collector.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


@pytest.fixture
def two_nodes(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Callable[[], None]]]:
    """The address of a cluster of two nodes, and what kills the second."""
    from ray.cluster_utils import Cluster

    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    second = nodes.add_node(num_cpus=1)
    yield nodes.address, lambda: nodes.remove_node(second, allow_graceful=False)
    ray.shutdown()
    nodes.shutdown()


def test_documents_are_those_of_one_machine_although_a_node_dies_in_the_middle(
    folder: Path, serve: Callable[..., str], two_nodes: tuple[str, Callable[[], None]]
) -> None:
    address, kill = two_nodes
    names = [f"more/talk-{n}" for n in range(9)]
    for name in names:
        write_talk(folder / "talks", name)
    url = serve(0.4)
    settings = load_settings(base_url=url, model="scripted", out=folder / "outputs")
    places, _ = discover([folder / "talks"])
    second: list[str] = []

    def done(report: Report) -> None:
        """Kills the second node when the first one has something to tell: then the second is in the middle of a talk."""
        if report.node != head() and not second:
            second.append(report.node)
        elif len(second) == 1 and report.node == head():
            kill()
            second.append("dead")

    with cluster(address):
        head = ray.get_runtime_context().get_node_id
        reports = spread(assignments(places, settings, Metadata()), done)
    assert "dead" in second
    asked = (folder / "log").read_text("utf-8").splitlines()
    assert 0 < len(asked) - len(set(asked)) <= 3  # only what the dead node had in hand was asked again
    assert [r.row["status"] for r in reports] == ["complete"] * 12
    assert {r.node for r in reports} >= {second[0]}
    alone = load_settings(base_url=url, model="scripted", out=folder / "alone")
    made_alone(folder / "talks", alone)
    assert contents(folder / "outputs") == contents(folder / "alone")


def test_the_command_spreads_over_a_cluster_and_a_second_run_changes_nothing(
    folder: Path, serve: Callable[..., str], two_nodes: tuple[str, Callable[[], None]]
) -> None:
    url = serve()
    code, rows, told = command(folder, url, two_nodes[0])
    assert code == 0, told
    assert [row["status"] for row in rows] == ["complete"] * 3
    before = len((folder / "log").read_text("utf-8").splitlines())
    code, rows, told = command(folder, url, two_nodes[0])
    assert code == 0 and "3 unchanged; 0 calls made" in told
    assert len((folder / "log").read_text("utf-8").splitlines()) == before


def test_no_cluster_at_an_address_is_one_clear_line(folder: Path) -> None:
    code, _, told = command(folder, "http://127.0.0.1:9/v1", "127.0.0.1:9")
    assert code == 2 and "no Ray cluster" in told and "Traceback" not in told


def command(folder: Path, url: str, address: str) -> tuple[int, list[dict[str, Any]], str]:
    words = [
        "make",
        "talks",
        "--on",
        "ray",
        "--ray-address",
        address,
        "--base-url",
        url,
        "--model",
        "scripted",
        "--json",
    ]
    run = subprocess.run(
        program(*words), cwd=folder, env=surroundings(), text=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return run.returncode, [json.loads(line) for line in run.stdout.splitlines()], run.stderr
