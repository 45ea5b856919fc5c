"""Damaged FIT files without end, and what the reader promises about every one of them."""
