"""Sound little FIT files from which the damaged ones are made."""

from __future__ import annotations

import functools
import struct
from pathlib import Path
from typing import Final

import attrs

from tests.conftest import ROOT
from tests.fit_bytes import (
    BYTE,
    ENUM,
    FLOAT32,
    FLOAT64,
    SINT8,
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
    compressed,
    definition,
    fit_file,
    message,
)
from tests.fuzz.reference import Place, walk_plainly

__all__ = ["Seed", "seeds"]

_CUT_BYTES: Final = 3000

_FILE_ID, _SESSION, _LAP, _RECORD, _EVENT, _WORKOUT, _STEP = 0, 18, 19, 20, 21, 26, 27
_FIELD_DESCRIPTION: Final = 206
_TIMESTAMP: Final = (253, 4, UINT32)
_START: Final = 1_000_000_000


@attrs.frozen
class Seed:
    """A sound FIT file and where its records lie.

    Attributes:
        name: For people.
        data: The file.
        places: Its records in order; of a chain those of the first file.
    """

    name: str
    data: bytes
    places: tuple[Place, ...]

    @classmethod
    def of(cls, name: str, data: bytes) -> Seed:
        """The seed with this content."""
        start = data[0]
        end = start + int.from_bytes(data[4:8], "little")
        return cls(name, data, tuple(walk_plainly(data, start, end).places))


@functools.cache
def seeds() -> tuple[Seed, ...]:
    """All of them, in a fixed order.

    Example:
        >>> len(seeds()) >= 18, max(len(seed.data) for seed in seeds()) < 7000
        (True, True)
    """
    fixtures = ROOT / "fixtures"
    found = [_cut(path) for path in sorted((fixtures / "activities").glob("*.fit"))]
    found += [
        Seed.of(path.stem, path.read_bytes())
        for path in sorted((fixtures / "workouts").glob("*.fit"))
    ]
    return (*found, *(Seed.of(name, data) for name, data in _handmade().items()))


def _cut(path: Path) -> Seed:
    """The first whole records of a file, with a header and checksums of their own."""
    data = path.read_bytes()
    places = Seed.of(path.stem, data).places
    end = max(place.offset + place.size for place in places if place.offset < _CUT_BYTES)
    return Seed.of(f"{path.stem} cut", fit_file(data[data[0] : end]))


