"""Claims about workouts of any maker: what the rules make of them, and what every reader finds.

What a workout asks for is worked out by ``tests/planned.py`` from the fields that another
library reads, before the rules and in the file that was written after them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import attrs
import pytest

from backrun_fit.athlete import Athlete
from backrun_fit.compile import compile_workout
from backrun_fit.compiled import as_workout
from backrun_fit.errors import CompileError
from backrun_fit.fit.workout_reader import read_workout
from backrun_fit.fit.workout_writer import encode_workout
from backrun_fit.notation import parse_workout
from backrun_fit.rules import AfterEachMile, BackwardRecoveries
from tests.oracles import javascript, python
from tests.oracles.view import Absent, Oracle, differences
from tests.planned import Planned, forward, planned, same_work, turned, work

AT = datetime(2026, 3, 1, tzinfo=UTC)
ATHLETE = Athlete(marathon_pace="5:00/km")
RULES = (AfterEachMile(), BackwardRecoveries())

REASONS = {
    "not for running": "expected a workout for running",
    "no running that is no part of a set": "expected a running step given by distance",
    "may be a recovery, which was said": "stays forward, though it may be a recovery",
    "no recovery between harder steps": "expected a recovery with a harder running step",
}
"""Why a rule refuses a workout, and how it says so."""


@attrs.frozen
class Laid:
    """One workout with one rule laid over it.

    Attributes:
        source: Its file.
        rule: The rule's name.
        became: "laid", "nothing to do", or why the rule refused it.
        data: The file written; None where the rule refused.
    """

    source: Path
    rule: str
    became: str
    data: bytes | None = None

    @property
    def embedded(self) -> bool:
        return self.source.parent.name == "structured"


def lay(path: Path, rule: AfterEachMile | BackwardRecoveries) -> Laid:
    """Lay a rule over the workout of a file."""
    workout = as_workout(read_workout(path))
    try:
        result = rule.apply(workout, ATHLETE)
    except CompileError as error:
        (why,) = [name for name, text in REASONS.items() if text in str(error)][:1]
        return Laid(path, rule.name, why)
    compiled = compile_workout(result, ATHLETE)
    became = "nothing to do" if result.steps == workout.steps else "laid"
    data = encode_workout(compiled, created_at=AT)
    return Laid(path, rule.name, became, data)


@pytest.fixture(scope="module")
def laid(corpus: Path) -> list[Laid]:
    """Both rules over every workout of the corpus."""
    paths = [path for name in ("plans", "structured") for path in (corpus / name).glob("*.fit")]
    assert paths
    return [lay(path, rule) for path in sorted(paths) for rule in RULES]


@pytest.fixture(scope="module")
def written(laid: Sequence[Laid], tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Laid]:
    """Every file that was written."""
    folder = tmp_path_factory.mktemp("written")
    files = {}
    for one in laid:
        if one.data is not None:
            path = folder / f"{one.source.parent.name}-{one.source.stem}-{one.rule}.fit"
            path.write_bytes(one.data)
            files[path] = one
    return files


def test_every_workout_gets_each_rule_or_a_reason(laid: Sequence[Laid]) -> None:
    counts = Counter((one.source.parent.name, one.rule, one.became) for one in laid)
    assert counts == {
        ("plans", "after_each_mile", "laid"): 32,
        ("plans", "after_each_mile", "not for running"): 6,
        ("plans", "backward_recoveries", "no recovery between harder steps"): 21,
        ("plans", "backward_recoveries", "may be a recovery, which was said"): 11,
        ("plans", "backward_recoveries", "not for running"): 6,
        ("structured", "after_each_mile", "laid"): 73,
        ("structured", "after_each_mile", "nothing to do"): 11,
        ("structured", "after_each_mile", "no running that is no part of a set"): 15,
        ("structured", "backward_recoveries", "laid"): 35,
        ("structured", "backward_recoveries", "no recovery between harder steps"): 52,
        ("structured", "backward_recoveries", "may be a recovery, which was said"): 12,
    }


def test_what_is_run_forward_stays_as_it_was(laid: Sequence[Laid]) -> None:
    wrong = [
        (one.source.name, one.became)
        for one in laid
        if one.rule == "after_each_mile" and one.data is not None and not _keeps_work(one)
    ]
    assert wrong == []


def _keeps_work(one: Laid) -> bool:
    assert one.data is not None
    before = planned(one.source, embedded=one.embedded)
    after = planned(one.data, embedded=False)
    has_more = any(step.backward for step in after)
    return has_more == (one.became == "laid") and same_work(forward(before), forward(after))


def test_a_recovery_that_is_turned_keeps_its_length_and_all_else_stays(
    laid: Sequence[Laid],
) -> None:
    counts = {
        one.source.name: turned(
            planned(one.source, embedded=True), planned(one.data, embedded=False)
        )
        for one in laid
        if one.rule == "backward_recoveries" and one.data is not None
    }
    assert [name for name, count in counts.items() if not count] == []
    assert sum(count or 0 for count in counts.values()) > 100


def test_the_package_reads_what_it_wrote_and_writes_the_same_again(
    written: Mapping[Path, Laid],
) -> None:
    again = {path: encode_workout(read_workout(path), created_at=None) for path in written}
    assert [path.name for path, data in again.items() if data != path.read_bytes()] == []
    assert len(written) == 32 + 73 + 11 + 35


def test_three_readers_find_every_file_sound_and_alike(written: Mapping[Path, Laid]) -> None:
    paths = list(written)
    assert _disagreements(paths, python.read_fitparse) == []
    assert _disagreements(paths, python.read_fitdecode) == []


@pytest.mark.slow
def test_the_fourth_reader_finds_every_file_sound_and_alike(
    written: Mapping[Path, Laid],
) -> None:
    try:
        assert _disagreements(list(written), javascript.read) == []
    except Absent as reason:
        pytest.skip(str(reason))


def _disagreements(paths: Sequence[Path], oracle: Oracle) -> list[str]:
    """Between Garmin's package and another reader, over all files at once."""
    pairs = zip(python.read_garmin(paths), oracle(paths), strict=True)
    return [text for one, other in pairs for text in differences(one, other)]


