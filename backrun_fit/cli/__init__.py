"""The command line: the only room that looks at the clock, and one of two that open files.

Heavy modules are imported by the verbs that use them, so that ``--help`` answers
at once.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError

from backrun_fit.cli.apply import apply
from backrun_fit.cli.calibrate import calibrate
from backrun_fit.cli.check import check
from backrun_fit.cli.common import BAD_INPUT, DONE, complain
from backrun_fit.cli.compile import compile_
from backrun_fit.cli.rehearse import rehearse
from backrun_fit.cli.season import season
from backrun_fit.cli.send import send
from backrun_fit.cli.show import show
from backrun_fit.errors import BackrunFitError

__all__ = ["app", "main"]

app = App(
    name="backrun-fit",
    help="Backward running in workouts: compile rules into FIT files, rehearse them, check runs.",
    version=lambda: _version(),
    help_format="plaintext",
)
app.command(compile_, name="compile")
for _verb in (apply, season, show, check, calibrate, rehearse, send):
    app.command(_verb)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with 0 (done and met), 1 (not met) or 2 (bad input)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show a character must not cost the result.
            stream.reconfigure(errors="replace")
    try:
        code = app(
            sys.argv[1:] if arguments is None else list(arguments),
            exit_on_error=False,
            print_error=False,
            result_action="return_value",
        )
    except (BackrunFitError, CycloptsError) as error:
        code = complain(error)
    except BrokenPipeError:
        # Whoever read the output has closed it; nothing is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = BAD_INPUT
    sys.exit(code if isinstance(code, int) else DONE)


def _version() -> str:
    from importlib.metadata import version

    return version("backrun-fit")