def _handmade() -> dict[str, bytes]:
    run = (
        definition(0, _RECORD, [_TIMESTAMP, (3, 1, UINT8), (5, 4, UINT32), (6, 2, UINT16)]),
        *(message(0, struct.pack("<IBIH", _START + i, 120 + i, 300 * i, 3000)) for i in range(9)),
    )
    lap_fields = [_TIMESTAMP, (2, 4, UINT32), (7, 4, UINT32), (8, 4, UINT32), (9, 4, UINT32)]
    lap = struct.pack("<5I", _START + 9, _START, 9000, 9000, 2700)
    file_id = _file_id(4)
    activity = fit_file(
        file_id,
        *run,
        definition(1, _LAP, lap_fields),
        message(1, lap),
        definition(2, _SESSION, [*lap_fields, (5, 1, ENUM), (6, 1, ENUM)]),
        message(2, lap + b"\x01\x01"),
        definition(3, _EVENT, [_TIMESTAMP, (0, 1, ENUM), (1, 1, ENUM)]),
        *(message(3, struct.pack("<IBB", _START + 9 * kind, 0, 4 * kind)) for kind in (0, 1)),
    )
    pulse = definition(0, _RECORD, [(3, 1, UINT8)])
    return {
        "activity": activity,
        "empty": fit_file(),
        "twelve-byte header": fit_file(file_id, *run, header_size=12),
        "long header": fit_file(file_id, *run, header_size=20),
        "big endian": _big_endian(),
        "compressed timestamps": _compressed_timestamps(),
        "developer fields": _developer_fields(),
        "arrays and strings": _arrays_and_strings(),
        "every base type": _every_base_type(),
        "255 fields": fit_file(
            definition(0, _RECORD, [(n, 1, UINT8) for n in range(255)]),
            *(message(0, bytes(range(255))) for _ in range(2)),
            definition(1, _LAP, [], developer=[(n, 1, 0) for n in range(255)]),
            message(1, bytes(range(255))),
        ),
        "largest message": fit_file(
            definition(0, _RECORD, [(n, 255, BYTE) for n in range(20)]), message(0, bytes(5100))
        ),
        "chain": activity + fit_file(_file_id(5), *_steps()) + fit_file(*run, header_size=12),
        "workout": fit_file(_file_id(5), *_steps()),
        "redefinitions": fit_file(
            *(
                part
                for i in range(30)
                for part in (
                    definition(i % 16, _RECORD, [(3 + i % 5, 1 + i % 4, UINT8)] * (1 + i % 3)),
                    message(i % 16, bytes((1 + i % 4) * (1 + i % 3))),
                )
            )
        ),
        # Long enough for every way in which the walk takes many messages at once.
        "a long run of one kind": fit_file(
            pulse, *(message(0, bytes([100 + i % 80])) for i in range(900))
        ),
        "a run of kinds that alternate": fit_file(
            pulse,
            definition(1, _EVENT, [(0, 1, ENUM), (1, 1, ENUM)]),
            *(
                message(1, b"\0\4") if i % 3 else message(0, bytes([100 + i % 80]))
                for i in range(600)
            ),
        ),
        "messages of no bytes": fit_file(
            definition(0, _RECORD, []),
            *(message(0, b"") for _ in range(300)),
            definition(1, _RECORD, [(3, 0, UINT8)]),
            *(compressed(1, i % 32, b"") for i in range(300)),
        ),
        "definitions between many messages": fit_file(
            *(
                part
                for i in range(8)
                for part in (
                    definition(i % 3, _RECORD, [(3, 1 + i % 2, UINT8), (4, i % 4, UINT8)]),
                    *(message(i % 3, bytes(1 + i % 2 + i % 4)) for _ in range(15 + 9 * i)),
                    *(message(0, bytes(1 + (i // 3 * 3) % 2 + (i // 3 * 3) % 4)) for _ in range(i)),
                )
            )
        ),
        "longer than a window": fit_file(
            definition(0, _RECORD, [_TIMESTAMP, (3, 1, UINT8)]),
            pulse.replace(b"\x40", b"\x41", 1),
            *(
                message(1, b"\x64") if i % 7 else message(0, struct.pack("<IB", _START + i, 99))
                for i in range(2200)
            ),
        ),
    }


def _file_id(kind: int) -> bytes:
    fields = [(0, 1, ENUM), (1, 2, UINT16), (2, 2, UINT16), (3, 4, UINT32Z), (4, 4, UINT32)]
    body = struct.pack("<BHHII", kind, 255, 0, 1234, _START)
    return definition(0, _FILE_ID, fields) + message(0, body)


def _steps() -> tuple[bytes, ...]:
    fields = [(254, 2, UINT16), (1, 1, ENUM), (2, 4, UINT32), (3, 1, ENUM), (4, 4, UINT32)]
    fields += [(5, 4, UINT32), (6, 4, UINT32), (7, 1, ENUM), (0, 8, STRING)]
    rows = [
        (0, 1, 160934, 0, 0, 3000, 3500, 0, b"Mile"),
        (1, 0, 60000, 4, 0, 220, 240, 1, b"Back 60s"),
        (2, 6, 0, 2, 3, 0xFFFFFFFF, 0xFFFFFFFF, 0xFF, b""),
        (3, 5, 0xFFFFFFFF, 2, 0, 0xFFFFFFFF, 0xFFFFFFFF, 3, "Wärme".encode()),
    ]
    return (
        definition(1, _WORKOUT, [(4, 1, ENUM), (6, 2, UINT16), (8, 10, STRING)]),
        message(1, struct.pack("<BH10s", 1, len(rows), b"Two miles")),
        definition(2, _STEP, fields),
        *(message(2, struct.pack("<HBIBIIIB8s", *row)) for row in rows),
    )


def _big_endian() -> bytes:
    fields = [_TIMESTAMP, (0, 4, SINT32), (1, 4, SINT32), (2, 2, UINT16), (13, 1, SINT8)]
    return fit_file(
        _file_id(4),
        definition(5, _RECORD, fields, big_endian=True),
        *(message(5, struct.pack(">IiiHb", _START + i, i, -i, 2500, -5)) for i in range(8)),
    )


def _compressed_timestamps() -> bytes:
    return fit_file(
        _file_id(4),
        definition(1, _RECORD, [(3, 1, UINT8), (8, 3, BYTE)]),
        compressed(1, 3, b"\x60\1\2\3"),
        definition(0, _EVENT, [_TIMESTAMP, (0, 1, ENUM)]),
        message(0, struct.pack("<IB", _START, 0)),
        *(compressed(1, 7 * i % 32, bytes([100 + i, 0x40, 0x10 + i, i])) for i in range(40)),
        message(0, struct.pack("<IB", _START + 500, 4)),
        compressed(1, 31, b"\x61\xff\xff\xff"),
    )


def _developer_fields() -> bytes:
    described = [(0, 1, UINT8), (1, 1, UINT8), (2, 1, UINT8), (3, 8, STRING), (8, 4, STRING)]
    texts = [(0, UINT16, b"Power", b"W"), (1, FLOAT32, b"Form", b"%"), (2, STRING, b"Note", b"")]
    developer = [(0, 2, 0), (1, 4, 0), (2, 5, 0), (7, 3, 1)]
    return fit_file(
        _file_id(4),
        definition(4, 207, [(1, 16, BYTE), (3, 1, UINT8)]),
        message(4, bytes(range(16)) + b"\0"),
        definition(3, _FIELD_DESCRIPTION, described),
        *(
            message(3, struct.pack("<BBB8s4s", 0, number, base, name, units))
            for number, base, name, units in texts
        ),
        definition(0, _RECORD, [_TIMESTAMP, (3, 1, UINT8)], developer=developer),
        *(
            message(0, struct.pack("<IBHf5s3s", _START + i, 90, 250 + i, 0.5, b"ok", b"\1\2\3"))
            for i in range(6)
        ),
    )


def _arrays_and_strings() -> bytes:
    fields = [(200, 6, UINT16), (201, 8, FLOAT32), (202, 12, STRING), (203, 5, BYTE)]
    fields += [(204, 3, UINT8Z), (205, 3, UINT16)]  # the last is no whole number of values
    texts = ("plain", "été × 3", "", "x" * 12)
    return fit_file(
        definition(0, _RECORD, fields),
        *(
            message(
                0,
                struct.pack("<3H2f12s5s3s3s", 1, 0xFFFF, 3, 1.5, -2.5, text.encode()[:12], *rest),
            )
            for text, rest in zip(texts, 4 * [(b"\xff" * 5, b"\0\1\0", b"abc")], strict=True)
        ),
        message(0, b"\xff" * 37),
    )


def _every_base_type() -> bytes:
    sizes = {ENUM: 1, SINT8: 1, UINT8: 1, STRING: 3, UINT8Z: 1, BYTE: 1, UINT16Z: 2, SINT32: 4}
    sizes |= {FLOAT32: 4, FLOAT64: 8, SINT64: 8, UINT64: 8, UINT32Z: 4, 0x83: 2, 0x90: 8, 0x55: 2}
    fields = [(number, size, base) for number, (base, size) in enumerate(sizes.items())]
    total = sum(sizes.values())
    return fit_file(
        *(
            part
            for big_endian in (False, True)
            for part in (
                definition(0, 65_300, fields, big_endian=big_endian),
                *(message(0, bytes((fill + i) % 256 for i in range(total))) for fill in (1, 120)),
                message(0, b"\xff" * total),
                message(0, bytes(total)),
            )
        )
    )
