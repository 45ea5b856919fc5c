"""Real runs with parts declared backward, and known changes of cadence or speed laid into them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.activity import Activity, Column, Lap
from backrun_fit.athlete.calibration import BackwardCalibration
from backrun_fit.compiled import CompiledWorkout
from backrun_fit.compliance import cadence_contrast, evidence
from backrun_fit.compliance.calibration import calibrate
from backrun_fit.compliance.check import check
from backrun_fit.compliance.evidence import gather_evidence
from backrun_fit.compliance.timeline import Recording, instant
from backrun_fit.report import Evidence, StepResult
from backrun_fit.workout import Movement, OpenDuration, Step
from tests.benchmarks.accuracy_real import RealRun, read_or_empty
from tests.benchmarks.alignment_weights import athlete_of, other_athlete

__all__ = [
    "FITTED",
    "KINDS",
    "Declared",
    "Kind",
    "constants_in_use",
    "declared",
    "usable_runs",
]

Kind: TypeAlias = Literal["random", "slowest", "fastest", "uphill", "downhill", "last"]
KINDS: Final[tuple[Kind, ...]] = ("random", "slowest", "fastest", "uphill", "downhill", "last")
"""How parts of a run are chosen."""

FITTED: Final[Mapping[str, tuple[float, float, float]]] = {
    "b": (0.0181, 0.033, 0.0115),
    "i": (0.0162, 0.026, 0.0140),
}
"""For each athlete the error of a bout, of its reading and the forward spread, of their runs alone.

``fit_evidence.py`` makes them.
"""

_RUNNING_SPM: Final = 140.0
_APART_S: Final = 20.0
_STEP_S: Final = 5.0
_DELAY_S: Final = 4.0
_TIME_CONSTANT_S: Final = 4.0


def usable_runs(corpus: Path, runs: Sequence[RealRun]) -> list[RealRun]:
    """The structured runs and those of other athletes and watches that have cadence."""
    wild = [
        RealRun(path.name, read_or_empty(path), ())
        for path in sorted((corpus / "wild").glob("*.fit"))
        if not path.name.startswith("made-")  # of a run that is there as well
    ]
    return [
        run
        for run in (*runs, *wild)
        if run.activity.sport == "running" and np.nansum(run.activity.track.cadence_spm) > 0
    ]


def constants_for(name: str) -> tuple[float, float, float]:
    """What was fitted on the runs of another athlete than a file's."""
    other = other_athlete(athlete_of(name), sorted(FITTED))
    assert other is not None
    return FITTED[other]


@contextmanager
def constants_in_use(constants: tuple[float, float, float]) -> Iterator[None]:
    """Let evidence use other errors, of a bout and of its reading, and forward spread."""
    places = (
        (cadence_contrast, "BOUT_ERROR"),
        (cadence_contrast, "READING_ERROR"),
        (evidence, "FORWARD_SPREAD"),
    )
    before = [getattr(module, constant) for module, constant in places]
    try:
        for (module, constant), value in zip(places, constants, strict=True):
            setattr(module, constant, value)
        yield
    finally:
        for (module, constant), value in zip(places, before, strict=True):
            setattr(module, constant, value)


@attrs.frozen(eq=False)
class Declared:
    """A real run, some parts of which are declared backward, checked once.

    Attributes:
        name: Of its file.
        activity: With a lap and a step for each part, and the speeds as measured.
        parts: Start and end of each part that is declared backward, Unix seconds.
        results: Of the check.
    """

    name: str
    activity: Activity
    parts: tuple[tuple[float, float], ...]
    results: tuple[StepResult, ...]

    def evidence(self, calibration: BackwardCalibration | None = None) -> Evidence:
        """With constants of another athlete."""
        with constants_in_use(constants_for(self.name)):
            return self.plain_evidence(calibration)

    def plain_evidence(self, calibration: BackwardCalibration | None = None) -> Evidence:
        """With the constants that are in use."""
        return gather_evidence(Recording.of(self.activity), self.results, calibration)

    def calibration(self) -> BackwardCalibration:
        """As if the parts were those of the protocol."""
        with constants_in_use(constants_for(self.name)):
            return calibrate(self.activity)

    def with_cadence(self, effect: float, share: float = 1.0) -> Declared:
        """The cadence of the parts changed, as watches follow: 4 s late, then within 4 s.

        Args:
            effect: Relative.
            share: Of the parts, the first ones; the others stay as they were.
        """
        track = self.activity.track
        aim = np.zeros(len(track))
        for start, end in self.parts[: round(share * len(self.parts))]:
            late = track.unix_s - _DELAY_S
            aim[(late >= start) & (late < end)] = effect
        ease = -np.expm1(-np.diff(track.unix_s, prepend=track.unix_s[:1]) / _TIME_CONSTANT_S)
        change, reached = np.zeros(len(track)), 0.0
        for place, (wanted, part) in enumerate(zip(aim.tolist(), ease.tolist(), strict=True)):
            reached += (wanted - reached) * part
            change[place] = reached
        return self._with(track.speed_mps, track.cadence_spm * (1.0 + change))

    def jogged(self, slope: float, least_spm: float = 150.0) -> Declared:
        """The parts jogged 30 % slower than any other 30 s, by a runner of that slope.

        The cadence of the whole run follows the runner's line, and varies about it as it did;
        it falls to ``least_spm`` at most, as lines flatten where people run slowly.
        """
        track = self.activity.track
        speed_mps, cadence_spm = track.speed_mps.copy(), track.cadence_spm.copy()
        runs = (cadence_spm >= _RUNNING_SPM) & (speed_mps > 0)
        inside = np.zeros(len(track), dtype=np.bool_)
        for start, end in self.parts:
            inside |= (track.unix_s >= start) & (track.unix_s < end)
        window = (track.unix_s - track.unix_s[0]) // 30
        means = [
            float(speed_mps[chosen].mean())
            for one in np.unique(window)
            if (chosen := (window == one)).sum() > 3 and (runs & ~inside)[chosen].all()
        ]
        if not means:
            return self
        apart = speed_mps - speed_mps[runs].mean()
        own = float(apart[runs] @ cadence_spm[runs]) / float(apart[runs] @ apart[runs])
        changed = cadence_spm + (slope - own) * apart
        for start, end in self.parts:
            part = (track.unix_s >= start) & (track.unix_s < end)
            slower = speed_mps[part] * (0.7 * min(means) / speed_mps[part].mean())
            changed[part] += slope * (slower - speed_mps[part])
            speed_mps[part] = slower
        floor = np.minimum(cadence_spm, least_spm)
        return self._with(speed_mps, np.where(runs, np.maximum(changed, floor), cadence_spm))

    def _with(self, speed_mps: Column, cadence_spm: Column) -> Declared:
        track = attrs.evolve(self.activity.track, speed_mps=speed_mps, cadence_spm=cadence_spm)
        return attrs.evolve(self, activity=attrs.evolve(self.activity, track=track))


