"""The athlete: paces stated, or predicted from races."""

from backrun_fit.athlete.athlete import Athlete
from backrun_fit.athlete.race import Race

__all__ = ["Athlete", "Race"]
