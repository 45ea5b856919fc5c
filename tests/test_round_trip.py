"""Claims about what is not known: a workout file that is read and written holds all it held.

Two readers that share no code with the package compare every field of every message.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backrun_fit.compiled import CompiledWorkout
from backrun_fit.errors import DecodeError
from backrun_fit.fit.read_back import _Instants
from backrun_fit.fit.workout_reader import read_workout
from backrun_fit.fit.workout_writer import encode_workout
from tests.fit_bytes import (
    BYTE,
    ENUM,
    FLOAT32,
    FLOAT64,
    SINT8,
    SINT16,
    SINT32,
    SINT64,
    STRING,
    UINT8,
    UINT8Z,
    UINT16,
    UINT16Z,
    UINT32,
    UINT32Z,
    UINT64,
    UINT64Z,
    definition,
    fit_file,
    message,
)
from tests.oracles.raw import READERS, Message, differences, read_fitdecode
from tests.planned import workout_messages

AT = datetime(2026, 3, 1, tzinfo=UTC)
FILE_ID, WORKOUT, STEP, DESCRIPTION, DEVELOPER_ID = 0, 26, 27, 206, 207
REPEAT_COUNT: Final = 6
REPEATS: Final = (*range(6, 14), 17, 18, 27)

CODES: Final = {
    ENUM: "B",
    SINT8: "b",
    UINT8: "B",
    UINT8Z: "B",
    BYTE: "B",
    STRING: "s",
    SINT16: "h",
    UINT16: "H",
    UINT16Z: "H",
    SINT32: "i",
    UINT32: "I",
    UINT32Z: "I",
    FLOAT32: "f",
    FLOAT64: "d",
    SINT64: "q",
    UINT64: "Q",
    UINT64Z: "Q",
}
KNOWN: Final = {WORKOUT: {4, 6, 8, 11, 17, 254}, STEP: {*range(9), 18, *range(19, 23), 254}}
"""Fields that the package's model of a workout has."""

Value: TypeAlias = int | float | bytes | tuple[int | float, ...]
Field: TypeAlias = tuple[int, int, Value]
"""Number, base type, value; a text as its bytes."""


def chunk(
    number: int,
    fields: Sequence[Field],
    *,
    developer: Sequence[tuple[int, int, int, Value]] = (),
    big_endian: bool = False,
) -> bytes:
    """A message with a definition of its own; a developer field begins with its index."""
    cells = [_cell(kind, value, big_endian) for _, kind, value in fields]
    beside = [_cell(kind, value, big_endian) for _, _, kind, value in developer]
    sizes = [(field[0], len(cell), field[1]) for field, cell in zip(fields, cells, strict=True)]
    developers = [
        (field[1], len(cell), field[0]) for field, cell in zip(developer, beside, strict=True)
    ]
    return definition(
        0, number, sizes, developer=developers or None, big_endian=big_endian
    ) + message(0, b"".join([*cells, *beside]))


def _cell(kind: int, value: Value, big_endian: bool) -> bytes:
    if isinstance(value, bytes):
        return value
    items = value if isinstance(value, tuple) else (value,)
    return struct.pack(f"{'>' if big_endian else '<'}{len(items)}{CODES[kind]}", *items)


def text(value: str) -> tuple[int, bytes]:
    return STRING, value.encode() + b"\0"


def file_id(*, big_endian: bool = False) -> bytes:
    fields: list[Field] = [(0, ENUM, 5), (1, UINT16, 1), (3, UINT32Z, 77), (4, UINT32, 10**9)]
    return chunk(FILE_ID, fields, big_endian=big_endian)


def step(index: int, *fields: Field) -> bytes:
    return chunk(STEP, [(254, UINT16, index), (1, ENUM, 5), (3, ENUM, 2), *fields])


def repeat(index: int, first: int, count: int = 3) -> bytes:
    fields = [(254, UINT16, index), (1, ENUM, REPEAT_COUNT), (2, UINT32, first), (4, UINT32, count)]
    return chunk(STEP, fields)


def lost(data: bytes) -> list[str]:
    """What is not the same after reading and writing, by either reader."""
    written = encode_workout(read_workout(data), created_at=None)
    return [
        f"{name}: {text}"
        for name, read in READERS.items()
        for text in differences(read(data), read(written))
    ]


def numbers_of(kind: int) -> st.SearchStrategy[int | float]:
    """Every number of a base type, the one that stands for none too.

    But for what is no quantity: the reader takes infinity, and 1e100 and more, for damage.
    """
    if kind in (FLOAT32, FLOAT64):
        numbers = st.floats(width=32) if kind == FLOAT32 else st.floats()
        return numbers.filter(lambda number: not abs(number) >= 1e100)
    bits = 8 * struct.calcsize(CODES[kind])
    low = -(2 ** (bits - 1)) if CODES[kind].islower() else 0
    return st.integers(low, low + 2**bits - 1)