def declared(
    run: RealRun, kind: Kind, seconds: int, count: int, random: np.random.Generator
) -> Declared | None:
    """A run with so many parts of its running declared backward; None where it has not got them."""
    recording = Recording.of(run.activity)
    parts = _chosen(recording, kind, float(seconds), count, random)
    if len(parts) < count:
        return None
    stretches = [(start, end, True) for start, end in parts]
    for lap in run.activity.laps:
        left = [(lap.start_at.timestamp(), lap.end_at.timestamp())]
        for start, end in parts:
            left = [
                piece
                for begun, over in left
                for piece in ((begun, min(over, start)), (max(begun, end), over))
                if piece[1] - piece[0] >= 1.0
            ]
        stretches += [(start, end, False) for start, end in left]
    stretches.sort()
    clock = recording.clock
    laps = tuple(
        Lap(
            number=place,
            start_at=instant(start),
            end_at=instant(end),
            timer_s=float(clock.timer_s(end) - clock.timer_s(start)),
            elapsed_s=end - start,
            step_index=place,
        )
        for place, (start, end, _) in enumerate(stretches)
    )
    steps = tuple(
        Step(duration=OpenDuration(), movement=Movement.BACKWARD_RUN if backward else Movement.RUN)
        for _, _, backward in stretches
    )
    activity = attrs.evolve(
        run.activity,
        laps=laps,
        workout=CompiledWorkout(name="Declared", messages=steps),
        track=attrs.evolve(run.activity.track, speed_mps=recording.speed_mps),
    )
    results = check(activity, align="indexes").results
    return Declared(run.name, activity, tuple(parts), results)


def _chosen(
    recording: Recording, kind: Kind, seconds: float, count: int, random: np.random.Generator
) -> list[tuple[float, float]]:
    """Parts of running without a pause, at least 20 s apart, the first choice first."""
    track = recording.activity.track
    unix_s, cadence_spm = track.unix_s, track.cadence_spm
    if len(unix_s) < 2:
        return []
    weight_s = np.append(np.diff(unix_s), np.inf)
    bad = ~((cadence_spm >= _RUNNING_SPM) & (recording.speed_mps > 0) & (weight_s <= 10.0))
    starts = np.arange(math.ceil(unix_s[0]), unix_s[-1] - seconds, _STEP_S)
    first, behind = np.searchsorted(unix_s, starts), np.searchsorted(unix_s, starts + seconds)

    def sums(values: npt.NDArray[np.float64]) -> Column:
        running = np.concatenate([[0.0], np.cumsum(np.nan_to_num(values))])
        return np.asarray(running[behind] - running[first])

    usable = (sums(bad.astype(np.float64)) == 0) & (behind > first)
    samples = np.maximum(behind - first, 1)
    speed = sums(recording.speed_mps) / samples
    height = np.nan_to_num(recording.altitude_m)
    last = np.minimum(behind, len(unix_s) - 1)
    grade = (height[last] - height[first]) / np.maximum(speed * seconds, 1.0)
    if kind in ("uphill", "downhill") and not np.any(grade[usable]):
        return []
    order = {
        "random": random.random(len(starts)),
        "slowest": speed,
        "fastest": -speed,
        "uphill": -grade,
        "downhill": grade,
        "last": -starts,
    }[kind]
    found: list[float] = []
    for place in np.argsort(order, kind="stable").tolist():
        start = float(starts[place])
        if usable[place] and all(abs(start - one) >= seconds + _APART_S for one in found):
            found.append(start)
        if len(found) == count:
            break
    return sorted((start, start + seconds) for start in found)
