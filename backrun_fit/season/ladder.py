"""How far backward running may grow in each session of a season: its ladder.

A ladder lists the backward parts of a session in the order in which weeks add them, and
ends where a ceiling does. A week takes so many from its beginning, so whatever the
ceilings are, it never has less than the week before, and never more than the ladder.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

import attrs

from backrun_fit.amounts import NOMINAL_SPEED_MPS
from backrun_fit.athlete import Athlete
from backrun_fit.errors import CompileError, Problem, Problems, SpecError
from backrun_fit.fold import unroll_steps
from backrun_fit.rules import Rule
from backrun_fit.rules.base import length_of, paced
from backrun_fit.rules.parameters import Extent
from backrun_fit.season.season import Progression, Season, SeasonRule, SeasonSession
from backrun_fit.spec import session
from backrun_fit.workout import (
    DistanceDuration,
    PaceTarget,
    Step,
    walk_steps,
)

__all__ = ["Ladder", "eased", "ladders", "planned_rule", "with_parts"]

_NUMBERS: Final = ("times", "count", "rounds")
"""The parameter of a rule that says how many backward parts there are: the first it has."""

# Their parts are 1/8 mile in the article; the others have lengths of their own.
_OF_THE_PROGRESSION: Final = frozenset(("after_each_mile", "backward_repeats"))

_SLACK_M: Final = 1e-6


@attrs.frozen(kw_only=True)
class Ladder:
    """The backward parts of a session in the order in which weeks add them.

    Attributes:
        rules: Position of the rule that each part belongs to.
        lengths_m: How long each is, reckoned at the fastest that its target allows.
        limit: What ended the ladder, for people; None where the progression's own
            ``most`` did.

    Example:
        >>> ladder = Ladder(rules=(0, 1, 0), lengths_m=(201.0, 60.0, 201.0))
        >>> ladder.parts(3, rules=2)
        (2, 1)
    """

    rules: tuple[int, ...]
    lengths_m: tuple[float, ...]
    limit: str | None = None

    def parts(self, number: int, *, rules: int) -> tuple[int, ...]:
        """How many of the first ``number`` parts belong to each of so many rules."""
        taken = self.rules[:number]
        return tuple(taken.count(rule) for rule in range(rules))


def _number_of(rule: Rule) -> str:
    kind: type = type(rule)
    fields = attrs.fields_dict(kind) if attrs.has(kind) else {}
    found = next((name for name in _NUMBERS if name in fields), None)
    if found is None:
        raise SpecError(
            f"expected a rule with a parameter {', '.join(_NUMBERS[:-1])} or {_NUMBERS[-1]}, by "
            f"which its backward running grows, got {rule.name}, which has none"
        )
    return found


def with_parts(rule: Rule, number: int) -> Rule:
    """A rule with so many backward parts.

    Raises:
        SpecError: It has no parameter that says how many there are.

    Example:
        >>> from backrun_fit.rules import AfterEachMile, Drills
        >>> with_parts(AfterEachMile(), 3).times, with_parts(Drills(), 4).rounds
        (3, 4)
    """
    return cast(Rule, attrs.evolve(cast(Any, rule), **{_number_of(rule): number}))


def eased(rule: Rule, athlete: Athlete) -> Rule:
    """A rule whose backward parts are no faster than the athlete's easy pace.

    One without a pace, or with a slower one, stays as it is; so does the treadmill's,
    which is walked.

    Raises:
        SpecError: There is nothing to take the easy pace from.

    Example:
        >>> from backrun_fit.rules import AfterEachMile
        >>> eased(AfterEachMile(), Athlete(marathon_pace="8:00/mi")).pace
        'easy'
    """
    own, easy = _target(rule, athlete), _target(rule, athlete, easy=True)
    if own is None or easy is None or own.fastest_mps <= easy.fastest_mps:
        return rule
    return cast(Rule, attrs.evolve(cast(Any, rule), pace="easy"))


def _target(rule: Rule, athlete: Athlete, *, easy: bool = False) -> PaceTarget | None:
    """The band of a rule's pace, or of the easy pace in its stead."""
    pace = getattr(rule, "pace", None)
    if not isinstance(pace, (str, PaceTarget)):
        return None
    slower, faster = (getattr(rule, side, 0.0) for side in ("slower", "faster"))
    target = athlete.resolve(paced("easy" if easy else pace, slower, faster))
    return target if isinstance(target, PaceTarget) else None


def ladders(season: Season) -> tuple[Ladder, ...]:
    """The ladder of each session, in order.

    Parts of a session's rules take turns. Sessions take turns too, so that a ceiling on
    the week gives each its share; the ceilings are the same in all weeks.

    Raises:
        SpecError: All problems at once, with paths such as ``sessions[0].rules[1]``: a
            rule finds nothing to work on or collides with another, a run is partly
            backward already, a pace that the athlete does not have, ceilings that
            leave a session without a single part.

    Example:
        >>> from backrun_fit.season import parse_season
        >>> season = parse_season('''
        ... name: Two weeks
        ... start: 2026-03-02
        ... weeks: 2
        ... athlete: {marathon_pace: 8:00/mi}
        ... sessions: [{day: Sun, name: Long run, run: 5mi @ easy, rules: [after_each_mile]}]
        ... ''')
        >>> [ladder] = ladders(season)
        >>> len(ladder.rules), ladder.limit
        (5, 'run and rules have no more')
    """
    problems = Problems()
    available = []
    for position, planned in enumerate(season.sessions):
        with problems.at(f"sessions[{position}]"):
            available.append(_available(planned, season))
    problems.refuse()
    found = _dealt(available, season.progression)
    for planned, ladder, parts in zip(season.sessions, found, available, strict=True):
        if any(parts) and not ladder.rules:
            shortest = min(length for rule in parts for length in rule[:1])
            problems.append(
                Problem(
                    f"expected ceilings with room for one backward part of each session, got none "
                    f"for {planned.spec.name!r}, of {shortest:.0f} m",
                    "progression",
                )
            )
    problems.refuse()
    return found


