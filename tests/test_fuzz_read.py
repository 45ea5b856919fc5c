"""What the reader promises about damaged files, held against hundreds of thousands of them.

``make fuzz`` goes on without end. Bytes that once broke a promise stay in ``ONCE_FAILED``.
"""

from __future__ import annotations

import struct
import subprocess
import sys
import threading
import time
import tracemalloc
import warnings
from collections import Counter
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from backrun_fit.errors import DecodeError
from backrun_fit.fit.columns import FitData, decode
from tests.conftest import ROOT
from tests.fit_bytes import (
    ENUM,
    SINT8,
    STRING,
    UINT8,
    UINT16,
    UINT32,
    compressed,
    crc16,
    definition,
    fit_file,
    header,
    message,
)
from tests.fuzz import __main__ as endless
from tests.fuzz import claims, run
from tests.fuzz.claims import (
    BrokenPromiseError,
    bounded_memory,
    bounded_time,
    check_decoding,
    check_everything,
    check_memory,
    has_intact_header,
)
from tests.fuzz.mutate import checksummed, mutants
from tests.fuzz.reference import walk_plainly
from tests.fuzz.seeds import Seed, seeds
from tests.fuzz.shrink import shrink

RECORD, SESSION, STEP, TIMESTAMP, HEART_RATE = 20, 18, 27, (253, 4, UINT32), (3, 1, UINT8)
FILE_ID, WORKOUT, UINT64 = 0, 26, 0x8F
SHARDS, A_SHARD = 20, 10_000
"""200,000 in a run of CI."""

ONCE_FAILED = {
    "the sport of a workout is text": fit_file(
        definition(0, FILE_ID, [(0, 1, ENUM)]),
        message(0, b"\5"),
        definition(1, WORKOUT, [(4, 2, STRING)]),
        message(1, b"\1\0"),
        definition(2, STEP, [(254, 2, UINT16), (1, 1, ENUM)]),
        message(2, b"\0\0\5"),
    ),
    "a target is larger than its field can be": fit_file(
        definition(0, FILE_ID, [(0, 1, ENUM)]),
        message(0, b"\5"),
        definition(1, STEP, [(3, 1, ENUM), (5, 8, UINT64), (6, 8, UINT64)]),
        message(1, struct.pack("<BQQ", 0, 1 << 40, 1 << 41)),
    ),
    # This one hung.
    "a run of messages ends in a cut message, and zeros stand behind the data": (
        header(9 + 2 * 128 + 1)
        + definition(0, RECORD, [HEART_RATE])
        + message(0, b"\0") * 128
        + bytes(1 + 2 * 64)
    ),
    "the second header of a chain states an impossible size": (
        fit_file() + bytes(8) + b".FIT" + bytes(4)
    ),
    "a session has a start but no length": fit_file(
        definition(0, SESSION, [(2, 4, UINT32), (5, 1, UINT8)]),
        message(0, struct.pack("<IB", 1_000_000_000, 1)),
    ),
    "a definition with two timestamps is longer than the file and never used": fit_file(
        definition(0, RECORD, [(1, 255, UINT8), (253, 8, UINT32)]),
        definition(1, RECORD, [HEART_RATE]),
        compressed(1, 0, b"\x64"),
    ),
    "the only message of its kind is cut off": fit_file(
        definition(0, RECORD, [TIMESTAMP]), message(0, b"\0")
    ),
    "a time is text, and the header has another": fit_file(
        definition(0, RECORD, [TIMESTAMP]),
        message(0, struct.pack("<I", 1_000_000_000)),
        definition(0, RECORD, [(253, 2, STRING)]),
        compressed(0, 5, b";\0"),
    ),
    "an intensity is negative": fit_file(definition(0, STEP, [(7, 1, SINT8)]), message(0, b"\x80")),
}


def fuzz(seed: int | str, count: int) -> None:
    found = next(run.failures(seed, count), None)
    if found is not None:
        pytest.fail(f"seed {seed}, {found}; at its shortest {found.shrunk()}")


def test_two_thousand_damaged_files_break_no_promise() -> None:
    fuzz("daily", 2000)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(SHARDS))
def test_two_hundred_thousand_damaged_files_break_no_promise(seed: int) -> None:
    fuzz(seed, A_SHARD)


@pytest.mark.parametrize("data", ONCE_FAILED.values(), ids=ONCE_FAILED)
def test_what_once_broke_a_promise_no_longer_does(data: bytes) -> None:
    assert run.failure_of(0, data, check_everything) is None


@pytest.mark.parametrize("seed", seeds(), ids=lambda seed: str(seed.name))
def test_a_sound_file_is_read_whole_and_cut_anywhere_keeps_what_lies_before(
    seed: Seed,
) -> None:
    check_memory(seed.data)
    decode(seed.data)
    for cut in {*range(14), *Random(seed.name).choices(range(14, len(seed.data)), k=20)}:
        check_everything(seed.data[:cut])


