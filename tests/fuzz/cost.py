"""Inputs that are small and may be dear: made by grammars, each held to what it may cost.

``make fuzz-cost`` prints what twice the input costs, kind by kind.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import resource
import struct
import sys
import time
import warnings
import zipfile
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, Final

import attrs

from backrun_fit.batch.roster import parse_roster
from backrun_fit.compliance.check import check
from backrun_fit.errors import BackrunFitError
from backrun_fit.fit.activity_reader import activities_in
from backrun_fit.fit.source import open_members
from backrun_fit.fit.workout_reader import read_workout
from backrun_fit.notation import parse_workout
from backrun_fit.render.text import activity_text, workout_text
from backrun_fit.season.load import parse_season
from backrun_fit.spec.load import parse_spec
from tests.fit_bytes import ENUM, STRING, UINT8, UINT16, UINT32, definition, fit_file, message
from tests.fuzz.claims import BrokenPromiseError, bounded_time

__all__ = ["KINDS", "Kind", "Slope", "dear_inputs", "main", "slopes"]

LARGEST_BYTES: Final = 300_000
MOST_CPU_S: Final = 5.0
MOST_BYTES: Final = 500 << 20
MOST_FOR_TWICE: Final = 2.5
LEAST_MEASURED_S: Final = 0.02
"""Shorter times say nothing of a slope."""

ROUNDS: Final = 3

_FILE_ID = definition(0, 0, [(0, 1, ENUM), (4, 4, UINT32)])
_ACTIVITY = _FILE_ID + message(0, b"\4" + struct.pack("<I", 1_000_000_000))
_WORKOUT = _FILE_ID + message(0, b"\5" + struct.pack("<I", 1_000_000_000))
_START = 1_000_000_000


@attrs.frozen(kw_only=True)
class Kind:
    """One kind of input.

    Attributes:
        name: For people.
        make: An input of about so many parts.
        use: What a caller does with it; refusing it is fine.
        parts: At most so many, so that the input stays below 300 kB.
    """

    name: str
    make: Callable[[Random, int], bytes]
    use: Callable[[bytes], object]
    parts: int


# What callers do with them.


def _checked(data: bytes) -> None:
    for activity in activities_in(data, "a.fit", on_error="salvage"):
        activity_text(activity)
        check(activity)


def _planned(data: bytes) -> None:
    workout_text(read_workout(data))


def _opened(data: bytes) -> None:
    for member in open_members(data):
        if isinstance(member, BackrunFitError):
            continue
        activities_in(member[1], member[0])


# FIT files.


def _steps(random: Random, parts: int) -> bytes:
    """Steps and repeats, in each other, backward, of none and of billions of passes."""
    chunks = [definition(2, 27, [(254, 2, UINT16), (1, 1, ENUM), (2, 4, UINT32), (4, 4, UINT32)])]
    shape = random.choice(("nested", "deep", "any"))
    for index in range(parts):
        is_step = index == 0 or random.random() < (0.1 if shape == "deep" else 0.5)
        if is_step:
            chunks.append(message(2, struct.pack("<HBII", index, 0, 60_000, 0)))
            continue
        first = {"deep": 0, "nested": max(0, index - 2)}.get(shape, random.randrange(index))
        count = random.choice((0, 1, 2, 3, 255, 0xFFFFFFFE))
        chunks.append(message(2, struct.pack("<HBII", index, 6, first, count)))
    head = definition(1, 26, [(4, 1, ENUM), (6, 2, UINT16)]) + message(
        1, struct.pack("<BH", 1, parts)
    )
    return head + b"".join(chunks)


def _plan(random: Random, parts: int) -> bytes:
    return fit_file(_WORKOUT, _steps(random, parts))


def _laps(random: Random, parts: int) -> bytes:
    """Laps with any step indexes beside a plan of repeats, and some records."""
    few = min(parts, random.choice((2, 20, 200)))
    chunks = [_ACTIVITY, _steps(random, few)]
    chunks.append(definition(3, 20, [(253, 4, UINT32), (5, 4, UINT32), (6, 2, UINT16)]))
    lap = [(253, 4, UINT32), (2, 4, UINT32), (7, 4, UINT32), (8, 4, UINT32), (9, 4, UINT32)]
    chunks.append(definition(4, 19, [*lap, (24, 1, ENUM), (71, 2, UINT16)]))
    at, lasting_s = _START, random.choice((1, 7, 60))
    indexes = random.choice(([0], [0xFFFF], list(range(few))))
    for number in range(parts):
        chunks.append(message(3, struct.pack("<IIH", at, 300 * number, 3000)))
        at += lasting_s
        chunks.append(
            message(
                4,
                struct.pack(
                    "<IIIIIBH",
                    *(at, at - lasting_s, 1000 * lasting_s, 1000 * lasting_s, 300),
                    random.choice((0, 1, 2, 7)),
                    random.choice(indexes),
                ),
            )
        )
    chunks.append(definition(5, 18, [(253, 4, UINT32), (2, 4, UINT32), (5, 1, ENUM)]))
    chunks.append(message(5, struct.pack("<IIB", at, _START, 1)))
    return fit_file(*chunks)


def _definitions(random: Random, parts: int) -> bytes:
    """Layouts of one message after the other, no two alike, with and without data."""
    chunks = [_ACTIVITY]
    for number in range(parts):
        fields = [(random.randrange(254), 1, UINT8) for _ in range(random.choice((1, 3, 30)))]
        developer = None
        if random.random() < 0.3:
            developer = [(random.randrange(255), 1, 0) for _ in range(random.choice((1, 9)))]
        chunks.append(definition(number % 16, 20, fields, developer=developer))
        size = len(fields) + len(developer or ())
        chunks.append(message(number % 16, bytes(size)) * random.choice((0, 1, 2)))
    return fit_file(*chunks)


def _developer(random: Random, parts: int) -> bytes:
    """Descriptions of developer fields, of the same number or not, and records with them."""
    described = [(0, 1, UINT8), (1, 1, UINT8), (2, 1, UINT8), (3, 16, STRING), (8, 4, STRING)]
    chunks = [_ACTIVITY, definition(1, 207, [(3, 1, UINT8)]), message(1, b"\0")]
    chunks.append(definition(2, 206, described))
    for number in range(parts):
        name = f"field {number % random.choice((1, 7, 999))}".encode().ljust(16, b"\0")
        chunks.append(message(2, bytes((0, number % 250, 2)) + name + b"bpm\0"))
    fields = [(number, 1, 0) for number in range(min(parts, 200))]
    chunks.append(definition(3, 20, [(253, 4, UINT32)], developer=fields))
    for second in range(parts):
        chunks.append(message(3, struct.pack("<I", _START + second) + bytes(len(fields))))
        if sum(map(len, chunks[-4:])) * parts > LARGEST_BYTES:
            break
    return fit_file(*chunks)


def _chain(random: Random, parts: int) -> bytes:
    """File behind file, of any size."""
    small = (fit_file(), fit_file(_ACTIVITY), fit_file(_WORKOUT, _steps(random, 3)), b"\0" * 9)
    return b"".join(random.choice(small) for _ in range(parts))


# Archives.


def _zip(random: Random, parts: int) -> bytes:
    out = io.BytesIO()
    content = random.choice((b"", fit_file(_ACTIVITY), bytes(10_000), gzip.compress(b"") * 50))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # names that come twice
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(parts):
                name = random.choice((f"{number}.fit", "a.fit", f"{'d/' * 20}{number}.fit.gz"))
                archive.writestr(name, content)
    return out.getvalue()


def _gzips(random: Random, parts: int) -> bytes:
    return gzip.compress(random.choice((b"", b"a", fit_file(_ACTIVITY)))) * parts


# Texts.


def _refused(read: Callable[[str], object]) -> Callable[[bytes], object]:
    return lambda data: read(data.decode())


_WORDS: Final = (
    *("1mi", "400m", "60s", "@", "easy", "5k", "marathon", "+", ",", "(", ")", "3 x", "2 x ("),
    *("recovery", "backward", '"a"', "note", "-", "4:00/km", "10", "%", "and", "to", "x", "°"),
)


def _notation(random: Random, parts: int) -> bytes:
    if random.random() < 0.3:
        word = random.choice(("(", "2 x (", "1mi + ", "((1mi", '"', "9"))
        return (word * parts).encode()
    return " ".join(random.choice(_WORDS) for _ in range(parts)).encode()


def _nested(random: Random, parts: int) -> Any:
    """A value in values, or a long list of them."""
    value: Any = random.choice((1, "8mi @ easy", None, {"run": "1mi"}))
    if random.random() < 0.5:
        for _ in range(parts):
            value = [value] if random.random() < 0.5 else {"repeat": value}
        return value
    return [value] * parts


def _json(random: Random, parts: int) -> bytes:
    key = random.choice(("steps", "rules", "athlete", "run", "k" * min(parts * 10, 200_000)))
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 12 * parts + 1000))
    try:
        return json.dumps({"name": "a", key: _nested(random, parts)}).encode()
    finally:
        sys.setrecursionlimit(limit)


def _yaml(random: Random, parts: int) -> bytes:
    shape = random.choice(("flow", "rules", "aliases", "indents", "keys"))
    if shape == "flow":
        return f"steps: {random.choice('[{') * parts}".encode()
    if shape == "rules":
        rules = "".join(f"  - evry_mile_{number}\n" for number in range(parts))
        return f"name: a\nrun: 8mi @ easy\nrules:\n{rules}".encode()
    if shape == "aliases":
        more = "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, parts))
        return f"a0: &a0 [1]\n{more}".encode()
    if shape == "indents":
        return "".join(f"{' ' * min(depth, 500)}a:\n" for depth in range(parts)).encode()
    return "".join(f"k{number}: 1\n" for number in range(parts)).encode()


def _toml(random: Random, parts: int) -> bytes:
    shape = random.choice(("dotted", "tables", "arrays", "long"))
    if shape == "dotted":
        return ("a" + ".a" * parts + " = 1\n").encode()
    if shape == "tables":
        return "".join(f"[a.b{number}]\nk = 1\n" for number in range(parts)).encode()
    if shape == "arrays":
        return ("a = " + "[" * parts + "]" * parts).encode()
    return ("k" * parts + " = 1\n").encode()


def _roster(random: Random, parts: int) -> bytes:
    if random.random() < 0.3:
        return ",".join(f"pace_{number}" for number in range(parts)).encode()
    cell = random.choice(("8:00/mi", '"', "10km 40:00 + ", "=1+1", "x" * 50))
    return ("name,marathon_pace,races\n" + f"a,{cell},{cell}\n" * parts).encode()


KINDS: Final = (
    Kind(name="plan", make=_plan, use=_planned, parts=20_000),
    Kind(name="laps", make=_laps, use=_checked, parts=5_000),
    Kind(name="definitions", make=_definitions, use=_checked, parts=2_500),
    Kind(name="developer fields", make=_developer, use=_checked, parts=3_000),
    Kind(name="chain", make=_chain, use=_checked, parts=3_000),
    Kind(name="zip", make=_zip, use=_opened, parts=1_500),
    Kind(name="gzip members", make=_gzips, use=_opened, parts=10_000),
    Kind(name="notation", make=_notation, use=_refused(parse_workout), parts=10_000),
    Kind(
        name="spec, JSON",
        make=_json,
        use=_refused(lambda text: parse_spec(text, "json")),
        parts=5_000,
    ),
    Kind(name="spec, YAML", make=_yaml, use=_refused(parse_spec), parts=5_000),
    Kind(
        name="spec, TOML",
        make=_toml,
        use=_refused(lambda text: parse_spec(text, "toml")),
        parts=50_000,
    ),
    Kind(name="season, YAML", make=_yaml, use=_refused(parse_season), parts=5_000),
    Kind(name="roster", make=_roster, use=_refused(parse_roster), parts=5_000),
)


# What they cost.


def _cpu_s(kind: Kind, data: bytes) -> float:
    """Processor time; an error of the package is an answer."""
    begun = time.process_time()
    with contextlib.suppress(BackrunFitError):
        kind.use(data)
    return time.process_time() - begun


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def dear_inputs(seed: int | str, count: int) -> Iterator[str]:
    """Inputs that cost too much or end in another error, one sentence each; hopefully none.

    Most are small, so that many are tried; one in fifty is as large as its kind allows.

    Args:
        seed: The same one gives the same inputs.
        count: How many.
    """
    for number in range(count):
        random = Random(f"{seed} {number}")
        kind = KINDS[number % len(KINDS)]
        most = kind.parts if number % 50 == 0 else 60
        data = kind.make(random, max(1, round(most * random.random() ** 2)))[:LARGEST_BYTES]
        where = f"{kind.name}, seed {seed}, input {number}, {len(data)} bytes"
        before = _peak_bytes()
        try:
            with bounded_time(MOST_CPU_S):
                _cpu_s(kind, data)
        except BrokenPromiseError as error:
            yield f"{where}: {error}"
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told
            yield f"{where}: {type(error).__name__}: {error!s:.200}"
        grown = _peak_bytes() - before
        if grown > MOST_BYTES:
            yield f"{where}: {grown >> 20} MB"


@attrs.frozen(kw_only=True)
class Slope:
    """What an input and one twice as large cost.

    Attributes:
        kind: Name of the kind, and which draw.
        size: Bytes of the larger one.
        cpu_s: Of the larger one.
        ratio: Larger over smaller; 0 where the larger one takes no time to speak of.
    """

    kind: str
    size: int
    cpu_s: float
    ratio: float

    @property
    def is_dear(self) -> bool:
        """Whether twice the input costs more than 2.5 times."""
        return self.ratio > MOST_FOR_TWICE


def slopes(draws: int = 4) -> Iterator[Slope]:
    """Every kind, drawn so often, at half its largest size and at that size; best of three."""
    for kind in KINDS:
        for draw in range(draws):
            inputs = [
                kind.make(Random(f"{kind.name} {draw}"), parts)
                for parts in (kind.parts // 2, kind.parts)
            ]
            small_s, large_s = (min(_cpu_s(kind, data) for _ in range(ROUNDS)) for data in inputs)
            ratio = large_s / max(small_s, 1e-9) if large_s >= LEAST_MEASURED_S else 0.0
            yield Slope(kind=f"{kind.name} {draw}", size=len(inputs[1]), cpu_s=large_s, ratio=ratio)


def main(arguments: list[str]) -> int:
    """Print the table of slopes, then try inputs; status 1 where one is too dear."""
    count = int(arguments[0]) if arguments else 20_000
    failed = 0
    print(f"{'kind':<22}{'bytes':>9}{'CPU s':>9}{'twice the input':>17}")
    for slope in slopes():
        failed += slope.is_dear
        ratio = f"{slope.ratio:.2f}" if slope.ratio else "-"
        mark = "  too dear" if slope.is_dear else ""
        print(f"{slope.kind:<22}{slope.size:>9}{slope.cpu_s:>9.3f}{ratio:>17}{mark}", flush=True)
    for text in dear_inputs("cost", count):
        failed += 1
        print(text, flush=True)
    print(f"{count} inputs tried, {failed} too dear")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
