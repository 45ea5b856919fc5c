"""Rehearsal: a virtual runner runs a compiled workout with a virtual watch.

The truth of such a recording is known, so that a plan, a tolerance or the
checker itself can be tried out without anybody running.

``runner`` is the body, ``effort`` what it sets out to do in a step, ``heart``
the heart that follows, ``faults`` what goes wrong, ``watch`` what one lap
leaves in the recording, and ``session`` strings the laps together.
"""

from backrun_fit.rehearsal.faults import Fast, Fault, Pause, Short, Skip, parse_fault
from backrun_fit.rehearsal.runner import Runner
from backrun_fit.rehearsal.session import rehearse

__all__ = ["Fast", "Fault", "Pause", "Runner", "Short", "Skip", "parse_fault", "rehearse"]
