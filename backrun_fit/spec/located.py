"""What is found wrong with a spec after it was read, told at its place in the file.

A pace that the athlete lacks, a rule that finds nothing to work on, a distance that
no file holds: those show when the session is made, by rooms that know of no file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from typing import Final, TypeVar

import attrs

from backrun_fit.athlete import Athlete
from backrun_fit.errors import BackrunFitError, Problem, SpecError
from backrun_fit.spec.document import Document
from backrun_fit.spec.file import read_text
from backrun_fit.spec.load import OTHER_TEXT, SessionSpec, read_session
from backrun_fit.spec.problems import keys_of

__all__ = ["LocatedSpec", "load_located"]

_T = TypeVar("_T")

_OF_THE_ATHLETE: Final = re.compile(rf"(?:^|\.)((?:{'|'.join(keys_of(Athlete))})(?:$|[.\[].*))")
"""The end of a path that leads to a value of the athlete's, whatever asked for it."""


@attrs.frozen(kw_only=True)
class LocatedSpec:
    """A session spec, and where in its file each value stands.

    Attributes:
        spec: As its file says it.
        document: What the file holds.
        source: The file's path.
    """

    spec: SessionSpec
    document: Document = attrs.field(repr=False)
    source: str

    def attempt(self, make: Callable[[SessionSpec], _T]) -> _T:
        """Make something of the session.

        Args:
            make: Fails on a part of the spec whenever it fails on the whole for the sake
                of that part. It is called again to find which part that is.

        Raises:
            SpecError: ``make`` raised an error of ours; with the file as the source, and
                of each problem the path, and the place where the format tells.
        """
        try:
            return make(self.spec)
        except BackrunFitError as error:
            part = self._culprit(make, error)
            problems = [self.document.located(found) for found in _problems(error, part)]
            raise SpecError(problems, self.source) from error

    def _culprit(self, make: Callable[[SessionSpec], object], error: BackrunFitError) -> str:
        """The path of the run, or of the first rule, with which it fails in this way."""
        run = OTHER_TEXT if self.document.data.get(OTHER_TEXT) is not None else "run"
        rules = self.spec.rules
        parts = [run, *(f"rules[{number}]" for number in range(len(rules)))]
        # Without a run the first rule makes the session.
        for count in range(1 if self.spec.run is None else 0, len(rules)):
            try:
                make(attrs.evolve(self.spec, rules=rules[:count]))
            except BackrunFitError as found:
                if _words(found) == _words(error):
                    return parts[count]
        return parts[-1]


def load_located(path: str | os.PathLike[str]) -> LocatedSpec:
    """Read a spec file, and keep where its values stand.

    Raises:
        SpecError: As ``load_spec`` does.
    """
    text, format_ = read_text(path)
    source = os.fspath(path)
    spec, document = read_session(text, format_, source)
    return LocatedSpec(spec=spec, document=document, source=source)


def _problems(error: BackrunFitError, part: str) -> Iterator[Problem]:
    """The problems of an error under paths of the spec: the athlete's values, or the part."""
    if not isinstance(error, SpecError):
        yield Problem(str(error), part)
        return
    for problem in error.problems:
        of_athlete = _OF_THE_ATHLETE.search(problem.path)
        if of_athlete:
            yield Problem(problem.message, f"athlete.{of_athlete[1]}")
        else:
            yield Problem(str(problem), part)


def _words(error: BackrunFitError) -> str:
    """What an error says, whatever the number of the step: rules put steps before others."""
    return re.sub(r"[0-9]+", "#", str(error))
