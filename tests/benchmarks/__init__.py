"""Measurements against other packages; run by make, never by pytest."""
