"""From a season to its sessions, one by one with their dates."""

from __future__ import annotations

import attrs

from backrun_fit.rules import Rule
from backrun_fit.season.ladder import Ladder, eased, ladders, planned_rule, with_parts
from backrun_fit.season.season import DatedSession, LighterWeek, Season, SeasonSession

__all__ = ["season_notes", "season_sessions"]

# Of the studies that were read, only Uthoff 2020 (J Strength Cond Res 34(4):1113) gives the
# number of sessions a week.
_UTHOFF_PER_WEEK = 2


def season_sessions(season: Season) -> tuple[DatedSession, ...]:
    """Every session of a season with its date and its share of backward running.

    Left out are sessions before the season's first day, and those that a lighter week
    leaves without a single step.

    Returns:
        By date, those of one day in the season's order.

    Raises:
        SpecError: All problems at once; see ``ladders``.

    Example:
        >>> from backrun_fit.season import parse_season
        >>> season = parse_season('''
        ... name: Two weeks
        ... start: 2026-03-02
        ... weeks: 2
        ... athlete: {marathon_pace: 8:00/mi}
        ... sessions: [{day: Sun, name: Long run, run: 5mi @ easy, rules: [after_each_mile]}]
        ... ''')
        >>> for dated in season_sessions(season):
        ...     print(dated.date, dated.spec.name, dated.backward_parts, dated.easy)
        2026-03-08 W01 Sun Long run 2 True
        2026-03-15 W02 Sun Long run 3 True
    """
    lighter = {week.week: week for week in season.lighter_weeks}
    found = []
    climbed = list(zip(season.sessions, ladders(season), strict=True))
    for week in range(1, season.weeks + 1):
        for planned, ladder in climbed:
            dated = _dated(season, planned, ladder, week, lighter.get(week))
            steps = dated.spec.run is not None or dated.spec.rules
            if steps and dated.date >= season.start:
                found.append(dated)
    return tuple(sorted(found, key=lambda dated: dated.date))


def _dated(
    season: Season,
    planned: SeasonSession,
    ladder: Ladder,
    week: int,
    lighter: LighterWeek | None,
) -> DatedSession:
    progression = season.progression
    number = min(progression.wanted(week), len(ladder.rules))
    if lighter is not None:
        number = min(number, lighter.most)
    easy = week <= progression.easy_weeks
    rules: list[Rule] = []
    parts = ladder.parts(number, rules=len(planned.rules))
    for rule, share in zip(planned.rules, parts, strict=True):
        if share:
            laid = with_parts(planned_rule(rule, progression), share)
            rules.append(eased(laid, season.athlete) if easy else laid)
    date, name = season.date_of(week, planned.day), f"W{week:02} {planned.day} {planned.spec.name}"
    run = planned.spec.run
    return DatedSession(
        date=date,
        week=week,
        day=planned.day,
        at=planned.at,
        spec=attrs.evolve(
            planned.spec,
            name=name,
            date=date,
            athlete=season.athlete,
            units=season.units,
            run=run and attrs.evolve(run, name=name),
            rules=tuple(rules),
        ),
        backward_parts=number,
        easy=easy,
        lighter=lighter,
    )


def season_notes(season: Season) -> tuple[str, ...]:
    """What a runner should know about the season as a whole, one sentence each.

    Says where a session's backward running stops growing before ``most`` and why, which
    weeks are exceptions, and where there are more than two backward sessions a week.

    Raises:
        SpecError: All problems at once; see ``ladders``.
    """
    notes = []
    progression = season.progression
    last = progression.wanted(season.weeks)
    for planned, ladder in zip(season.sessions, ladders(season), strict=True):
        if planned.rules and ladder.limit is not None and len(ladder.rules) < last:
            notes.append(
                f"{planned.day} {planned.spec.name}: at most {len(ladder.rules)} backward parts "
                f"instead of {last}: {ladder.limit}"
            )
    for week in season.lighter_weeks:
        reason = f" ({week.reason})" if week.reason else ""
        notes.append(
            f"week {week.week} is an exception{reason}: at most {week.most} backward parts a "
            f"session; the week after goes on as if there had been none"
        )
    backward = sum(1 for planned in season.sessions if planned.rules)
    if backward > _UTHOFF_PER_WEEK:
        notes.append(
            f"{backward} sessions a week have backward running; boys who sprinted backward had "
            f"{_UTHOFF_PER_WEEK} (Uthoff 2020)"
        )
    return tuple(notes)
