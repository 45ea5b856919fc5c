"""Tiny distributions that offer rules, laid out as an installer would."""

from __future__ import annotations

from pathlib import Path


def offered(folder: Path, module: str, code: str, **rules: str) -> Path:
    """A folder for the import path with a module, and a distribution that offers its rules.

    Args:
        folder: Where to.
        module: Its name, and the distribution's.
        code: Of the module.
        rules: Entry points: names of rules, and of what stands for them in the module.
    """
    info = folder / f"{module}-1.0.dist-info"
    info.mkdir(parents=True)
    (folder / f"{module}.py").write_text(code)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
    lines = [f"{name} = {module}:{what}" for name, what in rules.items()]
    (info / "entry_points.txt").write_text("\n".join(["[backrun_fit.rules]", *lines, ""]))
    return folder
