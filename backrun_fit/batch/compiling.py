"""Every session of a plan for every athlete of a roster, as files that are proven."""

from __future__ import annotations

import datetime
import functools
import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeAlias, cast

import attrs

from backrun_fit.athlete import Athlete
from backrun_fit.batch.checking import LIMIT_S, RunError
from backrun_fit.batch.journal import version_text
from backrun_fit.batch.spread import WINDOW, Executors, spread
from backrun_fit.compile import compile_workout
from backrun_fit.devices import GARMIN, DeviceProfile
from backrun_fit.errors import BackrunFitError, SpecError, WorkerDiedError
from backrun_fit.fit.sniff import identity
from backrun_fit.fit.workout_writer import encode_workout
from backrun_fit.output import alike, safe_stem
from backrun_fit.season import Season, parse_season, season_sessions
from backrun_fit.spec import SessionSpec, parse_spec, session
from backrun_fit.spec.file import read_text
from backrun_fit.spec.text import read_document
from backrun_fit.time_limit import checked_limit_s, over_time
from backrun_fit.units import UnitSystem

__all__ = ["INDEX", "CompileResult", "Plan", "compile_all", "compile_many", "load_plan"]

Plan: TypeAlias = SessionSpec | Season
"""What everybody of a roster is to run; the athlete that it names is nobody of them."""

INDEX: Final = "index.csv"
"""Name of a list of all results beside the folders of the athletes, none of which has it."""

# Of a workout's name so many bytes are kept for the athlete's, at least.
_LEAST_OF_ATHLETE: Final = 10
# FIT Profile 21.212, type uint32z: 0 and all ones are no serial numbers.
_LAST_SERIAL_NUMBER: Final = 0xFFFF_FFFE


@attrs.frozen(kw_only=True)
class CompileResult:
    """One session for one athlete: a file, or an error.

    Attributes:
        athlete: Name of the athlete.
        session: Name of the session; empty where the athlete fits no session at all.
        date: The day it is planned for; None for any.
        name: Of the workout on the watch; no other of the batch has it.
        file: Name for the file, with a folder for the athlete; likewise.
        serial_number: Of the file's identity, likewise; None where there is an error.
        data: Bytes of the file, read back and equal; None where there is an error.
        adjustments: What was changed so that the device takes it, one sentence each.
        warnings: What is doubtful about it.
        error: None where there is a file.
    """

    athlete: str
    session: str
    date: datetime.date | None
    name: str
    file: str
    serial_number: int | None = None
    data: bytes | None = attrs.field(default=None, repr=False)
    adjustments: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    error: RunError | None = None


@attrs.frozen(kw_only=True)
class _Task:
    """What a worker is to compile.

    Attributes:
        spec: With the name that the watch is to show; None where there is only an error.
        created_at: As written into the file.
        result: All that is known before.
    """

    spec: SessionSpec | None
    created_at: datetime.datetime | None
    result: CompileResult


def compile_many(
    roster: Sequence[Athlete],
    plan: Plan | Sequence[Plan],
    executor: Executors | None = None,
    *,
    device: DeviceProfile = GARMIN,
    units: UnitSystem | None = None,
    created_at: datetime.datetime | None = None,
    limit_s: float | None = LIMIT_S,
    window: int = WINDOW,
) -> Iterator[CompileResult]:
    r"""Compile every session for every athlete.

    A workout is called by its session and its athlete, cut and numbered where it has to be,
    so that no two of a batch share a name, a file or an identity: a serial number that two
    contents share by chance (one pair in a hundred batches of ten thousand) is counted up
    for the later one. All of that depends on roster and plan alone.

    Args:
        roster: Each with a name.
        plan: A session, a season or several of them.
        executor: As ``check_many`` takes it.
        device: What the workouts have to fit.
        units: In which units people read them; None takes the plan's.
        created_at: Aware instant, written into the files; None takes midnight UTC of the
            session's day, or of the season's first.
        limit_s: Seconds that one workout may take, on an executor that ``processes`` makes;
            None for as long as it takes.
        window: As ``check_many`` takes it.

    Yields:
        One result a workout, by athlete and then by session; a session that an athlete
        lacks the pace for is an error among them.

    Raises:
        SpecError: ``created_at`` is missing and a session has no date, or the limit is no
            number of seconds.
        BatchError: The executor gave up.

    Example:
        >>> from backrun_fit.batch.roster import parse_roster
        >>> from backrun_fit.spec import parse_spec
        >>> roster = parse_roster("name,marathon_pace\nAnn,8:00/mi\nBo,7:30/mi\n")
        >>> spec = parse_spec("{name: Long run, date: 2026-03-01, run: 8mi @ easy}")
        >>> for result in compile_many(roster, spec):
        ...     print(result.name, result.file, result.error)
        Long run Ann Ann/2026-03-01-Long-run-Ann.fit None
        Long run Bo Bo/2026-03-01-Long-run-Bo.fit None
    """
    made = compile_all(
        roster,
        (plan,) if isinstance(plan, SessionSpec | Season) else tuple(plan),
        executor,
        device=device,
        units=units,
        created_at=created_at,
        limit_s=limit_s,
        window=window,
    )
    return (result for result, _ in made)