# -- the mutants ------------------------------------------------------------------------------


def test_the_same_seed_makes_the_same_mutants_and_another_one_others() -> None:
    some = list(islice(mutants(1, seeds()), 200))
    assert some == list(islice(mutants(1, seeds()), 200))
    assert some != list(islice(mutants(2, seeds()), 200))
    assert len(set(some)) > 190


def test_damage_of_every_sort_reaches_the_decoder() -> None:
    fates: Counter[str] = Counter()
    for data in islice(mutants("fates", seeds()), 4000):
        try:
            fates["read"] += len(decode(data).segments)
        except DecodeError as error:
            fates[error.what] += 1
    assert fates["read"] > 400
    for fate in (
        *("not a FIT file", "the file is shorter than its header states"),
        *("the header's checksum is wrong", "a message without a definition"),
        "the checksum does not match the data (a byte was changed or lost)",
        "the last message runs over the end of the data",
        "a definition runs over the end of the data",
        "the header states no data (a recording that was never finished)",
    ):
        assert fates[fate] > 5, (fate, fates)


def test_checksums_put_right_are_those_of_the_protocol() -> None:
    whole = fit_file(definition(0, RECORD, [HEART_RATE]), message(0, b"\x64"))
    assert checksummed(whole[:-2] + b"??", restate_size=False) == whole
    assert checksummed(whole[:4] + bytes(4) + whole[8:], restate_size=True) == whole
    longer = checksummed(whole[:-2] + message(0, b"\x65") + b"??", restate_size=True)
    assert crc16(longer) == 0
    assert len(decode(longer).segments[0]) == 2
    assert checksummed(b"short", restate_size=True) == b"short"


def test_the_plain_walk_stops_where_bytes_are_no_record() -> None:
    sound = definition(0, RECORD, [HEART_RATE], developer=[(1, 2, 0)]) + message(0, b"\x64ab")
    assert [place.size for place in walk_plainly(sound, 0, len(sound)).places] == [13, 4]
    for cut in range(1, 13):
        assert walk_plainly(sound, 0, cut) == ([], 0)
    assert walk_plainly(sound, 0, len(sound) - 1).stopped_at == 13
    assert walk_plainly(sound + b"\x01", 0, len(sound) + 1).stopped_at == len(sound)


# -- the promises can be broken ---------------------------------------------------------------

SOUND = fit_file(definition(0, RECORD, [TIMESTAMP, (200, 2, UINT16)]), message(0, b"\1\2\3\4\5\6"))


def test_another_exception_or_a_warning_breaks_a_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    def overflows(*_: object, **__: object) -> FitData:
        raise OverflowError("too much")

    def warns(data: bytes, **_: object) -> FitData:
        warnings.warn("odd", RuntimeWarning, stacklevel=1)
        return decode(data)

    monkeypatch.setattr(claims, "decode", overflows)
    with pytest.raises(BrokenPromiseError, match="OverflowError: too much"):
        check_decoding(SOUND)
    monkeypatch.setattr(claims, "decode", warns)
    with pytest.raises(BrokenPromiseError, match="RuntimeWarning: odd"):
        check_decoding(SOUND)


def test_a_salvage_that_raises_or_hides_damage_breaks_a_promise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    damaged = SOUND[:-1] + b"\xee"
    monkeypatch.setattr(
        claims, "decode", lambda data, source=None, **_: decode(data, source=source)
    )
    with pytest.raises(BrokenPromiseError, match="salvage raised"):
        check_decoding(damaged)
    salvage = decode(SOUND, on_error="salvage")

    def hides(data: bytes, source: str | None = None, on_error: str = "raise") -> FitData:
        return salvage if on_error == "salvage" else decode(data, source=source)

    monkeypatch.setattr(claims, "decode", hides)
    with pytest.raises(BrokenPromiseError, match="but damages \\(\\)"):
        check_decoding(damaged)


def test_a_message_lost_or_a_column_of_another_length_breaks_a_promise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = fit_file(definition(0, RECORD, [TIMESTAMP]))
    monkeypatch.setattr(claims, "decode", lambda *_, **__: decode(other))
    with pytest.raises(BrokenPromiseError, match="0 messages, expected 1"):
        check_everything(SOUND)
    monkeypatch.undo()
    monkeypatch.setattr("backrun_fit.fit.columns.Table.raw", lambda *_: [])
    with pytest.raises(BrokenPromiseError, match="lengths"):
        check_everything(SOUND)