def values_of(kind: int) -> st.SearchStrategy[Value]:
    """One number, an array, or a text with garbage behind its end."""
    if kind == STRING:
        said = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=10)
        return st.tuples(said, st.binary(max_size=6)).map(
            lambda parts: parts[0].encode() + b"\0" + parts[1]
        )
    one = numbers_of(kind)
    return one | st.lists(one, min_size=2, max_size=4).map(tuple)


def unknown_fields(message_number: int) -> st.SearchStrategy[list[Field]]:
    """Fields that no profile has, of every base type."""
    numbers = st.integers(60, 240).filter(
        lambda number: number not in KNOWN.get(message_number, ())
    )
    one = st.sampled_from(sorted(CODES)).flatmap(
        lambda kind: st.tuples(numbers, st.just(kind), values_of(kind))
    )
    return st.lists(one, max_size=3, unique_by=lambda field: field[0])


UNKNOWN_MESSAGES = st.lists(
    st.tuples(st.integers(0xFF00, 0xFFFE), unknown_fields(0xFF00).filter(bool)), max_size=2
)
SHORT_TEXT = st.binary(max_size=4).flatmap(
    lambda garbage: st.sampled_from(("Easy", "Läufig", "Back 60 s", "")).map(
        lambda said: said.encode() + b"\0" + garbage
    )
)
DEVELOPER_KINDS = (UINT8, UINT16, UINT32, SINT32, FLOAT32, BYTE)


@st.composite
def step_fields(draw: st.DrawFn, index: int, flags: int | None) -> list[Field]:
    """A step with any duration and any target, or a repeat from the first message."""
    fields: list[Field] = [] if flags is None else [(254, UINT16, flags | index)]
    kind = draw(st.integers(0, 30).filter(lambda number: index or number not in REPEATS))
    value = 0 if kind in REPEATS else draw(st.integers(0, 2**32 - 1))
    fields += [(1, ENUM, kind), (2, UINT32, value), (4, UINT32, draw(st.integers(1, 50)))]
    low_high = draw(st.lists(st.integers(0, 2**32 - 1), min_size=2, max_size=2))
    fields += [(3, ENUM, draw(st.integers(0, 15)))]
    if draw(st.booleans()):
        fields += [(5, UINT32, low_high[0]), (6, UINT32, low_high[1])]
    if draw(st.booleans()):
        fields += [(19, ENUM, draw(st.integers(0, 15))), (20, UINT32, draw(st.integers(0, 9)))]
    if draw(st.booleans()):
        fields += [(7, ENUM, draw(st.integers(0, 255))), (18, ENUM, draw(st.integers(0, 2)))]
    if draw(st.booleans()):
        fields += [(0, STRING, draw(SHORT_TEXT)), (8, STRING, draw(SHORT_TEXT))]
    return [*fields, *draw(unknown_fields(STEP))]


@st.composite
def workout_files(draw: st.DrawFn) -> bytes:
    """A file of some maker: in any order, with what nobody but that maker knows."""
    big = draw(st.booleans())
    flags = draw(st.none() | st.sampled_from((0, 0x8000, 0x7000)))
    kind = draw(st.none() | st.sampled_from(DEVELOPER_KINDS))
    described = []
    if kind is not None:
        described = [
            chunk(DEVELOPER_ID, [(3, UINT8, 0), (1, BYTE, tuple(range(16)))], big_endian=big),
            chunk(
                DESCRIPTION,
                [(0, UINT8, 0), (1, UINT8, 5), (2, UINT8, kind), (3, *text("Ease"))],
                big_endian=big,
            ),
        ]

    def made(number: int, fields: Sequence[Field]) -> bytes:
        beside = []
        if kind is not None and number in (WORKOUT, STEP) and draw(st.booleans()):
            beside = [(0, 5, kind, draw(values_of(kind)))]
        return chunk(number, fields, developer=beside, big_endian=big)

    steps = [
        made(STEP, draw(step_fields(index, flags))) for index in range(draw(st.integers(1, 4)))
    ]
    head = made(
        WORKOUT,
        [
            (4, ENUM, draw(st.integers(0, 255))),
            (6, UINT16, draw(st.integers(0, 9))),
            (8, STRING, draw(SHORT_TEXT)),
            (11, ENUM, draw(st.integers(0, 255))),
            *draw(unknown_fields(WORKOUT)),
        ],
    )
    body = [*steps, head] if draw(st.booleans()) else [head, *steps]
    before, after = (
        [made(number, fields) for number, fields in draw(UNKNOWN_MESSAGES)] for _ in range(2)
    )
    return fit_file(file_id(big_endian=big), *described, *before, *body, *after)


