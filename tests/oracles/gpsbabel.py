"""Debian's gpsbabel, which turns a FIT file into a track of points."""

from __future__ import annotations

import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import attrs
import numpy as np

from backrun_fit.activity import Column, Track
from tests.oracles.view import Absent

__all__ = ["TOLERANCES", "Points", "differences", "points_of", "read"]

GPX: Final = "{http://www.topografix.com/GPX/1/0}"


@attrs.frozen(kw_only=True, eq=False)
class Points:
    """Where somebody was and when, one value a point, in order of the file."""

    unix_s: Column
    latitude_deg: Column
    longitude_deg: Column
    altitude_m: Column
    speed_mps: Column

    def __len__(self) -> int:
        return len(self.unix_s)


TOLERANCES: Final = {
    "unix_s": 0.0,
    "latitude_deg": 1e-8,
    "longitude_deg": 1e-8,
    "altitude_m": 0.00051,
    "speed_mps": 0.00000051,
}
"""Half of the last digit that gpsbabel prints; of its nine decimals of a degree a little more,
and still an eighth of the wire's own step."""


def read(path: Path) -> Points:
    """The track points that gpsbabel finds; none where the file has no positions.

    Raises:
        Absent: gpsbabel is not installed.
        ValueError: gpsbabel refused the file.
    """
    program = shutil.which("gpsbabel")
    if program is None:
        raise Absent("no gpsbabel on this machine (Debian: apt-get install gpsbabel)")
    done = subprocess.run(
        [program, "-i", "garmin_fit", "-f", str(path), "-o", "gpx", "-F", "-"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode or done.stderr:
        raise ValueError(f"gpsbabel: {done.stderr.strip() or done.returncode}")
    found = list(ET.fromstring(done.stdout).iter(f"{GPX}trkpt"))  # noqa: S314 (our own child's)
    return Points(
        unix_s=np.array([datetime.fromisoformat(_text(one, "time")).timestamp() for one in found]),
        latitude_deg=np.array([float(one.attrib["lat"]) for one in found]),
        longitude_deg=np.array([float(one.attrib["lon"]) for one in found]),
        altitude_m=np.array([float(_text(one, "ele")) for one in found]),
        speed_mps=np.array([float(_text(one, "speed")) for one in found]),
    )


def _text(point: Any, name: str) -> str:
    """What stands in a point's element; "nan" where it has none."""
    return str(point.findtext(f"{GPX}{name}", "nan"))


def points_of(track: Track) -> Points:
    """The samples of ours that have a position."""
    placed = ~np.isnan(track.latitude_deg)
    return Points(
        **{field.name: getattr(track, field.name)[placed] for field in attrs.fields(Points)}
    )


def differences(ours: Points, theirs: Points) -> list[str]:
    """Every column in which two tracks differ by more than gpsbabel's printing explains."""
    if len(ours) != len(theirs):
        return [f"{len(ours)} points, gpsbabel {len(theirs)}"]
    return [
        f"{name}: {differ} of {len(ours)} points differ"
        for name, tolerance in TOLERANCES.items()
        if (differ := _unequal(getattr(ours, name), getattr(theirs, name), tolerance))
    ]


def _unequal(left: Column, right: Column, tolerance: float) -> int:
    close = np.isclose(left, right, rtol=0, atol=tolerance, equal_nan=True)
    return len(close) - int(close.sum())
