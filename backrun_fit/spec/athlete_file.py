"""Athletes on disk: a spec's section, or a file of their own."""

from __future__ import annotations

import os

from backrun_fit.athlete import Athlete
from backrun_fit.errors import SpecError
from backrun_fit.spec.file import read_text
from backrun_fit.spec.load import read_athlete
from backrun_fit.spec.text import read_document

__all__ = ["load_athlete"]


def load_athlete(path: str | os.PathLike[str]) -> Athlete:
    """Read an athlete from a file (YAML, TOML or JSON).

    Args:
        path: Of any file with a section ``athlete``, such as a session spec, or of one
            that holds nothing but the athlete's values.

    Raises:
        SpecError: All problems at once, with the file's path as the source.
    """
    text, format_ = read_text(path)
    document = read_document(text, format_, os.fspath(path))
    section = "athlete" if "athlete" in document.data else ""
    with document.reading():
        try:
            return read_athlete(document.data[section] if section else document.data)
        except SpecError as error:
            raise (error.under(section) if section else error) from None
