"""One line of text that says a workout, and back."""

from backrun_fit.notation.line import parse_workout, print_workout

__all__ = ["parse_workout", "print_workout"]