def test_intervals_all_called_warm_up_get_backward_recoveries() -> None:
    """As in five files of the corpus, whose maker calls everything a warm-up."""
    line = "warmup 10min, 4 x (warmup 15min @ 5:00/km + warmup 5min @ 9:00/km), 15min @ 9:00/km"
    result = BackwardRecoveries().apply(parse_workout(line))
    assert result.remarks == ("3 recoveries are backward now, told by the target",)


STEP = Planned(kind=0, length=120_000, how=((), None, None), intensity=0, backward=False)
BACK = attrs.evolve(STEP, length=60_000, intensity=4, backward=True)
REST = attrs.evolve(STEP, length=60_000)


@pytest.mark.parametrize(
    "after",
    [
        [STEP],
        [STEP, STEP, STEP],
        [STEP, attrs.evolve(STEP, length=119_990)],
        [STEP, attrs.evolve(STEP, how=((2, 3), None, None))],
        [STEP, attrs.evolve(STEP, intensity=5)],
        [STEP, attrs.evolve(STEP, how=((), "Easy", None))],
        [STEP, attrs.evolve(STEP, kind=1)],
    ],
)
def test_the_measure_sees_what_is_lost_added_or_changed(after: Sequence[Planned]) -> None:
    assert same_work(work([STEP, STEP]), work([STEP, STEP]))
    assert not same_work(work([STEP, STEP]), work(after))
    assert turned([STEP, STEP], after) is None


def test_the_measure_of_recoveries_counts_them_and_sees_one_that_is_too_short() -> None:
    assert turned([STEP, STEP, STEP], [STEP, BACK, REST, STEP]) == 1
    assert turned([STEP, REST], [STEP, BACK]) == 1
    assert turned([STEP, STEP], [STEP, STEP]) == 0
    shorter = attrs.evolve(REST, length=50_000)
    not_one = attrs.evolve(BACK, intensity=0)
    for after in ([BACK, shorter], [BACK], [BACK, REST, BACK], [not_one, REST]):
        assert turned([STEP], after) is None
