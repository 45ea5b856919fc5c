"""What every worker needs, so that it is loaded once and not in each process anew.

Nothing is started or changed here: processes are forked from the one that loads this.
"""

from __future__ import annotations

import contextlib
from importlib import import_module

for _name in (
    "backrun_fit.batch.checking",
    "backrun_fit.batch.compiling",
    "backrun_fit.render.rows",
    "numba",
):
    with contextlib.suppress(ImportError):
        import_module(_name)
