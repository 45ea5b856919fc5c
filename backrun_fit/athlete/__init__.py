"""The athlete: paces stated, or predicted from races; own backward running, if calibrated."""

from backrun_fit.athlete.athlete import Athlete
from backrun_fit.athlete.calibration import BackwardCalibration
from backrun_fit.athlete.race import Race

__all__ = ["Athlete", "BackwardCalibration", "Race"]
