"""Athletes on disk: a spec's section, or a file of their own."""

from __future__ import annotations

import codecs
import os
from pathlib import Path

import attrs

from backrun_fit.athlete import Athlete, BackwardCalibration
from backrun_fit.athlete.calibration import calibration_values, read_calibration
from backrun_fit.errors import SpecError
from backrun_fit.output import OutputError, write_whole
from backrun_fit.regular_files import read_regular
from backrun_fit.spec.calibration_text import new_text, text_with
from backrun_fit.spec.file import format_of, read_text
from backrun_fit.spec.load import read_athlete
from backrun_fit.spec.text import MAX_BYTES, SpecFormat, read_document

__all__ = ["load_athlete", "save_calibration"]


def load_athlete(path: str | os.PathLike[str]) -> Athlete:
    """Read an athlete from a file (YAML, TOML or JSON).

    Args:
        path: Of any file with a section ``athlete``, such as a session spec, or of one
            that holds nothing but the athlete's values.

    Raises:
        SpecError: All problems at once, with the file's path as the source.
    """
    text, format_ = read_text(path)
    return _athlete_of(text, format_, os.fspath(path))


def save_calibration(
    path: str | os.PathLike[str], calibration: BackwardCalibration
) -> BackwardCalibration | None:
    """Keep a calibration in an athlete file; the rest of its text stays as it is.

    Args:
        path: Of a file that ``load_athlete`` reads, or of a new one. The suffix (.yaml,
            .yml, .toml, .json) says its format.
        calibration: Takes the place of the one in the file, if there is one.

    Returns:
        The calibration that it replaced, so that the caller can say so; else None.

    Raises:
        SpecError: The file is no athlete's, or is written in such a way that the section
            ``backward`` cannot be put into its text; it is unchanged then.
        OutputError: The file cannot be written, or is a link that leads nowhere; it is
            unchanged then.
    """
    format_, source = format_of(path), os.fspath(path)
    values = calibration_values(calibration)
    target = Path(os.path.realpath(path))  # a link stays a link
    if not target.exists():
        if os.path.islink(path):  # noqa: PTH114 - as above
            raise OutputError(
                f"{source}: expected an athlete file or a new name, got a link to none"
            )
        write_whole(target, new_text(values, format_).encode())
        return None
    text, _ = read_text(path)
    before = _athlete_of(text, format_, source)
    try:
        made = text_with(text, values, format_)
        after = _athlete_of(made, format_, source)
    except SpecError:
        after = None
    if after != attrs.evolve(before, backward=read_calibration(values)):
        raise SpecError(
            "cannot put the calibration into this text: write backward as a section of its own "
            "below the athlete's other values, and try again",
            source,
        )
    mark = codecs.BOM_UTF8 if read_regular(target, MAX_BYTES).startswith(codecs.BOM_UTF8) else b""
    write_whole(target, mark + made.encode())
    return before.backward


def _athlete_of(text: str, format_: SpecFormat, source: str) -> Athlete:
    document = read_document(text, format_, source)
    section = "athlete" if "athlete" in document.data else ""
    with document.reading():
        try:
            return read_athlete(document.data[section] if section else document.data)
        except SpecError as error:
            raise (error.under(section) if section else error) from None