def compile_all(
    roster: Sequence[Athlete],
    plans: Sequence[Plan],
    executor: Executors | None = None,
    *,
    device: DeviceProfile = GARMIN,
    units: UnitSystem | None = None,
    created_at: datetime.datetime | None = None,
    limit_s: float | None = LIMIT_S,
    window: int = WINDOW,
    known: Callable[[str, str], CompileResult | None] = lambda file, key: None,
) -> Iterator[tuple[CompileResult, str | None]]:
    """Compile as ``compile_many`` does, but for what an earlier run had done.

    Args:
        roster: As there.
        plans: One or more.
        executor: As there.
        device: As there.
        units: As there.
        created_at: As there.
        limit_s: As there.
        window: As there.
        known: Asked with the name of each file and the key of all that it depends on; its
            result from before, else None.

    Yields:
        Each result with that key; None where another run may come to another result.
    """
    checked_limit_s(limit_s, "limit_s")
    depends = repr((version_text(), device, units))
    waiting: deque[tuple[_Task, str, CompileResult | None]] = deque()

    def tasks() -> Iterator[_Task]:
        for task in _tasks(roster, plans, created_at, device.workout_name_bytes - 1):
            key = hashlib.sha256(repr((depends, task)).encode(errors="backslashreplace"))
            before = known(task.result.file, key.hexdigest())
            waiting.append((task, key.hexdigest(), before))
            if before is None:
                yield task

    work = functools.partial(_compile, device=device, units=units)
    serial_numbers: set[int] = set()

    def counted(task: _Task, key: str, result: CompileResult) -> tuple[CompileResult, str | None]:
        found = result
        while found.serial_number is not None and found.serial_number in serial_numbers:
            following = found.serial_number % _LAST_SERIAL_NUMBER + 1
            found = work(task, serial_number=following)
        if found.serial_number is not None:
            serial_numbers.add(found.serial_number)
        # A number that was counted up depends on the others.
        return found, key if found is result and found.error is None else None

    def done_before() -> Iterator[tuple[CompileResult, str | None]]:
        while waiting and waiting[0][2] is not None:
            task, key, before = waiting.popleft()
            if before is not None:
                yield counted(task, key, before)

    for result in spread(
        work,
        tasks(),
        executor,
        lost=_lost,
        late=functools.partial(_late, limit_s=limit_s),
        limit_s=limit_s,
        window=window,
    ):
        yield from done_before()
        task, key, _ = waiting.popleft()
        yield counted(task, key, result)
    yield from done_before()


def load_plan(path: str | os.PathLike[str]) -> Plan:
    """Read a session spec, or a season where the file says how many weeks it has.

    Raises:
        SpecError: All problems at once, with the file's path as the source.
    """
    text, format_ = read_text(path)
    source = os.fspath(path)
    if "weeks" in read_document(text, format_, source).data:
        return parse_season(text, format_, source)
    return parse_spec(text, format_, source)


