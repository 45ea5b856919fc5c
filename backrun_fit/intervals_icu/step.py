"""One line with a dash: from its parse tree to steps, or to a note where it says no amount."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import attrs

from backrun_fit.errors import SpecError
from backrun_fit.hints import hint
from backrun_fit.intervals_icu.aims import number_of, read_aim, read_cadence
from backrun_fit.marker import movement_of
from backrun_fit.notation.dialects import ONE_LINE, is_like_one_line
from backrun_fit.notation.notes import Notes, branches, cut, tokens
from backrun_fit.units import UnitSystem, parse_distance
from backrun_fit.wording import duration_text
from backrun_fit.workout import (
    DistanceDuration,
    Duration,
    Intensity,
    OpenDuration,
    OpenTarget,
    RampTarget,
    Step,
    Target,
    TimeDuration,
    quantity_of,
)

if TYPE_CHECKING:
    from backrun_fit.notation.notes import Child, Token, Tree

__all__ = ["StepReader", "implied_by"]

_TIME: Final = re.compile(
    r"(?:([0-9.]+)h)?(?:([0-9.]+)(?:m|['’′]))?(?:([0-9.]+)(?:s|[\"”″])?)?", re.IGNORECASE
)
_SPELLINGS: Final = (("mtr", "m"), ("met", "m"), ("mi", "mi"), ("km", "km"), ("y", "yd"))
# So many bare minutes are more likely metres.
_MANY_MINUTES: Final = re.compile(r"([2-9][0-9]{2}|[0-9]{4,})m", re.IGNORECASE)

_MINUTES: Final = re.compile(
    r"(?:[0-9.]+)?(?:min|mins|minutes?|sec|secs|seconds?|hrs?|hours?)", re.IGNORECASE
)
_SEVERAL: Final = re.compile(r"[0-9.]+(?:[hms]|km|mi|mtr)?[-–][0-9.]+(?:[hms]|km|mi|mtr)", re.I)
_KINDS: Final = frozenset({"pace", "hr", "lthr", "ftp", "mmp"})
_REPEAT: Final = re.compile(r"[0-9]+x", re.IGNORECASE)

_IMPLIED: Final = (
    (re.compile(r"warm(?:ing)?[ -]?up\b", re.IGNORECASE), Intensity.WARMUP),
    (re.compile(r"(?:cool|warm)(?:ing)?[ -]?down\b", re.IGNORECASE), Intensity.COOLDOWN),
    (re.compile(r"recover(?:y|ing)?\b", re.IGNORECASE), Intensity.RECOVERY),
    (re.compile(r"rest(?:ing)?\b", re.IGNORECASE), Intensity.REST),
)


def implied_by(words: str) -> Intensity | None:
    """The intensity that the first words of a heading or a cue say.

    Example:
        >>> implied_by("Warm up easily"), implied_by("Main set")
        (<Intensity.WARMUP: 'warmup'>, None)
    """
    return next((intensity for mark, intensity in _IMPLIED if mark.match(words)), None)


@attrs.define
class _Parts:
    """What stands in a line, sorted by what it is.

    Attributes:
        cue: Words before the first amount.
        rest: Words after it.
        lengths: How the step ends, with the words that say it.
        targets: With the parts of the tree that say them.
        notes: What else is to be kept.
        intensity: As the line says it.
        lap: The step ends at the press of the lap button.
        free: The targets are there to estimate by, not to keep to.
    """

    cue: list[Token] = attrs.field(factory=list)
    rest: list[Token] = attrs.field(factory=list)
    lengths: list[tuple[Duration, Token]] = attrs.field(factory=list)
    targets: list[tuple[Target, Child]] = attrs.field(factory=list)
    notes: list[str] = attrs.field(factory=list)
    intensity: Intensity | None = None
    lap: bool = False
    free: bool = False

    @property
    def has_amounts(self) -> bool:
        """Something besides words was met."""
        return bool(self.lengths or self.targets or self.lap or self.free)


class StepReader:
    """Reads the steps of one text; a problem is noted and the reading goes on.

    Args:
        notes: Where the problems go; of the text that the parse trees belong to.
        units: What a pace without a unit is per; None refuses it.

    Attributes:
        remarks: What is doubtful, one sentence each.
    """

    def __init__(self, notes: Notes, units: UnitSystem | None) -> None:
        self._notes = notes
        self._units = units
        self.remarks: list[str] = []

    def read(self, tree: Tree, heading: str, intensity: Intensity | None) -> list[Step]:
        """The step that a line says, and the rest behind it if it names one.

        Args:
            tree: Of the line.
            heading: Of its section; stands in for a cue. May be empty.
            intensity: Of its section.

        Returns:
            Nothing where the line has words only: it is a note.
        """
        source = self._notes.source(tree)
        if is_like_one_line(source):
            self._notes.add(
                f"expected a step such as 10m Z2 HR, got {cut(source)}; {ONE_LINE}", tree
            )
            return []
        parts = self._sorted(tree)
        if not parts.has_amounts and not re.search(r"[0-9=]", source):
            return []
        known = len(self._notes.problems)
        rest = self._rest_behind(parts)
        self._check_words(parts)
        if not parts.lengths and not parts.lap and len(self._notes.problems) == known:
            self._notes.add(
                "expected a duration or a distance such as 10m, 1m30s, 2km or 400mtr, or press "
                f"lap, in this step, got {cut(source)}",
                tree,
            )
        for _, token in parts.lengths[1:]:
            self._notes.add(f"expected one length in a step, got {cut(token)} too", token)
        cue, prompts = self._cue(parts)
        duration = self._duration(parts)
        target, beside = self._targets(parts)
        notes = [*prompts, *parts.notes, " ".join(parts.rest)]
        name = cue or heading or None
        step = Step(
            duration=duration,
            target=target,
            secondary_target=beside,
            intensity=parts.intensity or implied_by(cue) or intensity or Intensity.ACTIVE,
            movement=movement_of(name),
            name=name,
            notes="; ".join(filter(None, notes)) or None,
        )
        if rest is None:
            return [step]
        return [step, Step(duration=rest, intensity=Intensity.REST, name="Rest")]

    def _sorted(self, tree: Tree) -> _Parts:
        parts = _Parts()
        aims = branches(tree)
        ramped = any(tokens(aim)[0].type == "RAMP" for aim in aims)
        for item in tree.children:
            if not isinstance(item, str):
                self._aim(item, parts)
            elif item.type == "RAMP" and aims and not ramped:
                self._notes.add(
                    "expected the word ramp right before a range, as in 10m ramp 60-80% Pace, "
                    f"got {cut(self._notes.source(tree))}",
                    item,
                )
            else:
                self._item(item, parts)
        return parts

    def _aim(self, tree: Tree, parts: _Parts) -> None:
        first, *others = tokens(tree)
        ramp = first.type == "RAMP"
        amount, *kind = others if ramp else (first, *others)
        source = self._notes.source(tree)
        target = self._notes.attempt(
            tree,
            lambda: read_aim(amount, kind[0] if kind else "", source, self._units, ramp=ramp),
            OpenTarget(),
        )
        parts.targets.append((target, tree))

    def _item(self, token: Token, parts: _Parts) -> None:
        match token.type:
            case "TIME" | "DISTANCE":
                parts.lengths.append((self._length(token), token))
            case "CADENCE":
                target = self._notes.attempt(token, lambda: read_cadence(token), OpenTarget())
                parts.targets.append((target, token))
            case "PRESS_LAP":
                parts.lap = True
            case "FREERIDE":
                parts.free = True
            case "MAXEFFORT":
                parts.free = True
                parts.notes.append("all out")
            case "INTENSITY":
                parts.intensity = self._intensity(token)
            case "OPTION":
                parts.notes.append(str(token))
            case "ZERO" if parts.lengths:
                parts.intensity = parts.intensity or Intensity.REST
            case _:
                (parts.rest if parts.has_amounts else parts.cue).append(token)

    def _length(self, token: Token) -> Duration:
        if token.type == "DISTANCE":
            return self._notes.attempt(token, lambda: _distance(token), OpenDuration())
        if _MANY_MINUTES.fullmatch(token):
            metres = f"{token[:-1]}mtr"
            self.remarks.append(
                f"line {token.line}: {token} are minutes; {token[:-1]} metres are {metres}"
            )
        return self._notes.attempt(token, lambda: _time(token), OpenDuration())

    def _intensity(self, token: Token) -> Intensity | None:
        word = token.partition("=")[2].lower()
        known = [intensity.value for intensity in Intensity]
        if word in known:
            return Intensity(word)
        self._notes.add(
            f"expected intensity= and one of {', '.join(known)}, got {cut(token)}"
            f"{hint(word, known)}",
            token,
        )
        return None

    def _rest_behind(self, parts: _Parts) -> Duration | None:
        """The pause of ``30s rest`` behind the step's own length, taken out of the parts."""
        if len(parts.lengths) < 2:
            return None
        rest, token = parts.lengths[1]
        for word in parts.rest:
            follows = token.end_pos is not None and word.start_pos == token.end_pos + 1
            if word.lower() == "rest" and follows and isinstance(rest, TimeDuration):
                del parts.lengths[1]
                parts.rest.remove(word)
                return rest
        return None

    def _check_words(self, parts: _Parts) -> None:
        """Note words that were meant as amounts, or as something of another notation."""
        before = ""
        for word in parts.cue:
            self._check_word(word, before)
            before = word
        for word in parts.rest:
            if word[0].isdigit() or "%" in word or word.lower() in _KINDS:
                self._notes.add(
                    "expected a target such as 80% Pace, Z2 HR, 5:00/km Pace or 90rpm, or words, "
                    f"got {cut(word)}",
                    word,
                )
            else:
                self._check_word(word, before)
            before = word

    def _check_word(self, word: Token, before: str) -> None:
        if _MINUTES.fullmatch(word) and (word[0].isdigit() or before.isdigit()):
            expected = "h, m and s as units of time, as in 10m or 1m30s"
        elif _SEVERAL.fullmatch(word):
            expected = "one length and no range"
        elif _REPEAT.fullmatch(word):
            expected = "the repeat in a line of its own without a dash, such as 4x"
        elif re.search(r"[0-9]%", word):
            expected = "a percentage with a blank behind it, as in 80% Pace"
        else:
            return
        self._notes.add(f"expected {expected}, got {cut(word)}", word)

    def _cue(self, parts: _Parts) -> tuple[str, list[str]]:
        """What the watch is to show, and the whole text where prompts follow at set times."""
        words = " ".join(parts.cue)
        prompt = re.search(r"[0-9]+\^", words)
        if prompt is None:
            return words, []
        return words[: prompt.start()].strip(), [words]

    def _duration(self, parts: _Parts) -> Duration:
        planned = parts.lengths[0][0] if parts.lengths else OpenDuration()
        if not parts.lap:
            return planned
        if parts.lengths:
            parts.notes.append(f"about {duration_text(planned)}, until lap")
        return OpenDuration()

    def _targets(self, parts: _Parts) -> tuple[Target, Target | None]:
        """The target and the second one, a cadence after anything else."""
        if parts.free:
            parts.notes += [f"about {self._source(where)}" for _, where in parts.targets]
            return OpenTarget(), None
        read = [found for found in parts.targets if not isinstance(found[0], OpenTarget)]
        read.sort(key=lambda found: quantity_of(found[0]) == "cadence")
        for position, (target, where) in enumerate(read):
            earlier = {quantity_of(other) for other, _ in read[:position]}
            ramp = isinstance(target, RampTarget)
            if position > 1 or quantity_of(target) in earlier or (ramp and position):
                self._notes.add(
                    "expected one target in a step, or two of different kinds without a ramp in "
                    f"the second, got {cut(self._source(where))} too",
                    where,
                )
            elif ramp and parts.lap:
                self._notes.add(
                    "expected a ramp over a time or a distance, got one that a press of the lap "
                    "button ends",
                    where,
                )
        targets = [target for target, _ in read]
        return (targets or [OpenTarget()])[0], targets[1] if len(targets) > 1 else None

    def _source(self, where: Child) -> str:
        return str(where) if isinstance(where, str) else self._notes.source(where)


def _time(token: Token) -> Duration:
    match = _TIME.fullmatch(token)
    hours, minutes, seconds = match.groups() if match else (None, None, None)
    if hours and seconds and not minutes and token[-1].isdigit():
        minutes, seconds = seconds, None  # 1h30
    length = sum(
        number_of(number) * unit
        for number, unit in ((hours, 3600), (minutes, 60), (seconds, 1))
        if number
    )
    if length <= 0:
        raise SpecError(f"expected a time longer than zero, got {cut(token)}")
    return TimeDuration(duration_s=float(length))


def _distance(token: Token) -> Duration:
    number, unit = re.fullmatch(r"([0-9.]+) ?([a-z]+)", token, re.IGNORECASE).groups()  # type: ignore[union-attr]
    number_of(number)
    unit = next(known for start, known in _SPELLINGS if unit.lower().startswith(start))
    return DistanceDuration(distance_m=parse_distance(f"{number}{unit}"))
