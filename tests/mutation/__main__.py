"""Mutation testing of the areas: ``python -m tests.mutation [AREA...] [--table | --survivors]``.

Without a flag it runs, of the areas named or of all, every mutant that has not been caught yet,
and every mutant of a module that has changed since. Remove the folder ``mutants`` to start anew.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.mutation.areas import AREAS
from tests.mutation.results import FOLDER, read_mutants, table


def main(arguments: Sequence[str]) -> int:
    """Run what is to be run, then print the table, or the survivors."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("areas", nargs="*", metavar="AREA", help=f"of {', '.join(AREAS)}")
    parser.add_argument("--table", action="store_true", help="run nothing")
    parser.add_argument("--survivors", action="store_true", help="run nothing; list them instead")
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args(arguments)
    if unknown := set(options.areas) - set(AREAS):
        parser.error(f"expected areas out of {', '.join(AREAS)}, got {', '.join(sorted(unknown))}")
    areas = {area: AREAS[area] for area in options.areas or AREAS}
    status = 0
    if not (options.table or options.survivors):
        for patterns in areas.values():
            status = run(names_to_run(Path(), patterns), options.processes) or status
    mutants = {area: list(read_mutants(FOLDER, patterns)) for area, patterns in areas.items()}
    if options.survivors:
        for each in (each for group in mutants.values() for each in group if not each.is_caught):
            words = ", only wording" if each.only_wording else ""
            print(f"{each.name}: {each.outcome.value}{words}\n{each.change}\n")
    print(table(mutants))
    return status


def names_to_run(root: Path, patterns: Sequence[str]) -> list[str]:
    """What mutmut is to be asked for: changed modules whole, of others the mutants not caught."""
    names: list[str] = []
    for source in sorted(path for pattern in patterns for path in root.glob(pattern)):
        path = source.relative_to(root)
        mutated = root / FOLDER / path
        if not mutated.exists() or mutated.stat().st_mtime <= source.stat().st_mtime:
            names.append(".".join(path.with_suffix("").parts) + ".*")
        else:
            known = read_mutants(root / FOLDER, [str(path)])
            names.extend(each.name for each in known if not each.is_caught)
    return names


def run(names: Sequence[str], processes: int) -> int:
    """Run them, without real files, so that the score is the same for everybody."""
    if not names:
        return 0
    # Which test reaches which function is found anew: tests may have changed.
    (FOLDER / "mutmut-stats.json").unlink(missing_ok=True)
    environment = {key: text for key, text in os.environ.items() if key != "BACKRUN_CORPUS"}
    mutmut = Path(sys.executable).with_name("mutmut")
    command = [str(mutmut), "run", "--max-children", str(processes), *names]
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