def _compile(
    task: _Task,
    *,
    device: DeviceProfile,
    units: UnitSystem | None,
    serial_number: int | None = None,
) -> CompileResult:
    spec, result = task.spec, task.result
    if spec is None:
        return result
    try:
        compiled = compile_workout(
            session(spec), spec.athlete, device=device, units=units or spec.units
        )
        data = encode_workout(compiled, created_at=task.created_at, serial_number=serial_number)
        *_, number = identity(data)
    # One that meets a mistake of ours shall cost no other.
    except Exception as error:  # noqa: BLE001
        return attrs.evolve(result, error=RunError.of(error, result.name))
    return attrs.evolve(
        result,
        serial_number=cast(int, number),
        data=data,
        adjustments=(*result.adjustments, *compiled.adjustments),
        warnings=compiled.warnings,
    )


def _lost(task: _Task) -> CompileResult:
    error = WorkerDiedError("the worker died over this workout: it was killed or out of memory")
    return attrs.evolve(task.result, error=RunError.of(error, task.result.name))


def _late(task: _Task, limit_s: float | None) -> CompileResult:
    return attrs.evolve(task.result, error=RunError.of(over_time(limit_s), task.result.name))


def _tasks(
    roster: Iterable[Athlete],
    plans: Sequence[Plan],
    created_at: datetime.datetime | None,
    room_bytes: int,
) -> Iterator[_Task]:
    names, stems, folders = _Unique(), _Unique(), _Unique(INDEX)
    for athlete in roster:
        whose = athlete.name or "athlete"
        folder = folders.one_of(safe_stem(whose))
        for spec, at in _sessions(athlete, plans):
            if isinstance(spec, RunError):
                nothing = CompileResult(
                    athlete=whose, session="", date=None, name="", file=folder, error=spec
                )
                yield _Task(spec=None, created_at=None, result=nothing)
                continue
            stamp = created_at or at
            if stamp is None:
                raise SpecError(f"{spec.name!r}: expected a date, or created_at, got neither")
            name = names.one_of(_called(spec.name, whose, room_bytes), room_bytes)
            wanted = f"{spec.name} {whose}"
            stem = safe_stem(f"{spec.date.isoformat()} {name}" if spec.date else name)
            yield _Task(
                spec=attrs.evolve(spec, name=name, athlete=athlete),
                created_at=stamp,
                result=CompileResult(
                    athlete=whose,
                    session=spec.name,
                    date=spec.date,
                    name=name,
                    file=f"{folder}/{stems.one_of(stem, joint='-')}.fit",
                    adjustments=()
                    if name == wanted
                    else (f"workout name: {wanted!r} is called {name!r}",),
                ),
            )


def _sessions(
    athlete: Athlete, plans: Iterable[Plan]
) -> Iterator[tuple[SessionSpec | RunError, datetime.datetime | None]]:
    """The sessions of an athlete, each with the instant that stands for its making."""
    for plan in plans:
        if isinstance(plan, SessionSpec):
            yield plan, None if plan.date is None else _midnight(plan.date)
            continue
        try:
            dated = season_sessions(attrs.evolve(plan, athlete=athlete))
        except BackrunFitError as error:
            yield RunError.of(error, ""), None
            continue
        for one in dated:
            yield one.spec, _midnight(plan.start)


def _midnight(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(), datetime.UTC)


def _called(session_name: str, athlete: str, room_bytes: int) -> str:
    """The session's name and the athlete's, both cut at a code point where they have to be."""
    left = room_bytes - 1 - len(session_name.encode())
    whose = _cut(athlete, max(_LEAST_OF_ATHLETE, left))
    return f"{_cut(session_name, room_bytes - 1 - len(whose.encode()))} {whose}"


def _cut(text: str, room_bytes: int) -> str:
    return text.encode()[:room_bytes].decode(errors="ignore").rstrip()


class _Unique:
    """Texts of which no two are alike (see ``alike``); later ones get numbers."""

    def __init__(self, *taken: str) -> None:
        self._taken = set(map(alike, taken))
        self._last: dict[str, int] = {}

    def one_of(self, text: str, room_bytes: int = 120, joint: str = " ") -> str:
        """The text, or with a number behind it where it is taken."""
        found = text
        while alike(found) in self._taken:
            number = self._last.get(alike(text), 1) + 1
            self._last[alike(text)] = number
            tail = f"{joint}{number}"
            found = _cut(text, room_bytes - len(tail)) + tail
        self._taken.add(alike(found))
        return found
