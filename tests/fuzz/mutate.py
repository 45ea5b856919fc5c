"""Damaging FIT files: the same randomness gives the same damage."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from random import Random
from typing import Final

import fastcrc.crc16

from tests.fuzz.seeds import Seed

__all__ = ["checksummed", "mutant", "mutants"]

MAX_BYTES: Final = 8000

_TELLING_BYTES: Final = (0, 1, 2, 7, 0x0D, 0x0F, 0x20, 0x40, 0x4F, 0x60, 0x7F, 0x80, 0x86, 0xFF)
_TELLING_NUMBERS: Final = (0, 1, 12, 14, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF)
_TELLING_MESSAGES: Final = (0, 18, 19, 20, 21, 26, 27, 34, 206, 207, 0xFFFF)

Damage = Callable[[Random, bytearray, Seed], None]


def mutants(seed: int | str, sound: Sequence[Seed]) -> Iterator[bytes]:
    """Damaged files without end; the same ``seed`` gives the same ones."""
    for number in count():
        yield mutant(Random(f"{seed}/{number}"), sound)


def mutant(random: Random, sound: Sequence[Seed]) -> bytes:
    """One damaged file: a sound one changed once to four times, half with right checksums."""
    seed = random.choice(sound)
    data = bytearray(seed.data)
    for _ in range(random.choice((1, 1, 2, 4))):
        random.choice(_DAMAGES)(random, data, seed)
    if random.random() < 0.15:
        other = random.choice(sound)
        _splice(random, data, other)
    del data[MAX_BYTES:]
    if random.random() < 0.5:
        return checksummed(data, restate_size=random.random() < 0.7)
    return bytes(data)


def checksummed(data: bytes | bytearray, *, restate_size: bool) -> bytes:
    """The bytes with right checksums, so that damage is not caught by them.

    Args:
        data: A file of at least a header; something shorter comes back as it is.
        restate_size: Make the header state the size that there is. Of a chain
            only the first file is put right then as one file, the rest being data.

    Example:
        >>> from tests.fit_bytes import fit_file
        >>> whole = fit_file(b"any")
        >>> checksummed(whole[:-1] + b"?", restate_size=False) == whole
        True
    """
    fixed = bytearray(data)
    head = max(fixed[0], 12) if fixed else 12
    if len(fixed) < head + 2:
        return bytes(data)
    if restate_size:
        fixed[4:8] = (len(fixed) - head - 2).to_bytes(4, "little")
    if head >= 14:
        fixed[12:14] = _crc(fixed[:12])
    end = head + int.from_bytes(fixed[4:8], "little")
    if end + 2 <= len(fixed):
        fixed[end : end + 2] = _crc(fixed[:end])
    return bytes(fixed)


def _crc(data: bytes | bytearray) -> bytes:
    return int(fastcrc.crc16.arc(bytes(data))).to_bytes(2, "little")


def _place(random: Random, data: bytearray) -> int:
    return random.randrange(len(data)) if data else 0


def _byte(random: Random) -> int:
    return random.choice(_TELLING_BYTES) if random.random() < 0.5 else random.randrange(256)


def _set(data: bytearray, at: int, new: bytes) -> None:
    """Overwrite without growing."""
    data[at : at + len(new)] = new[: max(len(data) - at, 0)]


def _flip(random: Random, data: bytearray, _: Seed) -> None:
    for _repeat in range(random.choice((1, 1, 3, 10))):
        _set(
            data,
            at := _place(random, data),
            bytes(b ^ 1 << random.randrange(8) for b in data[at : at + 1]),
        )


def _overwrite(random: Random, data: bytearray, _: Seed) -> None:
    _set(
        data, _place(random, data), bytes(_byte(random) for _ in range(random.choice((1, 2, 4, 9))))
    )


def _overwrite_number(random: Random, data: bytearray, _: Seed) -> None:
    size = random.choice((2, 4, 8))
    number = random.choice(_TELLING_NUMBERS) % (1 << 8 * size)
    order = random.choice(("little", "big"))
    _set(data, _place(random, data), number.to_bytes(size, "big" if order == "big" else "little"))


def _blank(random: Random, data: bytearray, _: Seed) -> None:
    _set(data, _place(random, data), random.choice((b"\0", b"\xff")) * random.randrange(1, 60))


def _record_header(random: Random, data: bytearray, seed: Seed) -> None:
    if seed.places:
        _set(data, random.choice(seed.places).offset, bytes([_byte(random)]))


def _in_definition(random: Random, data: bytearray, seed: Seed) -> None:
    definitions = [place for place in seed.places if place.is_definition]
    if not definitions:
        return
    at = random.choice(definitions)
    which = random.randrange(5)
    if which == 0:  # reserved byte, byte order
        _set(data, at.offset + random.choice((1, 2)), bytes([_byte(random)]))
    elif which == 1:
        number = random.choice(_TELLING_MESSAGES)
        _set(data, at.offset + 3, number.to_bytes(2, "little"))
    elif which == 2:  # how many fields
        _set(data, at.offset + 5, bytes([_byte(random)]))
    else:  # number, size or type of a field
        field = random.randrange(max((at.size - 6) // 3, 1))
        _set(data, at.offset + 6 + 3 * field + random.randrange(3), bytes([_byte(random)]))


def _cut_end(random: Random, data: bytearray, _: Seed) -> None:
    del data[_place(random, data) :]


def _cut_out(random: Random, data: bytearray, _: Seed) -> None:
    at = _place(random, data)
    del data[at : at + random.choice((1, 2, 5, 60))]


def _put_in(random: Random, data: bytearray, _: Seed) -> None:
    at = _place(random, data)
    data[at:at] = random.randbytes(random.choice((1, 2, 5, 40)))


def _put_in_definition(random: Random, data: bytearray, seed: Seed) -> None:
    """A definition of anything, at a place where one may stand."""
    count = random.choice((0, 1, 3, 20, 255))
    fields = random.randbytes(3 * count)
    flags = random.choice((0x40, 0x60))
    head = bytes([flags | random.randrange(16), 0, random.randrange(2)])
    number = random.choice(_TELLING_MESSAGES).to_bytes(2, "little")
    developer = bytes([1]) + random.randbytes(3) if flags & 0x20 else b""
    at = random.choice(seed.places).offset if seed.places else 0
    data[at:at] = head + number + bytes([count]) + fields + developer


def _double(random: Random, data: bytearray, seed: Seed) -> None:
    """Send records again, or any bytes."""
    if seed.places and random.random() < 0.7:
        first = random.choice(seed.places)
        at, size = first.offset, random.choice((first.size, 200))
    else:
        at, size = _place(random, data), random.randrange(1, 300)
    part = data[at : at + size]
    data[at:at] = part * random.choice((1, 1, 2, 8))


def _move(random: Random, data: bytearray, seed: Seed) -> None:
    """Put a record where another stood."""
    if seed.places:
        place = random.choice(seed.places)
        part = data[place.offset : place.offset + place.size]
        del data[place.offset : place.offset + place.size]
        at = random.choice(seed.places).offset
        data[at:at] = part


def _file_header(random: Random, data: bytearray, _: Seed) -> None:
    which = random.randrange(6)
    if which == 0:
        _set(data, 0, bytes([random.choice((0, 1, 11, 12, 13, 14, 15, 20, 255))]))
    elif which == 1:
        _set(data, 1, bytes([_byte(random)]))
    elif which == 2:
        near = max(len(data) + random.choice((-17, -16, -15, -14, -1, 0, 5)), 0)
        size = random.choice((near, *_TELLING_NUMBERS))
        _set(data, 4, size.to_bytes(4, "little"))
    elif which == 3:
        _set(data, random.randrange(8, 12), bytes([_byte(random)]))
    elif which == 4:
        _set(data, 12, random.choice((b"\0\0", random.randbytes(2))))
    else:
        _set(data, 0, random.randbytes(14))


def _file_checksum(random: Random, data: bytearray, _: Seed) -> None:
    if random.random() < 0.3:
        del data[-random.choice((1, 2)) :]
    else:
        _set(data, max(len(data) - 2, 0), random.choice((b"\0\0", random.randbytes(2))))


def _append(random: Random, data: bytearray, seed: Seed) -> None:
    """Something behind the end: zeros, rubbish, a part of a file or a whole one."""
    whole = seed.data[: random.choice((len(seed.data), 12, 14, 30))]
    data += random.choice((bytes(random.randrange(1, 30)), random.randbytes(20), whole))


def _splice(random: Random, data: bytearray, other: Seed) -> None:
    """Go on with another file from some place on."""
    del data[_place(random, data) :]
    at = random.choice(other.places).offset if other.places else 0
    data += other.data[at:]


_DAMAGES: Final[tuple[Damage, ...]] = (
    *(_flip, _overwrite, _overwrite_number, _blank, _record_header, _record_header),
    *(_in_definition, _in_definition, _in_definition, _cut_end, _cut_out, _put_in),
    *(_put_in_definition, _double, _move, _file_header, _file_checksum, _append),
)
