"""Mutation testing: ``python -m tests.mutation [AREA...] [--table | --survivors | --only NAME]``.

Without a flag it runs, of the areas named or of all, every mutant that has not been caught yet,
those of changed functions too. Remove the folder ``mutants`` to start anew.
"""

from __future__ import annotations

import argparse
import math
import os
import subprocess
import sys
from collections.abc import Sequence

from tests.mutation.areas import AREAS
from tests.mutation.results import FOLDER, Outcome, read_mutants, table


def main(arguments: Sequence[str]) -> int:
    """Run what is to be run, then print the table, or the survivors before it."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("areas", nargs="*", metavar="AREA", help=f"of {', '.join(AREAS)}")
    parser.add_argument("--table", action="store_true", help="run nothing")
    parser.add_argument("--survivors", action="store_true", help="run nothing, and list them")
    parser.add_argument("--only", metavar="NAME", help="run the mutants of that name, such as '*'")
    parser.add_argument("--processes", type=int, default=1, metavar="N", help="at a time")
    parser.add_argument(
        "--seconds",
        type=float,
        default=math.inf,
        metavar="S",
        help="of the processor a mutant: the quickest tests only, for a first look",
    )
    options = parser.parse_args(arguments)
    if unknown := set(options.areas) - set(AREAS):
        parser.error(f"expected areas out of {', '.join(AREAS)}, got {', '.join(sorted(unknown))}")
    areas = {area: AREAS[area] for area in options.areas or AREAS}
    status = 0
    if not (options.table or options.survivors):
        patterns = [options.only] if options.only else sum(areas.values(), start=())
        status = run(patterns, options.processes, options.seconds)
    mutants = {area: list(read_mutants(FOLDER, patterns)) for area, patterns in areas.items()}
    if options.survivors:
        for each in (each for group in mutants.values() for each in group):
            if not (each.is_caught or each.outcome is Outcome.NOT_RUN):
                words = ", only wording" if each.only_wording else ""
                print(f"{each.name}: {each.outcome.value}{words}\n{each.change}\n")
    print(table(mutants))
    return status


def run(patterns: Sequence[str], processes: int, seconds: float) -> int:
    """Run them without real files, so that the scores are the same for everybody."""
    environment = {key: text for key, text in os.environ.items() if key != "BACKRUN_CORPUS"}
    command = [sys.executable, "-m", "tests.mutation.runner", str(processes), str(seconds)]
    return subprocess.run([*command, *patterns], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
