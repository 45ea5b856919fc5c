"""Claims about the checksums of a workout file, which the proof works out by itself."""

from __future__ import annotations

import struct
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.compiled import CompiledWorkout
from backrun_fit.errors import EncodeError
from backrun_fit.fit.columns import decode
from backrun_fit.fit.proof import prove
from backrun_fit.fit.raw_reader import raw_messages_beside
from backrun_fit.fit.workout_writer import encode_workout
from backrun_fit.workout import DistanceDuration, Step
from tests.fit_bytes import crc16

AT = datetime(2026, 3, 1, tzinfo=UTC)
PLAN = CompiledWorkout(
    name="One mile", messages=(Step(duration=DistanceDuration(distance_m=1609.0)),)
)
DATA = encode_workout(PLAN, created_at=AT)
MESSAGES = raw_messages_beside(decode(DATA).segments[0], ())


def sealed(data: bytes) -> bytes:
    """With the right checksum for the whole file, whatever the header's is."""
    return data[:-2] + struct.pack("<H", crc16(data[:-2]))


@given(st.integers(0, 8 * len(DATA) - 1))
def test_one_bit_that_is_not_as_written_is_refused(bit: int) -> None:
    place, mask = bit // 8, 1 << bit % 8
    changed = DATA[:place] + bytes([DATA[place] ^ mask]) + DATA[place + 1 :]
    with pytest.raises(EncodeError, match="wrong checksum"):
        prove(changed, MESSAGES, PLAN, created_at=AT)


def test_a_header_with_a_wrong_checksum_of_its_own_is_refused() -> None:
    prove(sealed(DATA), MESSAGES, PLAN, created_at=AT)
    changed = sealed(DATA[:12] + bytes([DATA[12] ^ 1]) + DATA[13:])
    with pytest.raises(EncodeError, match="wrong checksum"):
        prove(changed, MESSAGES, PLAN, created_at=AT)


def test_another_text_with_the_right_checksum_is_refused_for_what_it_says() -> None:
    changed = sealed(DATA.replace(b"One mile", b"Two mile"))
    with pytest.raises(EncodeError, match="expected 'One mile', read 'Two mile'"):
        prove(changed, MESSAGES, PLAN, created_at=AT)
