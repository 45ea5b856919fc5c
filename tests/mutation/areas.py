"""The areas whose tests are held to a score, by the modules that belong to each."""

from __future__ import annotations

from typing import Final

AREAS: Final[dict[str, tuple[str, ...]]] = {
    "rules": ("backrun_fit/rules/*.py",),
    "compile": (
        "backrun_fit/compile.py",
        "backrun_fit/compiled.py",
        "backrun_fit/fitting.py",
        "backrun_fit/fold.py",
        "backrun_fit/ramps.py",
    ),
    "align": (
        "backrun_fit/compliance/alignment/*.py",
        "backrun_fit/compliance/pairing.py",
    ),
    "judge": (
        "backrun_fit/compliance/tolerance_model.py",
        "backrun_fit/compliance/colour.py",
        "backrun_fit/compliance/judge.py",
        "backrun_fit/compliance/means.py",
        "backrun_fit/compliance/measure.py",
        "backrun_fit/compliance/targets.py",
    ),
}
"""Patterns of files; mutmut's own list in ``pyproject.toml`` is all of them."""