def _available(planned: SeasonSession, season: Season) -> list[list[float]]:
    """For each rule of a session, the lengths of the parts that it can have at most."""
    if planned.spec.run is not None and any(
        step.movement.is_backward for step in walk_steps(planned.spec.run.steps)
    ):
        raise SpecError(
            Problem("expected a run without backward parts: rules add them, got some", "run")
        )
    problems = Problems()
    rules: list[Rule] = []
    found = []
    for position, stated in enumerate(planned.rules):
        with problems.at(f"rules[{position}]"):
            most = _own_most(stated, season.progression)
            rule = with_parts(planned_rule(stated, season.progression), most)
            rules.append(rule)
            if season.progression.easy_weeks:
                eased(rule, season.athlete)
            found.append(_lengths(planned, rule, season.athlete))
    problems.refuse()
    try:
        session(attrs.evolve(planned.spec, athlete=season.athlete, rules=tuple(rules)))
    except CompileError as error:
        raise SpecError(Problem(str(error), "rules")) from error
    return found


def planned_rule(rule: SeasonRule, progression: Progression) -> Rule:
    """A session's rule with the progression's length of a part, where it has none of its own."""
    if rule.rule.name in _OF_THE_PROGRESSION and "backward" not in rule.stated:
        changed = attrs.evolve(cast(Any, rule.rule), backward=progression.backward)
        return cast(Rule, changed)
    return rule.rule


def _own_most(rule: SeasonRule, progression: Progression) -> int:
    name = _number_of(rule.rule)
    stated = getattr(rule.rule, name) if name in rule.stated else None
    return progression.most if stated is None else min(progression.most, stated)


def _lengths(planned: SeasonSession, rule: Rule, athlete: Athlete) -> list[float]:
    try:
        alone = session(attrs.evolve(planned.spec, athlete=athlete, rules=(rule,)))
        steps = unroll_steps(alone.steps)
    except CompileError as error:
        raise SpecError(str(error)) from error
    return [_reckoned_m(step, athlete) for step in steps if step.movement.is_backward]


def _reckoned_m(step: Step, athlete: Athlete) -> float:
    """How far a backward part is at most, if its target is kept."""
    if isinstance(step.duration, DistanceDuration):
        return step.duration.distance_m
    target = athlete.resolve(step.target)
    speed_mps = target.fastest_mps if isinstance(target, PaceTarget) else NOMINAL_SPEED_MPS
    return length_of(cast(Extent, step.duration)) * speed_mps


# Dealing: one part at a time, to sessions in turn.


@attrs.define
class _Hand:
    """What a session has been dealt so far.

    Attributes:
        available: For each rule, the lengths of the parts that it can have.
        rules: As in the ladder.
        lengths_m: As in the ladder.
        closed: The rules whose next part does not fit, and the ceiling that it breaks.
    """

    available: Sequence[Sequence[float]]
    rules: list[int] = attrs.field(factory=list)
    lengths_m: list[float] = attrs.field(factory=list)
    closed: dict[int, str] = attrs.field(factory=dict)

    def next_rule(self) -> int | None:
        """The rule with the fewest parts so far among those that can have another."""
        able = (
            rule
            for rule, lengths in enumerate(self.available)
            if rule not in self.closed and self.rules.count(rule) < len(lengths)
        )
        return min(able, key=self.rules.count, default=None)

    def take(self, progression: Progression, left_m: float) -> float | None:
        """The length of another part; None where there is none that fits.

        Args:
            progression: Its ceilings.
            left_m: How much of the week's ceiling is left.
        """
        while len(self.rules) < progression.most and (rule := self.next_rule()) is not None:
            length_m = self.available[rule][self.rules.count(rule)]
            if sum(self.lengths_m) + length_m > progression.most_distance_m + _SLACK_M:
                self.closed[rule] = "the ceiling most_distance"
            elif length_m > left_m + _SLACK_M:
                self.closed[rule] = "the ceiling most_distance_per_week"
            else:
                self.rules.append(rule)
                self.lengths_m.append(length_m)
                return length_m
        return None

    def ladder(self, progression: Progression) -> Ladder:
        limit = None
        if len(self.rules) < progression.most:
            ceilings = sorted(set(self.closed.values()))
            limit = " and ".join(ceilings) or "run and rules have no more"
        return Ladder(rules=tuple(self.rules), lengths_m=tuple(self.lengths_m), limit=limit)


def _dealt(
    available: Sequence[Sequence[Sequence[float]]], progression: Progression
) -> tuple[Ladder, ...]:
    hands = [_Hand(lengths) for lengths in available]
    left_m = progression.most_distance_per_week_m
    dealing = True
    while dealing:
        dealing = False
        for hand in hands:
            length_m = hand.take(progression, left_m)
            if length_m is not None:
                left_m -= length_m
                dealing = True
    return tuple(hand.ladder(progression) for hand in hands)