@given(workout_files())
def test_a_file_of_any_maker_is_written_as_it_was_read(data: bytes) -> None:
    try:
        read_workout(data)
    except DecodeError as error:  # repeats that the limits refuse
        assume("repeat" not in str(error) and "executions" not in str(error))
    assert lost(data) == []


HEAD = chunk(WORKOUT, [(4, ENUM, 1), (8, *text("Plan")), (6, UINT16, 1)])


@pytest.mark.parametrize("kind", sorted(CODES))
@pytest.mark.parametrize("big_endian", [False, True])
def test_an_unknown_field_of_each_base_type_is_kept(kind: int, big_endian: bool) -> None:
    one: Value = b"made\0\xff\xfe" if kind == STRING else 1.5 if CODES[kind] in "fd" else 101
    many: Value = b"\0" if kind == STRING else (1, 2, 3)
    fields: list[Field] = [(1, ENUM, 5), (3, ENUM, 2), (100, kind, one), (101, kind, many)]
    data = fit_file(
        file_id(big_endian=big_endian),
        chunk(WORKOUT, [(4, ENUM, 1), (200, kind, one)], big_endian=big_endian),
        chunk(STEP, fields, big_endian=big_endian),
        chunk(0xFF01, [(0, kind, one)], big_endian=big_endian),
    )
    assert lost(data) == []
    held = {found.number: found for found in read_fitdecode(data)}
    assert held[STEP].value(100) is not None
    assert held[WORKOUT].value(200) is not None


@pytest.mark.parametrize(
    "chunks",
    [
        pytest.param([step(0), HEAD], id="steps before the workout"),
        pytest.param([HEAD, step(0x8000), step(0x8001)], id="flags in the index"),
        pytest.param([HEAD, chunk(STEP, [(1, ENUM, 5)])], id="no index"),
        pytest.param([chunk(WORKOUT, [(4, ENUM, 250), (11, ENUM, 251)]), step(0)], id="sport"),
        pytest.param([chunk(0xFF02, [(7, UINT8, 1)]), HEAD, step(0)], id="message before"),
        pytest.param([HEAD, step(0), chunk(0xFF02, [(7, UINT8, 1)])], id="message after"),
        pytest.param([HEAD, step(0, (8, STRING, b"Run\0old notes\xff"))], id="garbage after NUL"),
        pytest.param([HEAD, step(0, (7, ENUM, 99))], id="intensity"),
        pytest.param([HEAD, step(0), step(1), repeat(2, 0), repeat(3, 0)], id="nested repeats"),
    ],
)
def test_what_makers_do_otherwise_is_kept(chunks: list[bytes]) -> None:
    assert lost(fit_file(file_id(), *chunks)) == []


def test_bytes_of_different_lengths_are_kept() -> None:
    """The number that fills up what is too short says "none", which one byte never does."""
    steps = [step(0, (100, BYTE, 1)), step(1, (100, BYTE, (1, 2))), step(2)]
    assert lost(fit_file(file_id(), HEAD, *steps)) == []


def test_a_sport_that_an_old_reader_has_no_word_for_is_kept() -> None:
    """62 is HIIT, and breathing: younger than the profile of the library that proves files."""
    hiit = chunk(WORKOUT, [(4, ENUM, 62), (11, ENUM, 62)])
    data = fit_file(file_id(), hiit, step(0))
    assert (read_workout(data).sport, read_workout(data).sub_sport) == ("hiit", "breathing")
    assert lost(data) == []


def test_developer_fields_of_a_workout_in_an_activity_are_kept_with_what_describes_them() -> None:
    of_activity = [(0, ENUM, 4), (1, UINT16, 1), (3, UINT32Z, 77), (4, UINT32, 10**9)]
    described = [
        chunk(DEVELOPER_ID, [(3, UINT8, 0), (1, BYTE, tuple(range(16)))]),
        chunk(DESCRIPTION, [(0, UINT8, 0), (1, UINT8, 5), (2, UINT8, UINT16), (3, *text("Ease"))]),
    ]
    one = chunk(STEP, [(254, UINT16, 0), (1, ENUM, 5)], developer=[(0, 5, UINT16, 513)])
    data = fit_file(chunk(FILE_ID, of_activity), *described, HEAD, one)
    written = encode_workout(read_workout(data), created_at=AT)
    for read in READERS.values():
        (found,) = (message for message in read(written) if message.number == STEP)
        assert found.cells[0, 5] == ("uint16", 513)


