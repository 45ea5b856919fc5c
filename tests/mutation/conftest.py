"""Only who has mutmut (extra ``mutation``) can import the loop that runs its mutants."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore = [] if find_spec("mutmut") else ["runner.py"]
