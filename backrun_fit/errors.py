"""Every exception of the package, under one base.

Non-compliance is never an exception: it is a finding in a report. Exceptions
pickle, because they cross process borders in batches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import attrs

__all__ = [
    "AlignmentError",
    "BackrunFitError",
    "BatchError",
    "CompileError",
    "DataWarning",
    "DecodeError",
    "EncodeError",
    "MissingExtraError",
    "NoActivityError",
    "Problem",
    "Problems",
    "SpecError",
    "TimeLimitError",
    "WorkerDiedError",
]


class BackrunFitError(Exception):
    """Base of every error this package raises on purpose."""


@attrs.frozen
class DataWarning:
    """Something odd about an input that did not stop the work.

    Attributes:
        code: Stable name for programs; all are listed in ``docs/reference/activities.md``.
        message: One sentence for people.
        count: How many times it was met.

    Example:
        >>> str(DataWarning("laps_overlap", "2 laps end after the next one begins", 2))
        '2 laps end after the next one begins'
    """

    code: str
    message: str
    count: int = 1

    def __str__(self) -> str:
        return self.message


@attrs.frozen
class Problem:
    """One thing that is wrong with an input, and where.

    Attributes:
        message: What was expected and what was got.
        path: Dotted path into the input, such as ``rules[0].every``; may be empty.
        line: One-based line in the source text, where there is one.
        column: One-based column in that line, where there is one.
    """

    message: str
    path: str = ""
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        where = self.path
        if self.line is not None:
            position = f"line {self.line}"
            if self.column is not None:
                position += f", column {self.column}"
            where = f"{where} ({position})" if where else position
        return f"{where}: {self.message}" if where else self.message

    def under(self, prefix: str) -> Problem:
        """The same problem, its path below ``prefix``.

        Example:
            >>> str(Problem("expected a pace", path="marathon_pace").under("athlete"))
            'athlete.marathon_pace: expected a pace'
        """
        if not self.path:
            return attrs.evolve(self, path=prefix)
        joint = "" if self.path.startswith("[") else "."
        return attrs.evolve(self, path=f"{prefix}{joint}{self.path}")


class SpecError(BackrunFitError):
    """What was asked for cannot be meant: all problems at once.

    Attributes:
        problems: In the order in which they stand in the input; never empty.
        source: Name of the file or text, where known.
    """

    def __init__(
        self, problems: str | Problem | Iterable[Problem], source: str | None = None
    ) -> None:
        if isinstance(problems, str):
            problems = Problem(problems)
        if isinstance(problems, Problem):
            problems = (problems,)
        self.problems: tuple[Problem, ...] = tuple(problems)
        self.source = source
        super().__init__(self.problems, source)

    def __str__(self) -> str:
        text = "\n".join(str(problem) for problem in self.problems)
        return f"{self.source}: {text}" if self.source else text

    def under(self, prefix: str) -> SpecError:
        """The same error with every path below ``prefix``."""
        return SpecError([problem.under(prefix) for problem in self.problems], self.source)


class Problems(list[Problem]):
    """Gathers what is wrong with an input, so that all of it is said at once.

    Example:
        >>> problems = Problems()
        >>> with problems.at("marathon_time"):
        ...     raise SpecError("expected a time, got 'soon'")
        >>> [str(problem) for problem in problems]
        ["marathon_time: expected a time, got 'soon'"]
    """

    @contextmanager
    def at(self, path: str) -> Iterator[None]:
        """Take note of a SpecError raised inside, its paths below ``path``, and go on."""
        try:
            yield
        except SpecError as error:
            self.extend(error.under(path).problems)

    def refuse(self) -> None:
        """Raise what was noted.

        Raises:
            SpecError: Something was.
        """
        if self:
            raise SpecError(self)


class CompileError(BackrunFitError):
    """A workout cannot be built or cannot be kept on the device asked for."""


class EncodeError(BackrunFitError):
    """The bytes written do not say what the workout says; nothing was handed over."""


class DecodeError(BackrunFitError):
    """Bytes are not what the FIT protocol promises.

    Attributes:
        what: The damage in words.
        offset: Byte offset into the FIT data at which it was found.
        expected: What the protocol asks for there.
        got: What the bytes hold.
        source: Name of the file, where known.
        hint: The next thing to try, where there is one.
    """

    def __init__(
        self,
        what: str,
        offset: int | None = None,
        expected: str | None = None,
        got: str | None = None,
        source: str | None = None,
        hint: str | None = None,
    ) -> None:
        self.what = what
        self.offset = offset
        self.expected = expected
        self.got = got
        self.source = source
        self.hint = hint
        super().__init__(what, offset, expected, got, source, hint)

    def __str__(self) -> str:
        text = self.what
        if self.expected is not None:
            text += f": expected {self.expected}"
            if self.got is not None:
                text += f", got {self.got}"
        elif self.got is not None:
            text += f": got {self.got}"
        if self.offset is not None:
            text += f" (at byte {self.offset})"
        if self.hint is not None:
            text += f"; {self.hint}"
        return f"{self.source}: {text}" if self.source else text


class NoActivityError(DecodeError):
    """A readable FIT file that holds no recorded activity, but something else."""


class MissingExtraError(BackrunFitError, ImportError):
    """A library that comes with one of the package's extras is not installed.

    Attributes:
        package: What is missing.
        extra: Which extra brings it.
    """

    def __init__(self, package: str, extra: str) -> None:
        self.package = package
        self.extra = extra
        super().__init__(package, extra)

    def __str__(self) -> str:
        return f"{self.package} is not installed: pip install 'backrun-fit[{self.extra}]'"


class AlignmentError(BackrunFitError):
    """A recording and a plan cannot be laid side by side at all."""


class BatchError(BackrunFitError):
    """A batch as a whole cannot go on, such as where its executor was lost."""


class TimeLimitError(BackrunFitError):
    """A check, or one file of a batch, took longer than it was allowed to."""


class WorkerDiedError(BackrunFitError):
    """The process that worked on one file of a batch was killed, or ran out of memory."""
