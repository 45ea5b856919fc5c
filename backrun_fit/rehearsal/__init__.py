"""Rehearsal: a virtual runner runs a compiled workout with a virtual watch.

The truth of such a recording is known, so that a plan, a tolerance or the
checker itself can be tried out without anybody running.

``runner`` is the body, ``effort`` what it sets out to do in a step, ``heart`` the
heart that follows, ``watch`` what measures it, ``faults`` what goes wrong (as
``intent`` takes it, and ``fault_text`` reads it); ``stretch`` runs one ``bout``,
``session`` one after another, ``recording`` writes them down, ``quirks`` is what
recorders do to a file afterwards, and ``truth`` what really happened.
"""

from backrun_fit.rehearsal.fault_text import parse_fault
from backrun_fit.rehearsal.faults import (
    Abandon,
    Fast,
    Fault,
    Forget,
    Forward,
    Hill,
    Late,
    Long,
    Pause,
    Press,
    Restart,
    Short,
    Skip,
    Slow,
    Stop,
    Walk,
    Wrong,
)
from backrun_fit.rehearsal.quirks import QUIRKS
from backrun_fit.rehearsal.runner import Runner
from backrun_fit.rehearsal.session import Rehearsal, encode_rehearsal, rehearse
from backrun_fit.rehearsal.truth import TrueExecution, Truth, truth_document
from backrun_fit.rehearsal.watch import Watch

__all__ = [
    "QUIRKS",
    "Abandon",
    "Fast",
    "Fault",
    "Forget",
    "Forward",
    "Hill",
    "Late",
    "Long",
    "Pause",
    "Press",
    "Rehearsal",
    "Restart",
    "Runner",
    "Short",
    "Skip",
    "Slow",
    "Stop",
    "TrueExecution",
    "Truth",
    "Walk",
    "Watch",
    "Wrong",
    "encode_rehearsal",
    "parse_fault",
    "rehearse",
    "truth_document",
]
