"""What a rule has changed, as a person reads it in a terminal and as a document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from backrun_fit.amounts import Amount
from backrun_fit.changes import Change, ChangeKind, Changes
from backrun_fit.render.document import step_document
from backrun_fit.render.parts import indented
from backrun_fit.units import UnitSystem, format_distance, format_duration
from backrun_fit.wording import duration_text, step_text
from backrun_fit.workout import Step

__all__ = ["changes_document", "changes_text"]

_STYLES = {
    ChangeKind.INSERTED: "green",
    ChangeKind.TURNED: "green",
    ChangeKind.CHANGED: "yellow",
    ChangeKind.REMOVED: "red",
}


def changes_text(changes: Changes, units: UnitSystem = "metric") -> RenderableType:
    """One line a kind of change, and how far and how long it was and is."""
    lines: list[RenderableType] = [
        indented(f"{change.kind.value:<9} {_told(change, units)}", _STYLES.get(change.kind, ""))
        for change in changes.changes
        if change.kind is not ChangeKind.KEPT
    ]
    if not lines:
        lines.append(indented("nothing   was there to change"))
    kept = changes.count(ChangeKind.KEPT)
    lines.append(indented(f"{'kept':<9} {kept} step{'' if kept == 1 else 's'} as planned"))
    before, after = changes.before, changes.after
    lines.append(
        Text(
            f"  forward   {_amount(before.forward, units)} before, "
            f"{_amount(after.forward, units)} after"
        )
    )
    lines.append(
        Text(
            f"  backward  {_amount(before.backward, units)} before, "
            f"{_amount(after.backward, units)} after"
        )
    )
    return Group(*lines)


def changes_document(changes: Changes) -> dict[str, Any]:
    """The same as a document."""
    return {
        "changes": [
            {
                "kind": change.kind.value,
                "count": change.count,
                "before": [step_document(step) for step in change.before],
                "after": [step_document(step) for step in change.after],
            }
            for change in changes.changes
        ],
        "before": _amounts(changes.before.forward, changes.before.backward),
        "after": _amounts(changes.after.forward, changes.after.backward),
    }


def _amounts(forward: Amount, backward: Amount) -> dict[str, Any]:
    return {
        "forward_distance_m": forward.distance_m,
        "forward_time_s": forward.time_s,
        "backward_distance_m": backward.distance_m,
        "backward_time_s": backward.time_s,
    }


def _amount(amount: Amount, units: UnitSystem) -> str:
    return f"{format_distance(amount.distance_m, units)}, {format_duration(amount.time_s)}"


def _told(change: Change, units: UnitSystem) -> str:
    times = f"{change.count} x " if change.count > 1 else ""
    if change.kind is ChangeKind.CUT:
        pieces = _lengths(change.after, units)
        return f"{times}{' + '.join(step_text(step, units) for step in change.before)}: {pieces}"
    sides = [
        " + ".join(step_text(step, units) for step in steps)
        for steps in (change.before, change.after)
        if steps
    ]
    return times + " -> ".join(sides)


def _lengths(steps: Sequence[Step], units: UnitSystem) -> str:
    """Lengths in order, neighbours that are alike counted."""
    found: list[tuple[str, int]] = []
    for step in steps:
        text = duration_text(step.duration, units)
        count = found.pop()[1] if found and found[-1][0] == text else 0
        found.append((text, count + 1))
    return " + ".join(text if count == 1 else f"{count} x {text}" for text, count in found)
