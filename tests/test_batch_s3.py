"""The claim that a bucket is an input like a folder: an S3 server on loopback, nothing mocked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backrun_fit.batch import check_into
from tests.batches import ACTIVITIES, folder_of_runs, rows_of
from tests.conftest import ROOT

COUNT = 20


@pytest.fixture
def bucket(tmp_path: Path) -> Iterator[dict[str, str]]:
    """What a process needs in its environment to find the bucket ``club``, filled with runs."""
    moto = pytest.importorskip("moto.server")
    s3fs = pytest.importorskip("s3fs")
    server = moto.ThreadedMotoServer("127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    account = {"key": "nobody", "secret": "nothing", "endpoint_url": f"http://{host}:{port}"}
    system = s3fs.S3FileSystem(**account, skip_instance_cache=True)
    system.mkdir("club")
    system.put(str(folder_of_runs(tmp_path / "runs", COUNT)), "club/2026", recursive=True)
    with zipfile.ZipFile(tmp_path / "march.zip", "w") as archive:
        for path in ACTIVITIES:
            archive.write(path, path.name)
    system.put(str(tmp_path / "march.zip"), "club/march.zip")
    try:
        yield {"FSSPEC_S3": json.dumps(account), "AWS_DEFAULT_REGION": "us-east-1"}
    finally:
        server.stop()


def check(environment: dict[str, str], *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "backrun_fit.cli", "check", *map(str, arguments)],
        env={**os.environ, **environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def without_source(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in row.items() if key != "source"} for row in rows]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*:DeprecationWarning", "ignore::ResourceWarning")
def test_a_bucket_gives_the_rows_of_the_same_files_in_a_folder(
    bucket: dict[str, str], tmp_path: Path
) -> None:
    local, remote = tmp_path / "local.csv", tmp_path / "remote.csv"
    names = sorted(path.name for path in (tmp_path / "runs").iterdir())
    check_into(local, [tmp_path / "runs" / name for name in names])

    done = check(bucket, "s3://club/2026", "-o", remote, "--jobs", "2")

    assert (done.returncode, done.stderr.count("error: ")) == (0, 1), done.stderr
    assert [row["source"] for row in rows_of(remote)] == [f"s3://club/2026/{n}" for n in names]
    found, expected = (without_source(rows_of(path)) for path in (remote, local))
    assert found[:-1] == expected[:-1]
    assert found[-1]["error"] == expected[-1]["error"] == "DecodeError"

    pattern = check(bucket, "s3://club/2026/run-00*.fit", "-o", tmp_path / "ten.csv")
    assert f"{tmp_path / 'ten.csv'}  10 files" in pattern.stdout

    members = check(bucket, "zip://*.fit::s3://club/march.zip", "-o", tmp_path / "march.csv")
    assert members.returncode == 0, members.stderr
    assert [row["source"] for row in rows_of(tmp_path / "march.csv")] == [
        f"zip://{path.name}::s3://club/march.zip" for path in ACTIVITIES
    ]

    absent = check(bucket, "s3://club/none.fit", "-o", tmp_path / "none.csv")
    assert absent.returncode == 2
    (row,) = rows_of(tmp_path / "none.csv")
    assert (row["source"], row["error"]) == ("s3://club/none.fit", "DecodeError")
    nowhere = check(bucket, "s3://nobodys", "-o", tmp_path / "nobodys.csv")
    assert nowhere.returncode == 2
    assert "s3://nobodys" in nowhere.stderr
