"""``backrun-fit send``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from backrun_fit.cli.common import DONE, complain, print_out
from backrun_fit.errors import SpecError

__all__ = ["send"]


def send(
    *files: Path,
    to: Annotated[Path, Parameter(help="Where the watch is mounted.")],
    replace: Annotated[
        bool, Parameter(negative="", help="Overwrite files of the same name and other content.")
    ] = False,
) -> int:
    """Copy workout and schedule files to a mounted watch, and read each copy back.

    Nothing is overwritten unless asked for. See docs/how-to/onto-the-watch.md.
    """
    from backrun_fit.delivery import send as deliver

    if not files:
        raise SpecError("expected at least one file, got none")
    code = DONE
    for delivery in deliver(files, to, replace=replace):
        if delivery.error is None:
            print_out(f"{delivery.source} -> {delivery.target}  {delivery.outcome.value}")
            for text in delivery.warnings:
                print_out(f"note: {text}")
        else:
            code = max(code, complain(delivery.error, delivery.source))
    return code