def test_a_proof_is_not_disturbed_by_another_one_in_another_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def plan(kind: int, value: Value) -> CompiledWorkout:
        described = [
            chunk(DEVELOPER_ID, [(3, UINT8, 0), (1, BYTE, tuple(range(16)))]),
            chunk(DESCRIPTION, [(0, UINT8, 0), (1, UINT8, 5), (2, UINT8, kind), (3, *text("E"))]),
        ]
        one = chunk(STEP, [(254, UINT16, 0), (1, ENUM, 5)], developer=[(0, 5, kind, value)])
        return read_workout(fit_file(file_id(), *described, HEAD, one))

    one, other = plan(FLOAT32, 1.5), plan(UINT16, 513)
    begun: list[Future[bytes]] = []

    def meanwhile(_: object, message: Any) -> None:
        if message.name == "workout" and not begun:
            begun.append(threads.submit(encode_workout, other, created_at=None))
            wait(begun, timeout=0.5)

    monkeypatch.setattr(_Instants, "run_message_processor", meanwhile)
    with ThreadPoolExecutor(1) as threads:
        encode_workout(one, created_at=None)
    assert read_workout(begun[0].result()) == other


def test_steps_in_another_order_are_kept_in_that_of_their_indexes() -> None:
    steps = [step(0, (100, UINT8, 1)), step(1, (100, UINT8, 2)), repeat(2, 0)]
    data = fit_file(file_id(), HEAD, *reversed(steps))
    written = encode_workout(read_workout(data), created_at=None)
    in_order = fit_file(file_id(), HEAD, *steps)
    assert differences(read_fitdecode(in_order), read_fitdecode(written)) == []


@pytest.mark.parametrize(
    ("chunks", "complaint"),
    [
        ([step(0), repeat(1, 5)], r"message 1: .* got one from message 5"),
        ([step(0), repeat(1, 1)], r"message 1: .* got one from message 1"),
        ([repeat(0, 0)], r"message 0: .* got one from message 0"),
        ([step(0), step(1), repeat(2, 0), step(3), repeat(4, 1)], r"message 4: .* from message 1"),
        ([step(0), step(2)], r"message indexes 0 to 2, got none for \[1\]"),
    ],
)
def test_repeats_that_dangle_or_cross_are_refused_with_the_message_named(
    chunks: list[bytes], complaint: str
) -> None:
    with pytest.raises(DecodeError, match=complaint):
        read_workout(fit_file(file_id(), HEAD, *chunks))


def workout_paths(corpus: Path) -> list[Path]:
    """Every workout file: those of ``plans/``, and four samples of FIT's own."""
    return sorted([*(corpus / "plans").glob("*.fit"), *(corpus / "decode").glob("Workout*.fit")])


def test_every_field_of_every_workout_file_is_written_as_it_was_read(corpus: Path) -> None:
    found = {path.name: lost(path.read_bytes()) for path in workout_paths(corpus)}
    assert {name: what for name, what in found.items() if what} == {}
    assert len(found) == 38 + 4


def test_the_corpus_has_developer_fields_and_messages_and_fields_that_are_not_known(
    corpus: Path,
) -> None:
    """So the claim above is about something."""
    messages = [one for path in workout_paths(corpus) for one in read_fitdecode(path.read_bytes())]
    assert any(key[0] is not None for one in messages for key in one.cells)
    assert {one.number for one in messages} > {FILE_ID, WORKOUT, STEP}
    assert any(_unknown(one) for one in messages)


def _unknown(one: Message) -> dict[object, object]:
    """The fields of a workout or step that the model does not have."""
    return {
        key: cell
        for key, cell in one.cells.items()
        if key[0] is not None or key[1] not in KNOWN.get(one.number, set())
    }


def test_unknown_fields_of_a_workout_in_an_activity_survive(corpus: Path) -> None:
    kept = 0
    for path in sorted((corpus / "structured").glob("*.fit")):
        before = _workout_of(path.read_bytes())
        after = _workout_of(encode_workout(read_workout(path), created_at=AT))
        assert before == after, path.name
        kept += sum(map(len, before))
    assert kept > 200


def _workout_of(data: bytes) -> list[dict[object, object]]:
    return [_unknown(one) for one in workout_messages(data)]


SEEN: Sequence[bytes] = (
    step(0, (100, UINT16, 8)),
    step(0, (100, UINT32, 7)),
    step(0, (101, UINT16, 7)),
    step(0),
    step(0, (100, UINT16, (7, 7))),
    step(0, (100, UINT16, 7)) + chunk(0xFF01, [(0, UINT8, 1)]),
)


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("other", range(len(SEEN)))
def test_the_comparison_sees_a_field_or_message_that_differs_or_is_lost(
    name: str, other: int
) -> None:
    read = READERS[name]
    one = read(fit_file(file_id(), HEAD, step(0, (100, UINT16, 7))))
    assert differences(one, one) == []
    changed = read(fit_file(file_id(), HEAD, SEEN[other]))
    assert differences(one, changed) != []
    assert differences(changed, one) != []
