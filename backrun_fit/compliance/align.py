"""Laying a recording beside a plan: the door to the three ways."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from backrun_fit.activity import Lap
from backrun_fit.compiled import CompiledWorkout
from backrun_fit.compliance.by_index import align_by_index
from backrun_fit.compliance.by_lap import align_by_lap
from backrun_fit.compliance.by_sample import align_by_sample
from backrun_fit.compliance.open_laps import align_open_laps
from backrun_fit.compliance.pairing import Alignment, AlignMode, UsedMode
from backrun_fit.compliance.timeline import Recording
from backrun_fit.errors import AlignmentError

__all__ = ["align_recording"]

_SAME_AUTOLAP_M = 5.0
# One full lap and what was left over are automatic if it has a length that watches offer.
_AUTOLAPS_M = (1000.0, 1609.344, 5000.0)


def align_recording(
    recording: Recording, workout: CompiledWorkout, mode: AlignMode = "auto"
) -> Alignment:
    """Say which stretch of a recording was which execution of a plan.

    Args:
        recording: The activity, prepared.
        workout: The plan.
        mode: What may be looked at. ``auto`` takes step indexes where a lap has
            one and the workout is the activity's own (they point to nothing
            else), laps where there are two or more, else samples.

    Returns:
        One pairing an execution, and the laps outside.

    Raises:
        AlignmentError: The recording lacks what the mode looks at: expected and got are named.
        CompileError: The plan has no steps, or cannot be unrolled.

    Example:
        >>> import numpy as np
        >>> from backrun_fit.activity import Activity, Track
        >>> from backrun_fit.compliance.timeline import instant
        >>> from backrun_fit.workout import OpenDuration, Step
        >>> track = Track.from_columns(np.arange(61.0), speed_mps=np.full(61, 3.0))
        >>> run = Activity(started_at=instant(0), ended_at=instant(60), sport="running",
        ...                track=track)
        >>> plan = CompiledWorkout(name="w", messages=(Step(duration=OpenDuration()),))
        >>> alignment = align_recording(Recording.of(run), plan)
        >>> alignment.mode, alignment.pairings[0].reason
        ('samples', 'timer 0 s to 1:00, by planned lengths and changes of speed')
    """
    used = _chosen(recording, workout) if mode == "auto" else mode
    return _without_unrecorded(recording, _aligned(recording, workout, used))


def _aligned(recording: Recording, workout: CompiledWorkout, used: UsedMode) -> Alignment:
    activity = recording.activity
    if used == "indexes":
        if not any(lap.step_index is not None for lap in activity.laps) and activity.is_complete:
            raise AlignmentError(
                f"expected laps with step indexes, got {len(activity.laps)} laps without any"
            )
        return align_open_laps(
            activity,
            workout,
            align_by_index,
            [place for place, lap in enumerate(activity.laps) if lap.is_from_records],
        )
    if used == "laps":
        if not activity.laps:
            raise AlignmentError("expected at least one lap, got none")
        # A last lap that the recorder left out is a lap like the others; one in progress is not.
        in_progress = activity.laps[-1].is_from_records and not activity.is_complete
        open_laps = [len(activity.laps) - 1] if in_progress else []
        return align_open_laps(activity, workout, align_by_lap, open_laps)
    if not len(activity.track) and not activity.laps:
        raise AlignmentError("expected samples or laps to check, got neither")
    return align_by_sample(recording, workout)


def _without_unrecorded(recording: Recording, alignment: Alignment) -> Alignment:
    """What lies behind the end of a recording that stopped was not left out by anyone."""
    if recording.activity.is_complete:
        return alignment
    placed = [place for place, pairing in enumerate(alignment.pairings) if pairing.stretch]
    behind = placed[-1] + 1 if placed else 0
    return attrs.evolve(
        alignment,
        pairings=tuple(
            pairing
            if place < behind
            else attrs.evolve(
                pairing, is_recorded=False, reason="not recorded: the recording ends before it"
            )
            for place, pairing in enumerate(alignment.pairings)
        ),
    )


def _chosen(recording: Recording, workout: CompiledWorkout) -> UsedMode:
    laps = recording.activity.laps
    own = recording.activity.workout is workout
    if own and any(lap.step_index is not None for lap in laps):
        return "indexes"
    if own and [lap.is_from_records for lap in laps] == [True]:
        # The recording stopped in the first lap, so that it says of no step that it ended.
        return "indexes"
    return "laps" if len(laps) > 1 and not _are_autolaps(laps) else "samples"


def _are_autolaps(laps: Sequence[Lap]) -> bool:
    """Whether the recorder made all laps, one each kilometre or mile, and what was left over."""
    if any(lap.trigger not in (None, "distance") for lap in laps[:-1]):
        return False
    lengths = [lap.distance_m for lap in laps]
    first, last = lengths[0], lengths[-1]
    if first is None or last is None or laps[-1].trigger == "manual":
        return False
    is_usual = any(abs(first - usual) <= _SAME_AUTOLAP_M for usual in _AUTOLAPS_M)
    if len(laps) < 3 and not is_usual:
        return False
    same = all(length and abs(length - first) <= _SAME_AUTOLAP_M for length in lengths[:-1])
    return same and last <= first + _SAME_AUTOLAP_M