def test_what_takes_too_long_is_broken_into() -> None:
    def hangs() -> None:
        with bounded_time(0.05):
            while True:
                pass

    with pytest.raises(BrokenPromiseError, match=r"more than 0\.05 s"):
        hangs()
    with bounded_time():
        check_decoding(SOUND)


def test_what_takes_too_much_memory_is_told() -> None:
    def hoards() -> None:
        with bounded_memory(1000):
            bytes(2000)

    with pytest.raises(BrokenPromiseError, match="expected at most 1000"):
        hoards()
    with bounded_memory(5000):
        bytes(2000)


def test_an_intact_header_has_12_or_14_bytes_and_the_signature() -> None:
    assert has_intact_header(header(0))
    assert has_intact_header(header(0, size=12))
    assert has_intact_header(header(0, crc=1))
    for broken in (b"", header(0)[:13], header(0, size=15), header(0).replace(b"F", b"f")):
        assert not has_intact_header(broken)


def test_what_other_threads_do_is_no_time_of_the_input() -> None:
    end = threading.Event()

    def busy() -> None:
        while not end.is_set():
            sum(range(1000))

    others = [threading.Thread(target=busy) for _ in range(2)]
    for other in others:
        other.start()
    try:
        with bounded_time(0.3):
            time.sleep(1.0)
    finally:
        end.set()
        for other in others:
            other.join()


def test_a_mutant_whose_memory_is_measured_may_take_the_time_that_tracing_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[bool] = []

    def slow_while_traced(data: bytes) -> None:
        calls.append(tracemalloc.is_tracing())
        until = time.thread_time() + (0.3 if tracemalloc.is_tracing() else 0.0)
        while time.thread_time() < until:
            pass

    monkeypatch.setattr(claims, "check_everything", slow_while_traced)
    monkeypatch.setattr(run, "check_everything", slow_while_traced)
    monkeypatch.setattr(run, "bounded_time", lambda limit_s=0.1: bounded_time(limit_s))
    assert run.failure_of(0, b"", check_memory) is None
    assert calls == [True, False]


def test_nothing_is_loaded_while_the_memory_of_a_mutant_is_measured() -> None:
    """Run in a process of its own, in which nothing else has loaded anything."""
    code = (
        "import sys; from itertools import islice; from tests.fuzz.run import load_everything\n"
        "from tests.fuzz.claims import check_everything; from tests.fuzz.mutate import mutants\n"
        "from tests.fuzz.seeds import seeds\n"
        "load_everything(); before = set(sys.modules)\n"
        "for data in islice(mutants('loaded', seeds()), 300): check_everything(data)\n"
        "assert set(sys.modules) == before, set(sys.modules) - before\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, timeout=120)


def test_shrinking_ends_when_its_time_is_over() -> None:
    def slow(data: bytes) -> bool:
        time.sleep(0.01)
        return True

    begun = time.monotonic()
    shrunk = shrink(bytes(range(256)) * 20, slow, 0.2)
    assert time.monotonic() - begun < 2
    assert len(shrunk) < 256 * 20


@pytest.mark.slow
def test_a_shard_that_fails_says_so_within_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long each try of shrinking takes, and though none of them is smaller."""
    first = next(mutants("slow", seeds()))

    def slow(data: bytes) -> None:
        time.sleep(0.5)
        if data == first:
            raise BrokenPromiseError("always")

    monkeypatch.setattr(run, "check_memory", slow)
    begun = time.monotonic()
    with pytest.raises(pytest.fail.Exception, match=r"seed slow, mutant 0: always; .* bytes: "):
        fuzz("slow", 10)
    assert 10 < time.monotonic() - begun < 40


# -- the endless run --------------------------------------------------------------------------


def test_the_endless_run_stops_at_a_failure_and_keeps_it_under_its_hash(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(data: bytes) -> None:
        if b".FIT" in data:
            raise BrokenPromiseError("a signature")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(run, "check_decoding", refuse)
    monkeypatch.setattr(run, "check_everything", lambda data: None)
    monkeypatch.setattr(run, "check_memory", lambda data: None)
    assert endless.main(["7"]) == 1
    files = sorted(tmp_path.iterdir(), key=lambda path: path.stat().st_size)
    assert files[0].read_bytes() == b".FIT"
    first = next(failed for failed in mutants("7", seeds()) if failed == files[-1].read_bytes())
    assert run.Failure(number=0, data=first, text="", check=refuse).name == files[-1].name
    printed = capsys.readouterr().out
    assert "seed 7" in printed
    assert files[-1].name in printed


def test_the_endless_run_says_which_seed_it_chose(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(seed: str, count: int | None) -> None:
        assert count is None
        assert seed.isdecimal()
        raise KeyboardInterrupt

    monkeypatch.setattr(endless, "failures", stopped)
    assert endless.main([]) == 0
    assert capsys.readouterr().out.startswith("seed ")
