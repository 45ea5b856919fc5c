"""``backrun-fit apply``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import attrs
from cyclopts import Parameter

from backrun_fit.cli.common import (
    DONE,
    CreatedAt,
    Device,
    Json,
    Output,
    Units,
    aware,
    created_on,
    device_named,
    each,
    is_spec,
    is_text,
    print_out,
    text_workout,
)

if TYPE_CHECKING:
    from datetime import date

    from backrun_fit.athlete import Athlete
    from backrun_fit.changes import Changes
    from backrun_fit.compiled import CompiledWorkout
    from backrun_fit.workout import Workout

__all__ = ["apply"]


@attrs.frozen(kw_only=True)
class _Laid:
    """A workout before and after."""

    source: Path
    before: CompiledWorkout
    after: CompiledWorkout
    changes: Changes
    name: str
    data: bytes


def apply(
    rule: str,
    /,
    *workouts: Path,
    output: Output,
    athlete: Annotated[
        Path | None,
        Parameter(help="File (YAML, TOML, JSON) with the athlete whose paces the rule needs."),
    ] = None,
    marathon_pace: Annotated[
        str | None, Parameter(help="Instead of an athlete, such as 8:00/mi.")
    ] = None,
    number: Annotated[
        bool, Parameter(negative="", help="Number workouts that are called the same.")
    ] = False,
    device: Device = "garmin",
    created_at: CreatedAt = None,
    units: Units = None,
    json: Json = False,
) -> int:
    """Lay a rule over workouts of any maker, and say what it changed.

    Takes workout files, activities that carry a plan, specs, and intervals.icu's text
    (.txt). RULE is a name with parameters after a colon, such as after_each_mile or
    backward_recoveries:whole=true,times=3; several are joined with +.
    """
    from backrun_fit.changes import changes_of
    from backrun_fit.compile import compile_workout
    from backrun_fit.fit.workout_writer import encode_workout
    from backrun_fit.output import MadeFile, numbered, place, write_all
    from backrun_fit.ramps import without_ramps
    from backrun_fit.spec.rule_text import parse_rules

    rules = parse_rules(rule)
    target = device_named(device)
    runner = _athlete(athlete, marathon_pace)
    laid: list[_Laid] = []
    taken: list[str] = []

    def one(path: Path) -> int:
        workout, own, day = _workout(path, units)
        athlete_here = runner or own
        if athlete_here is not None:
            # A rule may cut a step, and half a ramp is no ramp from its start to its end.
            steps, _ = without_ramps(workout.steps, athlete_here.resolve, units=units or "metric")
            workout = attrs.evolve(workout, steps=steps)
        if number:
            name = numbered(workout.name, taken, target.workout_name_bytes - 1)
            workout = attrs.evolve(workout, name=name)
        taken.append(workout.name)
        result = workout
        for one_rule in rules:
            result = one_rule.apply(result, athlete_here)
        before, after = (
            compile_workout(each_, athlete_here, device=target, units=units or "metric")
            for each_ in (workout, result)
        )
        laid.append(
            _Laid(
                source=path,
                before=before,
                after=after,
                changes=changes_of(before, after),
                name=f"{day.isoformat()} {after.name}" if day else after.name,
                data=encode_workout(after, created_at=aware(created_at) or created_on(day)),
            )
        )
        return DONE

    code = each(workouts, one)
    placed = place(output, [MadeFile(name=item.name, data=item.data) for item in laid])
    write_all(placed)
    for file, item in zip(placed, laid, strict=True):
        _say(file.path, file.replaces, item, rule, units, json=json)
    return code


def _say(path: Path, replaces: bool, item: _Laid, rule: str, units: Units, *, json: bool) -> None:
    from backrun_fit.render.changes import changes_document, changes_text
    from backrun_fit.render.document import workout_document
    from backrun_fit.render.text import workout_text

    if json:
        document: dict[str, Any] = {
            "schema": "backrun_fit/changes/1",
            "source": str(item.source),
            "path": str(path),
            "rule": rule,
            **changes_document(item.changes),
            "workout": workout_document(item.after),
        }
        print_out(document)
        return
    note = ", in the place of another version" if replaces else ""
    print_out(f"{item.source} -> {path}  {len(item.data)} bytes, read back and equal{note}")
    shown = units or "metric"
    print_out("before:")
    print_out(workout_text(attrs.evolve(item.before, warnings=(), adjustments=()), shown))
    print_out("after:")
    print_out(workout_text(item.after, shown))
    print_out(f"{rule}:")
    print_out(changes_text(item.changes, shown))


def _workout(path: Path, units: Units) -> tuple[Workout, Athlete | None, date | None]:
    """The workout, and who is to run it when, where the file says so."""
    from backrun_fit.compiled import as_workout
    from backrun_fit.fit.workout_reader import read_workout
    from backrun_fit.spec import load_spec, session

    if is_spec(path):
        spec = load_spec(path)
        return session(spec), spec.athlete, spec.date
    if is_text(path):
        return text_workout(path, units), None, None
    return as_workout(read_workout(path)), None, None


def _athlete(path: Path | None, marathon_pace: str | None) -> Athlete | None:
    from backrun_fit.athlete import Athlete
    from backrun_fit.spec.athlete_file import load_athlete

    if path is not None:
        return load_athlete(path)
    return None if marathon_pace is None else Athlete(marathon_pace=marathon_pace)
