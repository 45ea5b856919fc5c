"""Many recordings checked, on one machine or many, one result a run."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import attrs

from backrun_fit.batch.inputs import Input, InputLike, inputs_of
from backrun_fit.batch.spread import WINDOW, Executors, spread
from backrun_fit.compiled import CompiledWorkout
from backrun_fit.compliance import check
from backrun_fit.compliance.legs import recordings
from backrun_fit.compliance.pairing import AlignMode
from backrun_fit.errors import (
    BackrunFitError,
    DecodeError,
    MissingExtraError,
    TimeLimitError,
    WorkerDiedError,
)
from backrun_fit.fit.activity_reader import activities_in
from backrun_fit.fit.source import open_members
from backrun_fit.fit.track_reader import Prefer
from backrun_fit.report import Report
from backrun_fit.time_limit import check_time_limit, checked_limit_s, over_time, time_limit
from backrun_fit.tolerances import Tolerances
from backrun_fit.units import UnitSystem

__all__ = [
    "LIMIT_S",
    "CheckOptions",
    "Checked",
    "RunError",
    "RunResult",
    "check_input",
    "check_many",
    "failed",
    "late",
    "lost",
]

LIMIT_S: Final = 60.0
"""Seconds that one file of a batch may take unless somebody says otherwise; real ones take less
than one."""

_DEFAULT_TOLERANCES = Tolerances()


@attrs.frozen
class RunError:
    """Why there is no report.

    Attributes:
        kind: Name of the error's class, such as ``DecodeError``.
        message: What was expected and what was got.
        offset: Byte offset into the FIT data, where it is known.
    """

    kind: str
    message: str
    offset: int | None = None

    @classmethod
    def of(cls, error: BaseException, name: str) -> RunError:
        """What an error says, without the name of the file, which the result has."""
        own = f"{error.source or name}: " if isinstance(error, DecodeError) else f"{name}: "
        message = str(error).removeprefix(own) or type(error).__name__
        offset = error.offset if isinstance(error, DecodeError) else None
        # It may repeat a name that is no proper text.
        text = message.encode(errors="backslashreplace").decode()
        return cls(type(error).__name__, text, offset)


@attrs.frozen(kw_only=True)
class RunResult:
    """What became of one run: a report, or an error.

    Attributes:
        input: Name of the input.
        number: Zero-based place of the input among the inputs.
        source: Name of the file: the input, or a member of it where it is an archive.
        activity_number: Which activity of the file, from 1; None for an error.
        report: None where there is an error.
        error: None where there is a report.
    """

    input: str
    number: int
    source: str
    activity_number: int | None = None
    report: Report | None = None
    error: RunError | None = None


@attrs.frozen
class Checked:
    """One input with all that was found in it.

    Attributes:
        number: Zero-based place of the input.
        name: Of the input.
        content_sha256: Of its bytes; None where they could not be read, or nobody asked.
        results: At least one; in order of the file.
        is_final: Another try would give the same.
    """

    number: int
    name: str
    content_sha256: str | None
    results: tuple[RunResult, ...]
    is_final: bool


def _above_zero(instance: object, attribute: attrs.Attribute[Any], value: float | None) -> None:
    checked_limit_s(value, attribute.name)


@attrs.frozen(kw_only=True)
class CheckOptions:
    """All that a check depends on beside the file.

    Attributes:
        workout: The plan; None takes the run's own.
        tolerances: How far off still counts as done.
        align: What alignment may look at.
        units: How distances and paces are printed in reasons.
        salvage: Check what is whole of a damaged file.
        leg: One-based number of the leg to check of a file with several sessions; None for
            the one that the workout is for.
        prefer: Whether the watch's own fields or an app's developer fields come first.
        limit_s: How long one file may take (see ``check_many``); None for as long as it takes.
    """

    workout: CompiledWorkout | None = None
    tolerances: Tolerances = _DEFAULT_TOLERANCES
    align: AlignMode = "auto"
    units: UnitSystem = "metric"
    salvage: bool = False
    leg: int | None = None
    prefer: Prefer = "native"
    limit_s: float | None = attrs.field(default=LIMIT_S, validator=_above_zero)


def check_many(
    inputs: Iterable[InputLike],
    executor: Executors | None = None,
    *,
    workout: CompiledWorkout | None = None,
    tolerances: Tolerances = _DEFAULT_TOLERANCES,
    align: AlignMode = "auto",
    units: UnitSystem = "metric",
    salvage: bool = False,
    leg: int | None = None,
    prefer: Prefer = "native",
    limit_s: float | None = LIMIT_S,
    ordered: bool = True,
    window: int = WINDOW,
) -> Iterator[RunResult]:
    """Check many recordings.

    A bad file is an error among the results, whatever is wrong with it, and so is one that
    kills its worker or takes too long. Inputs are taken and results made as they are
    needed, so that memory does not grow with their number.

    Args:
        inputs: Paths, addresses that fsspec opens (``s3://...``), and pairs of a name and
            bytes; folders and patterns go through ``find_inputs`` first. May be endless.
        executor: Any ``concurrent.futures.Executor`` (``Client(...).get_executor(pure=False)``
            is a Dask cluster), or what makes one, such as ``processes(4)``; None works here.
            One that is given as it is, is not shut down.
        workout: The plan for all of them; None takes each run's own.
        tolerances: How far off still counts as done.
        align: What alignment may look at.
        units: How distances and paces are printed in reasons.
        salvage: Check what is whole of a damaged file.
        leg: Of a file with several sessions, which one to check, counted from 1; None for
            the one that the workout is for.
        prefer: Whether the watch's own fields or an app's developer fields come first.
        limit_s: Seconds that one file may take; None for as long as it takes. An executor
            that ``processes`` makes kills the process, whatever it is at. Elsewhere the
            check looks at the limit itself between its stages and in its searches; a read
            that hangs is not ended.
        ordered: In order of the inputs, else as they are completed; results of one input
            stay together and in order either way.
        window: How many chunks of eight inputs are under way at a time; more for a
            cluster of more than some thirty workers.

    Yields:
        One result a recording; of an input with several recordings several.

    Raises:
        BatchError: The executor gave up.

    Example:
        >>> [result.error.kind for result in check_many([("a.fit", b""), ("b.fit", b"PK")])]
        ['DecodeError', 'DecodeError']
    """
    options = CheckOptions(
        workout=workout,
        tolerances=tolerances,
        align=align,
        units=units,
        salvage=salvage,
        leg=leg,
        prefer=prefer,
        limit_s=limit_s,
    )
    tasks = (one.at_hand() for one in inputs_of(inputs))
    work = functools.partial(check_input, options=options)
    found = spread(
        work,
        tasks,
        executor,
        lost=lost,
        late=functools.partial(late, limit_s=limit_s),
        limit_s=limit_s,
        ordered=ordered,
        window=window,
    )
    return (result for checked in found for result in checked.results)


def check_input(
    given: Input,
    options: CheckOptions,
    is_known: Callable[[str], bool] | None = None,
) -> Checked:
    """One input with all that is found in it; raises nothing.

    Args:
        given: To be read and checked.
        options: How.
        is_known: Asked with the SHA-256 of the input's bytes; where true nothing is checked.
            None asks for no digest.

    Returns:
        Without results where ``is_known`` said so.
    """
    digest: str | None = None

    def found() -> tuple[list[RunResult], bool]:
        nonlocal digest
        data = given.read()
        check_time_limit()
        if is_known is not None:
            digest = hashlib.sha256(data).hexdigest()
            if is_known(digest):
                return [], True
        return _checked(given, data, options)

    try:
        with time_limit(options.limit_s):
            results, is_final = found()
    # Of thousands of files one that meets a mistake of ours shall cost no other.
    except Exception as error:  # noqa: BLE001
        results, is_final = [_failed(given, given.name, error)], False
    return Checked(given.number, given.name, digest, tuple(results), is_final)


def _checked(given: Input, data: bytes, options: CheckOptions) -> tuple[list[RunResult], bool]:
    """The results of every file in an input, and whether they would come out again."""
    found: list[RunResult] = []
    is_final = True
    try:
        for item in open_members(data):
            check_time_limit()
            if isinstance(item, DecodeError):
                found.append(_failed(given, f"{given.name}/{item.source}", item))
                continue
            member, content = item
            source = given.name if member is None else f"{given.name}/{member}"
            results, is_same = _of_file(given, source, content, options)
            found += results
            is_final = is_final and is_same
    except DecodeError as error:  # an archive, or the rest of one
        found.append(_failed(given, given.name, error))
    return found, is_final


def _of_file(
    given: Input, source: str, content: bytes, options: CheckOptions
) -> tuple[list[RunResult], bool]:
    found: list[RunResult] = []
    try:
        activities = activities_in(
            content,
            source,
            on_error="salvage" if options.salvage else "raise",
            prefer=options.prefer,
        )
        for number, legs in enumerate(recordings(activities), start=1):
            check_time_limit()
            report = check(
                legs,
                options.workout,
                leg=options.leg,
                tolerances=options.tolerances,
                align=options.align,
                units=options.units,
            )
            found.append(
                RunResult(
                    input=given.name,
                    number=given.number,
                    source=source,
                    activity_number=number,
                    report=report,
                )
            )
    except (MissingExtraError, TimeLimitError):
        raise
    except BackrunFitError as error:
        return [*found, _failed(given, source, error)], True
    except Exception as error:  # noqa: BLE001 - as above; it costs no other member either
        return [*found, _failed(given, source, error)], False
    return found, True


def _failed(given: Input, source: str, error: BaseException) -> RunResult:
    return RunResult(
        input=given.name, number=given.number, source=source, error=RunError.of(error, source)
    )


def lost(given: Input) -> Checked:
    """What is left of an input that killed its worker."""
    return failed(
        given, WorkerDiedError("the worker died over this file: it was killed or out of memory")
    )


def late(given: Input, limit_s: float | None) -> Checked:
    """What is left of an input whose worker was killed because its time was over."""
    return failed(given, over_time(limit_s))


def failed(given: Input, error: Exception) -> Checked:
    """An input of which nothing is known but an error that may not come again."""
    return Checked(given.number, given.name, None, (_failed(given, given.name, error),), False)
