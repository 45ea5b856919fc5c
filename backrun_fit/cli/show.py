"""``backrun-fit show``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from backrun_fit.cli.common import (
    DONE,
    Json,
    Units,
    device_named,
    each,
    is_spec,
    is_text,
    plan,
    print_out,
)
from backrun_fit.errors import SpecError

if TYPE_CHECKING:
    from backrun_fit.compiled import CompiledWorkout
    from backrun_fit.units import UnitSystem

__all__ = ["show"]

_WIDTH = 80


def show(
    *files: Path,
    svg: Annotated[Path | None, Parameter(help="Draw the workout into this file.")] = None,
    png: Annotated[Path | None, Parameter(help="The same as a PNG.")] = None,
    units: Units = None,
    json: Json = False,
) -> int:
    """Show a spec or a workout as a watch would list it, or what an activity recorded.

    Of a damaged file what is whole is shown, and what is wrong is said; of a file of
    another kind how many messages of which kinds it holds.
    """
    from backrun_fit.errors import NoActivityError
    from backrun_fit.output import refuse_doubles, require_writable
    from backrun_fit.render.blocks import preview_text
    from backrun_fit.render.document import (
        activity_document,
        contents_document,
        workout_document,
    )
    from backrun_fit.render.text import activity_text, contents_text, workout_text

    if (svg or png) and len(files) != 1:
        raise SpecError(f"expected one file to draw with --svg or --png, got {len(files)}")

    outputs = [path for path in (svg, png) if path is not None]
    refuse_doubles(outputs)
    require_writable(outputs, files)

    def one(path: Path) -> int:
        from backrun_fit.fit.activity_reader import read_activities
        from backrun_fit.fit.frames import read_messages
        from backrun_fit.fit.sniff import sniff

        if is_spec(path) or is_text(path) or "workout" in sniff(path):
            compiled, shown_units = plan(path, device_named("garmin-100"), units)
            document = {"source": str(path), **workout_document(compiled)}
            _draw(compiled, shown_units, svg, png)
            if json:
                print_out(document)
            else:
                print_out(preview_text(compiled, _WIDTH))
                print_out(workout_text(compiled, shown_units))
            return DONE
        try:
            activities = read_activities(path, on_error="salvage")
        except NoActivityError as error:
            for segment in read_messages(path, on_error="salvage"):
                document = contents_document(segment, error.source)
                print_out(document if json else contents_text(document))
            return DONE
        for activity in activities:
            if activity.workout is not None:
                _draw(activity.workout, units or "metric", svg, png)
            elif svg or png:
                raise SpecError("expected a workout to draw, got an activity without one")
            print_out(
                activity_document(activity) if json else activity_text(activity, units or "metric")
            )
        return DONE

    return each(files, one)


def _draw(compiled: CompiledWorkout, units: UnitSystem, svg: Path | None, png: Path | None) -> None:
    """Write the pictures that are asked for."""
    from backrun_fit.output import write_whole
    from backrun_fit.render.preview import preview_png, preview_svg

    if svg is not None:
        write_whole(svg, preview_svg(compiled, units).encode())
    if png is not None:
        write_whole(png, preview_png(compiled, units))
