"""``backrun-fit apply``."""

from __future__ import annotations

from collections.abc import Callable
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
    files_of,
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
    from backrun_fit.units import UnitSystem
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
    units: UnitSystem


@attrs.frozen(kw_only=True)
class _Plan:
    """A workout to lay rules over, and who is to run it when, where its file says so.

    Attributes:
        attempt: Makes something of it; what is wrong is told at its place in the file.
    """

    workout: Workout
    attempt: Callable[[Callable[[Workout], CompiledWorkout]], CompiledWorkout]
    athlete: Athlete | None = None
    day: date | None = None
    units: UnitSystem = "metric"


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

    Takes workout files, activities that carry a plan, specs, and texts of
    intervals.icu (.txt). RULE is a name with parameters after a colon, such as
    after_each_mile or backward_recoveries:whole=true,times=3; several are joined
    with +.
    """
    from backrun_fit.changes import changes_of
    from backrun_fit.compile import compile_workout
    from backrun_fit.fit.workout_writer import encode_workout
    from backrun_fit.output import MadeFile, numbered, place, write_all
    from backrun_fit.ramps import without_ramps
    from backrun_fit.rules.foreign import lay
    from backrun_fit.spec.rule_text import parse_rules

    rules = parse_rules(rule)
    target = device_named(device)
    runner = _athlete(athlete, marathon_pace)
    laid: list[_Laid] = []
    taken: list[str] = []
    stated_at = aware(created_at)

    def one(path: Path) -> int:
        plan = _plan(path, units)
        here, shown_units, day = runner or plan.athlete, units or plan.units, plan.day
        name = plan.workout.name
        if number:
            name = numbered(name, taken, target.workout_name_bytes - 1)
        taken.append(name)

        def prepared(workout: Workout) -> Workout:
            workout = attrs.evolve(workout, name=name)
            if here is None:
                return workout
            # A rule may cut a step, and half a ramp is no ramp from its start to its end.
            steps, _ = without_ramps(workout.steps, here.resolve, units=shown_units)
            return attrs.evolve(workout, steps=steps)

        def compiled(workout: Workout) -> CompiledWorkout:
            return compile_workout(prepared(workout), here, device=target, units=shown_units)

        before = plan.attempt(compiled)
        result = prepared(plan.workout)
        for one_rule in rules:
            result = lay(one_rule, result, here)
        after = compiled(result)
        laid.append(
            _Laid(
                source=path,
                before=before,
                after=after,
                changes=changes_of(before, after),
                name=f"{day.isoformat()} {after.name}" if day else after.name,
                data=encode_workout(after, created_at=stated_at or created_on(day)),
                units=shown_units,
            )
        )
        return DONE

    code = each(workouts, one)
    placed = place(output, [MadeFile(name=item.name, data=item.data) for item in laid])
    write_all(placed, files_of(*workouts, athlete, device))
    for file, item in zip(placed, laid, strict=True):
        _say(file.path, file.replaces, item, rule, json=json)
    return code


def _say(path: Path, replaces: bool, item: _Laid, rule: str, *, json: bool) -> None:
    from backrun_fit.render.changes import changes_document, changes_text
    from backrun_fit.render.document import workout_document
    from backrun_fit.render.text import workout_text

    if json:
        document: dict[str, Any] = {
            "schema": "backrun_fit/changes/2",
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
    print_out("before:")
    print_out(workout_text(attrs.evolve(item.before, warnings=(), adjustments=()), item.units))
    print_out("after:")
    print_out(workout_text(item.after, item.units))
    print_out(f"{rule}:")
    print_out(changes_text(item.changes, item.units))


def _plan(path: Path, units: Units) -> _Plan:
    from backrun_fit.compiled import as_workout
    from backrun_fit.fit.workout_reader import read_workout
    from backrun_fit.spec import session
    from backrun_fit.spec.located import load_located

    if not is_spec(path):
        if is_text(path):
            workout = text_workout(path, units)
        else:
            read = read_workout(path)
            workout = attrs.evolve(as_workout(read), remarks=read.warnings)
        return _Plan(workout=workout, attempt=lambda make: make(workout))
    located = load_located(path)
    spec = located.spec
    return _Plan(
        workout=located.attempt(session),
        attempt=lambda make: located.attempt(lambda part: make(session(part))),
        athlete=spec.athlete,
        day=spec.date,
        units=spec.units,
    )


def _athlete(path: Path | None, marathon_pace: str | None) -> Athlete | None:
    from backrun_fit.athlete import Athlete
    from backrun_fit.spec.athlete_file import load_athlete

    if path is not None:
        return load_athlete(path)
    return None if marathon_pace is None else Athlete(marathon_pace=marathon_pace)
