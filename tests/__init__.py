"""Tests: one claim each."""
