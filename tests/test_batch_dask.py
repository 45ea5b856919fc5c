"""The claim that a cluster is one argument: a Dask scheduler and two workers on loopback."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from backrun_fit.batch import CheckOptions, check_into, check_many, dask_cluster
from backrun_fit.batch.checking import lost
from backrun_fit.batch.inputs import InputLike, inputs_of
from backrun_fit.batch.spread import spread
from backrun_fit.errors import BatchError
from tests.batches import deadly_check, folder_of_runs, rows_of
from tests.conftest import ROOT

WORKERS = 2


@attrs.frozen
class Cluster:
    address: str
    workers: list[subprocess.Popen[bytes]]


@pytest.fixture(params=["--no-nanny"])
def cluster(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Cluster]:
    """Started and stopped here; a nanny starts a worker that died anew."""
    pytest.importorskip("distributed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    with contextlib.ExitStack() as stack:

        def start(*command: str) -> subprocess.Popen[bytes]:
            log = stack.enter_context((tmp_path / f"{command[0]}.log").open("ab"))
            process = subprocess.Popen(
                [sys.executable, "-m", "distributed.cli.dask_" + command[0], *command[1:]],
                stdout=log,
                stderr=log,
                cwd=tmp_path,
                env={
                    **os.environ,
                    "PYTHONPATH": str(ROOT),
                    # By default a task may kill four workers before it is given up.
                    "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0",
                },
            )
            stack.callback(process.wait, 30)
            stack.callback(process.terminate)
            return process

        host, port = address.removeprefix("tcp://").split(":")
        start("scheduler", "--host", host, "--port", port, "--no-dashboard")
        workers = [
            start("worker", address, request.param, "--nthreads", "1", "--no-dashboard")
            for _ in range(WORKERS)
        ]
        _wait_for_workers(address)
        yield Cluster(address, workers)


def _wait_for_workers(address: str) -> None:
    from distributed import Client

    until = time.monotonic() + 60
    while True:
        try:
            with Client(address, timeout=2) as client:
                client.wait_for_workers(WORKERS, timeout=60)
                return
        except (OSError, TimeoutError):
            if time.monotonic() > until:
                raise


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_cluster_gives_the_same_rows_and_survives_the_death_of_a_worker(
    cluster: Cluster, tmp_path: Path
) -> None:
    folder = folder_of_runs(tmp_path / "runs", 400)
    paths = sorted(folder.iterdir())
    whole, output = tmp_path / "whole.parquet", tmp_path / "rows.parquet"
    check_into(whole, paths)

    done = subprocess.run(
        [
            *(sys.executable, "-m", "backrun_fit.cli", "check", str(folder)),
            *("-o", str(output), "--scheduler", cluster.address, "--limit", "60"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr.count("error: ")) == (0, 1)
    assert rows_of(output) == rows_of(whole)
    output.unlink()

    killed = 0

    def kill_one(progress: object) -> None:
        nonlocal killed
        killed += 1
        if killed == 100:
            cluster.workers[0].send_signal(signal.SIGKILL)

    with dask_cluster(cluster.address) as executor:
        check_into(output, paths, executor, on_progress=kill_one)
    assert cluster.workers[0].wait(10) == -signal.SIGKILL
    assert rows_of(output) == rows_of(whole)

    with dask_cluster(cluster.address) as executor:
        made: list[InputLike] = [*paths[:9], ("late.fit", b"")]
        results = list(check_many(made, lambda: executor, limit_s=60))
    assert [result.error is None for result in results] == [True] * 9 + [False]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_cluster_makes_the_files_of_a_roster(cluster: Cluster, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("name,marathon_pace\nAnn,8:00/mi\nBo,7:30/mi\n")
    season = ROOT / "fixtures" / "seasons" / "first-eight-weeks.yaml"
    for folder, where in (("here", ("--jobs", "1")), ("there", ("--scheduler", cluster.address))):
        done = subprocess.run(
            [
                *(sys.executable, "-m", "backrun_fit.cli", "compile", str(roster), str(season)),
                *("-o", str(tmp_path / folder), *where),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
    here, there = (
        {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        for root in (tmp_path / "here", tmp_path / "there")
    )
    assert len(here) > 30
    assert there == here


@pytest.mark.slow
@pytest.mark.parametrize("cluster", ["--nanny"], indirect=True)
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_file_that_kills_the_workers_of_a_cluster_costs_itself(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(ROOT)
    paths = sorted(folder_of_runs(tmp_path / "runs", 40).iterdir())
    inputs = list(inputs_of([*paths[:20], ("deadly.fit", b""), *paths[20:]]))
    work = functools.partial(deadly_check, options=CheckOptions())
    with dask_cluster(cluster.address) as executor:
        found = list(spread(work, inputs, executor, lost=lost))
    assert [checked.name for checked in found] == [one.name for one in inputs]
    errors = [each.results[0].error for each in found]
    assert [error and error.kind for error in errors] == [
        *[None] * 20,
        "WorkerDiedError",
        *[None] * 19,
        "DecodeError",
    ]


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_where_nobody_answers_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("backrun_fit.batch.workers._CONNECT_S", 0.5)
    with (
        pytest.raises(BatchError, match=r"expected a Dask scheduler at 'tcp://127\.0\.0\.1:9'"),
        dask_cluster("tcp://127.0.0.1:9"),
    ):
        pass
