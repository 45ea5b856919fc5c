"""Thousands of files, on one machine or many.

``inputs`` finds them, ``checking`` and ``compiling`` say what is done with one,
``spread`` hands it to any executor (``workers`` makes some), ``limit`` ends what takes too
long. ``resumable`` and ``roster_journal`` keep a ``journal``; ``resumable`` leaves
``run_rows`` as ``results``, which ``arrow`` writes as Parquet.
"""

from backrun_fit.batch.checking import CheckOptions, RunError, RunResult, check_many
from backrun_fit.batch.compiling import CompileResult, compile_many, load_plan
from backrun_fit.batch.inputs import InputLike, find_inputs
from backrun_fit.batch.resumable import BatchSummary, Progress, check_into
from backrun_fit.batch.roster import load_roster, parse_roster
from backrun_fit.batch.workers import dask_cluster, processes
from backrun_fit.render.csv_cells import restore_cell

__all__ = [
    "BatchSummary",
    "CheckOptions",
    "CompileResult",
    "InputLike",
    "Progress",
    "RunError",
    "RunResult",
    "check_into",
    "check_many",
    "compile_many",
    "dask_cluster",
    "find_inputs",
    "load_plan",
    "load_roster",
    "parse_roster",
    "processes",
    "restore_cell",
]
