"""A workout as runners know it from their watch and their planning site: a row of bars.

Width is time, height is effort, colour is intensity. Backward steps are hatched and say so.
"""

from __future__ import annotations

from backrun_fit.compiled import CompiledWorkout
from backrun_fit.render.bar_chart import draw_bars
from backrun_fit.render.bars import bars_text, lay_out
from backrun_fit.render.blocks import preview_text
from backrun_fit.render.drawing import FIXED, WIDE, Sheet, as_svg
from backrun_fit.render.png import as_png
from backrun_fit.units import UnitSystem
from backrun_fit.wording import shown

__all__ = ["preview_png", "preview_svg", "preview_text"]


def preview_svg(
    compiled: CompiledWorkout, units: UnitSystem = "metric", *, sheet: Sheet = WIDE
) -> str:
    """A workout as a picture that stands alone: SVG, on white.

    Args:
        compiled: May be without steps.
        units: How lengths and paces are printed.
        sheet: How large; its height follows from what there is to draw.

    Returns:
        One ``svg`` element, complete; the same text for the same workout.

    Raises:
        CompileError: As of ``unroll``.

    Example:
        >>> from backrun_fit.workout import Step, TimeDuration
        >>> step = Step(duration=TimeDuration(duration_s=600.0))
        >>> preview_svg(CompiledWorkout(name="easy", messages=(step,)))[:5]
        '<svg '
    """
    bars = lay_out(compiled)
    return as_svg(
        draw_bars(bars, FIXED, sheet, units, compiled.name),
        key="preview",
        title=f"Workout {shown(compiled.name) or '(no name)'}",
        description=bars_text(bars),
        standalone=True,
    )


def preview_png(
    compiled: CompiledWorkout,
    units: UnitSystem = "metric",
    *,
    sheet: Sheet = WIDE,
    scale: float = 2.0,
) -> bytes:
    """The same picture as PNG, ``scale`` pixels to a CSS pixel.

    Raises:
        CompileError: As of ``unroll``.
        MissingExtraError: matplotlib is not installed.

    Example:
        >>> from backrun_fit.workout import Step, TimeDuration
        >>> step = Step(duration=TimeDuration(duration_s=600.0))
        >>> preview_png(CompiledWorkout(name="easy", messages=(step,)), scale=1.0)[1:4]
        b'PNG'
    """
    return as_png(draw_bars(lay_out(compiled), FIXED, sheet, units, compiled.name), scale)
