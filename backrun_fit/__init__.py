"""Backward running in FIT workouts: compile, rehearse, check."""
