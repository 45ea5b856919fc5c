"""Read on behind damage: index the messages again, and doubt each of them.

The normal walk believes every header byte. After damage it walks out of frame, and
reads values that nobody recorded. This one believes a message by what it says:

- A definition is sound: reserved byte 0, known base types, no field twice.
- A timestamp lies near those before it. A clock that jumps is believed when the
  messages behind the jump agree with it.
- A message without a timestamp is believed when a believed one follows.

Where that fails, the frame is lost. It is found again at the first byte from which
several messages in a row can be believed. The records on both sides of such a gap are
left out, because nobody knows where exactly the damage began and ended. At the end
records that contradict their neighbours are left out.

Every byte is looked at a bounded number of times.
"""

from __future__ import annotations

import functools
from array import array
from typing import Any, Final, NamedTuple

import attrs
import numpy as np

from backrun_fit.fit.bounded_cache import bounded_cache
from backrun_fit.fit.contradictions import flipped_bits, without_contradictions
from backrun_fit.fit.damage import Damage
from backrun_fit.fit.found import Distinct, definition_end, local_type
from backrun_fit.fit.layout import BASE_TYPES, Definition, definition_of
from backrun_fit.fit.profile import TIMESTAMP
from backrun_fit.fit.walk import Walked
from backrun_fit.limits import DEFAULT_LIMITS, Limits

__all__ = ["definition_at", "is_sound", "salvage"]

_SESSION, _RECORD, _ACTIVITY = 18, 20, 34
_WORKOUT, _WORKOUT_STEP = 26, 27

_KEPT_BYTES: Final = 1 << 20

MAX_GAPS: Final = 2_000
"""Most damaged places behind which reading goes on; a file with more is no recording."""

# How far a timestamp may lie before and behind the last one: records never go back, and a
# summary may carry the time at which the session began. People pause overnight.
_RECORD_BACK_S: Final = 10
_BACK_S: Final = 36 * 3600
_AHEAD_S: Final = 12 * 3600
# Two timestamps in a row are 64 bits that cannot be there by chance. A clock that jumps has
# to convince more.
_ENOUGH: Final = 2
_ENOUGH_FOR_JUMP: Final = 3
# So many messages are looked at to tell whether they are some.
_LONGEST_CHAIN: Final = 64
# So many messages without a timestamp in a row are believed even if none with one follows.
_LONGEST_DOUBT: Final = 256
# A message of so many bytes is not one byte over and over.
_LEAST_UNIFORM: Final = 8
# Records are at most so many seconds apart.
_SOON_S: Final = 15
# Definitions of one local type that are tried where its own was lost.
_MOST_ALTERNATIVES: Final = 4
# How many bytes are searched at once: few at first, as most damage is short.
_FIRST_WINDOW: Final = 1 << 9
_LARGEST_WINDOW: Final = 1 << 16
_CRC_SIZE: Final = 2


class _Message(NamedTuple):
    """A definition or data message, as far as its header goes.

    Attributes:
        offset: Of its header byte.
        end: Byte offset behind it.
        local: Local type.
        definition: Itself, or the one under which the message was sent.
        is_definition: Which of the two it is.
        time: FIT seconds; None where there are none.
    """

    offset: int
    end: int
    local: int
    definition: Definition
    is_definition: bool
    time: int | None


class _Clock(NamedTuple):
    """The times that were believed last: of any message, of a record, and the first."""

    last: int | None = None
    record: int | None = None
    first: int | None = None

    def is_near(self, time: int, is_record: bool) -> bool:
        """Whether a recording that was there can be here."""
        if is_record and self.record is not None:
            return self.record - _RECORD_BACK_S <= time <= self.record + _AHEAD_S
        return any(
            known is not None and known - _BACK_S <= time <= known + _AHEAD_S
            for known in (self.last, self.record, self.first)
        )

    def after(self, time: int, is_record: bool) -> _Clock:
        """The clock once a time was believed."""
        first = time if self.first is None else self.first
        return _Clock(time, time if is_record else self.record, first)

    def span(self, is_record: bool) -> tuple[int, int] | None:
        """Between which times ``is_near`` can hold; None while nothing is known."""
        if is_record and self.record is not None:
            return self.record - _RECORD_BACK_S, self.record + _AHEAD_S
        known = [time for time in (self.last, self.record, self.first) if time is not None]
        return (min(known) - _BACK_S, max(known) + _AHEAD_S) if known else None


def salvage(
    data: bytes,
    start: int,
    end: int,
    wrong_crc_from: int | None = None,
    *,
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[Walked, tuple[Damage, ...]]:
    """Find every message of a damaged segment that can be believed.

    Args:
        data: The whole file.
        start: Offset of the first message.
        end: Offset behind the last, at most the length of ``data``.
        wrong_crc_from: Offset of the first byte over which the checksum at ``end`` was
            computed, where that is wrong.
        limits: Of which those of messages and definitions hold; what lies behind one is lost.

    Returns:
        The messages, and the damages in order: one for each gap, and one for the
        records that contradict their neighbours.

    Example:
        >>> body = bytes.fromhex("400000140002fd0486030102")
        >>> records = [bytes([0, n, 0, 0, 0x40, 100 + n]) for n in range(9)]
        >>> data = body + b"".join(records[:4]) + b"lost" + b"".join(records[4:])
        >>> walked, damages = salvage(data, 0, len(data))
        >>> [data[offset + 5] for offset in walked.offsets]
        [100, 101, 102, 105, 106, 107, 108]
        >>> [str(damage) for damage in damages]
        ['bytes that are no message (at byte 30); 16 bytes lost']
    """
    walker = _Walker(data, start, end, limits)
    walker.run()
    walked, damages = walker.walked(), walker.damages
    # Without a session the end is missing, and the last two bytes are no checksum.
    has_end = any(one.message_number in (_SESSION, _ACTIVITY) for one in walked.definitions)
    is_spliced = walker.ends_in_checksum and has_end and not walker.has_gaps
    if walker.has_gaps or is_spliced or wrong_crc_from is not None:
        suspects = []
        if wrong_crc_from is not None and not walker.has_gaps:
            suspects = flipped_bits(data, wrong_crc_from, end)
        walked, damage = without_contradictions(data, walked, suspects, is_spliced)
        if damage is not None:
            damages.append(damage)
    return walked, tuple(sorted(damages, key=lambda damage: damage.offset))


def definition_at(data: bytes, at: int, end: int) -> Definition | None:
    """The definition message at an offset; None where the bytes cannot be one.

    Example:
        >>> data = bytes.fromhex("400000140001fd0486")
        >>> found = definition_at(data, 0, 9)
        >>> found and found.message_number, definition_at(data, 0, 8), definition_at(data, 1, 9)
        (20, None, None)
    """
    if at + 6 > end or data[at] & 0xD0 != 0x40 or data[at + 1] or data[at + 2] > 1:
        return None
    behind = definition_end(data, at, end)
    if behind > end:
        return None
    return definition_of(data[at + 1 : behind], data[at] & 0x20 > 0)


def _definition_bytes(definition: Definition) -> int:
    return definition.kept_bytes


@bounded_cache(_definition_bytes, max_bytes=_KEPT_BYTES)
def is_sound(definition: Definition) -> bool:
    """Whether a definition is one that a recorder writes, and no bytes that look like one.

    Example:
        >>> is_sound(definition_of(bytes.fromhex("0000140001fd0486"), False))
        True
        >>> is_sound(definition_of(bytes.fromhex("0000140001fd0386"), False))
        False
    """
    body = definition.body
    native_end = 5 + 3 * body[4]
    fields = [tuple(body[place : place + 3]) for place in range(5, native_end, 3)]
    if len({number for number, _, _ in fields}) < max(len(fields), 1):
        return False
    if definition.message_number == 0xFFFF or not all(body[native_end + 2 :: 3]):
        return False
    return all(
        (base := BASE_TYPES.get(type_number)) is not None and size > 0 and size % base.size == 0
        for _, size, type_number in fields
    )


@bounded_cache(_definition_bytes, max_bytes=_KEPT_BYTES)
def _time_offset(definition: Definition) -> int | None:
    """Where in a message the timestamp lies; None where there is none of four bytes."""
    slot = definition.fields.get(TIMESTAMP)
    return slot.offset if slot is not None and slot.size == 4 else None


def _has_sound_time(definition: Definition) -> bool:
    return is_sound(definition) and _time_offset(definition) is not None


class _Walker:
    """The state of one walk."""

    def __init__(self, data: bytes, start: int, end: int, limits: Limits) -> None:
        self.damages: list[Damage] = []
        self.has_gaps = False
        self.ends_in_checksum = False
        self._data = data
        self._bytes = np.frombuffer(data, dtype=np.uint8)
        self._start = start
        self._end = end
        self._in_force: dict[int, Definition] = {}
        self._clock = _Clock()
        self._limits = limits
        self._distinct = Distinct()
        self._offsets = array("q")
        self._which = array("H")
        # The last message that was believed for itself, and what was so before it: the number
        # of messages, the definition that it replaced, if it is one, and the clock.
        self._sure: tuple[_Message, int, Definition | None, _Clock] | None = None
        self._before: _Message | None = None
        self._doubted = 0
        self._skip_record = False

    def walked(self) -> Walked:
        """What was found."""
        dtype: type[np.integer[Any]] = np.int32 if self._end < 1 << 31 else np.int64
        return Walked(
            np.array(self._offsets, dtype=dtype),
            np.array(self._which, dtype=np.uint16),
            tuple(self._distinct),
            None,
        )

    def run(self) -> None:
        """Go to the end."""
        at = self._start
        while at < self._end:
            if self._is_too_much():
                self._lose("too many messages or definitions", at, self._end)
                return
            message = self._believed(at)
            if message is None:
                at = self._resume(at)
            else:
                self._take(message)
                at = message.end

    def _is_too_much(self) -> bool:
        return len(self._offsets) >= self._limits.messages or self._distinct.is_beyond(self._limits)

    # -- one message after the other ----------------------------------------------------------

    def _parse(self, at: int, in_force: dict[int, Definition]) -> _Message | None:
        """The message at an offset; None where the bytes cannot be one."""
        data, header = self._data, self._data[at]
        if header & 0xC0 == 0x40:
            definition = definition_at(data, at, self._end)
            if definition is None:
                return None
            end = at + 1 + len(definition.body)
            return _Message(at, end, header & 0x0F, definition, True, None)
        local = local_type(header)
        found = in_force.get(local)
        if found is None or header & 0xB0 in (0x10, 0x20, 0x30) or at + found.size > self._end:
            return None
        if found.size >= _LEAST_UNIFORM and data.count(header, at, at + found.size) == found.size:
            return None  # a block of zeros, which are headers, too
        place = _time_offset(found)
        if place is None:
            return _Message(at, at + found.size, local, found, False, None)
        if header & 0x80:
            return None
        stamp = data[at + place : at + place + 4]
        time = int.from_bytes(stamp, "big" if found.big_endian else "little")
        known = None if time == 0xFFFF_FFFF else time
        return _Message(at, at + found.size, local, found, False, known)

    def _believed(self, at: int) -> _Message | None:
        """The message at an offset that is known to begin one; None where it cannot be."""
        message = self._parse(at, self._in_force)
        if message is None:
            return None
        if message.is_definition:
            if is_sound(message.definition):
                return message
            behind = {**self._in_force, message.local: message.definition}
            return message if self._goes_on(message.end, behind, self._clock, _ENOUGH) else None
        if message.time is None:
            return message if self._may_stand_here(message) else None
        is_record = message.definition.message_number == _RECORD
        if self._clock.last is None or self._clock.is_near(message.time, is_record):
            return message
        clock = _Clock(message.time, message.time if is_record else None, message.time)
        jumped = self._goes_on(message.end, self._in_force, clock, _ENOUGH_FOR_JUMP)
        return message if jumped else None

    def _may_stand_here(self, message: _Message) -> bool:
        """Whether a message without a time may follow the one before it.

        Steps of a workout stand behind their definition, or behind each other.
        """
        if message.definition.message_number not in (_WORKOUT, _WORKOUT_STEP):
            return True
        return self._before is not None and self._before.definition is message.definition

    def _take(self, message: _Message) -> None:
        """Go past a message that is believed."""
        count = len(self._offsets)
        replaced = self._in_force.get(message.local) if message.is_definition else None
        self._before = message
        self._doubted += 1
        if message.is_definition or message.time is not None or self._doubted > _LONGEST_DOUBT:
            self._sure, self._doubted = (message, count, replaced, self._clock), 0
        if message.is_definition:
            self._in_force[message.local] = message.definition
            self._skip_record = False
            return
        is_record = message.definition.message_number == _RECORD
        if message.time is not None:
            self._clock = self._clock.after(message.time, is_record)
        if self._skip_record and is_record:
            damage = self.damages[-1]
            lost_bytes = message.end - damage.offset
            self.damages[-1] = attrs.evolve(damage, lost_bytes=lost_bytes)
        else:
            self._offsets.append(message.offset)
            self._which.append(self._distinct.index_of(message.definition))
        self._skip_record = False

    # -- behind damage ------------------------------------------------------------------------

    def _resume(self, at: int) -> int:
        """Find the next message that can be believed; where it begins, or the end.

        Args:
            at: Where a message should begin and none does.
        """
        search_from, lost_from, count = at + 1, at, len(self._offsets)
        if self._sure is not None:
            message, count, _, _ = self._sure
            search_from = message.offset + 1
            lost_from = message.end if message.is_definition else message.offset
        is_cut, is_checksum = (
            self._is_cut(at),
            self._end - at == _CRC_SIZE and not self._is_next(at),
        )
        tail = self._offsets[count:], self._which[count:]
        self._forget()
        found = self._search(search_from) if len(self.damages) < MAX_GAPS else None
        if is_cut and self._data[at] & 0xC0 != 0x40 and found is not None and found[0] >= at:
            # Within the bytes of one data message that is cut off nothing can be confirmed.
            found = None
        if found is None and is_cut:
            # Only the end is missing: what was taken back is whole.
            self._offsets += tail[0]
            self._which += tail[1]
            self.ends_in_checksum = is_checksum
            kind = "a definition" if self._data[at] & 0xC0 == 0x40 else "the last message"
            self._lose(f"{kind} runs over the end of the data", at, self._end)
            return self._end
        self.has_gaps = True
        if found is None:
            self._lose("bytes that are no message, up to the end", lost_from, self._end)
            return self._end
        position, local, definition = found
        if definition is not None:
            self._in_force[local] = definition
        self._lose("bytes that are no message", min(lost_from, position), position)
        self._sure, self._before, self._doubted, self._skip_record = None, None, 0, True
        return position

    def _is_cut(self, at: int) -> bool:
        """Whether the data end within the message at an offset, or in a checksum."""
        header = self._data[at]
        if self._end - at <= _CRC_SIZE:
            return True
        if header & 0xC0 == 0x40:
            return definition_end(self._data, at, self._end) > self._end
        definition = self._in_force.get(local_type(header))
        return definition is not None and at + definition.size > self._end

    def _is_next(self, at: int) -> bool:
        """Whether the last two bytes are those of a record soon after the one before."""
        definition = self._in_force.get(self._data[at])
        time = self._clock.record
        if definition is None or time is None or _time_offset(definition) != 1:
            return False
        low_byte = time >> 24 if definition.big_endian else time
        return (self._data[at + 1] - low_byte) % 256 <= _SOON_S

    def _forget(self) -> None:
        """Take back the last message that was believed, and those of which none was sure."""
        if self._sure is None:
            return
        message, count, replaced, clock = self._sure
        # Without any other, a doubtful time is what there is to search by.
        self._clock = self._clock if clock.last is None else clock
        del self._offsets[count:]
        del self._which[count:]
        if message.is_definition:
            del self._in_force[message.local]
            if replaced is not None:
                self._in_force[message.local] = replaced

    def _lose(self, what: str, begin: int, end: int) -> None:
        self.damages.append(Damage(what, begin, lost_bytes=end - begin))

    def _search(self, begin: int) -> tuple[int, int, Definition | None] | None:
        """The first offset from which messages can be believed.

        Returns:
            It, and for a data message its local type and definition.
        """
        tries = list(self._in_force.items())
        for local, definitions in self._alternatives.items():
            known = self._in_force.get(local)
            tries += [(local, other) for other in definitions if other is not known]
        window = _FIRST_WINDOW
        while begin < self._end:
            stop = min(begin + window, self._end)
            starts = [(place, -1, -1) for place in self._definition_places(begin, stop)]
            for rank, (local, definition) in enumerate(tries):
                places = self._timed_places(begin, stop, local, definition)
                starts += [(place, rank, local) for place in places]
            for place, rank, local in sorted(starts):
                if rank < 0:
                    if self._goes_on(place, self._in_force, self._clock, _ENOUGH):
                        return place, -1, None
                    continue
                definition = tries[rank][1]
                behind = {**self._in_force, local: definition}
                if self._goes_on(place, behind, self._clock, _ENOUGH):
                    return place, local, definition
            begin, window = stop, min(2 * window, _LARGEST_WINDOW)
        return None

    def _definition_places(self, begin: int, stop: int) -> list[int]:
        """Where between two offsets a sound definition could begin."""
        stop = min(stop, self._end - 5)
        if begin >= stop:
            return []
        header, reserved, order, fields = (
            self._bytes[begin + shift : stop + shift] for shift in (0, 1, 2, 5)
        )
        usable = (header & 0xD0 == 0x40) & (reserved == 0) & (order <= 1) & (fields > 0)
        return [int(place) + begin for place in np.flatnonzero(usable)]

    def _timed_places(self, begin: int, stop: int, local: int, definition: Definition) -> list[int]:
        """Where between two offsets a message with a time that can be could begin."""
        place = _time_offset(definition)
        stop = min(stop, self._end - definition.size + 1)
        near = self._clock.span(definition.message_number == _RECORD)
        if place is None or near is None or begin >= stop:
            return []
        code = f"{definition.order}u4"
        times = np.ndarray((stop - begin,), np.dtype(code), self._data, begin + place, (1,))
        usable = (self._bytes[begin:stop] == local) & (times >= max(near[0], 0))
        return [int(at) + begin for at in np.flatnonzero(usable & (times <= near[1]))]

    @functools.cached_property
    def _alternatives(self) -> dict[int, list[Definition]]:
        """The sound definitions of the whole segment, by local type."""
        found: dict[int, list[Definition]] = {}
        for begin in range(self._start, self._end, _LARGEST_WINDOW):
            stop = min(begin + _LARGEST_WINDOW, self._end)
            for place in self._definition_places(begin, stop):
                known = found.setdefault(self._data[place] & 0x0F, [])
                if len(known) < _MOST_ALTERNATIVES:
                    message = self._parse(place, {})
                    if message is not None and _has_sound_time(message.definition):
                        known.append(message.definition)
        return {local: list(dict.fromkeys(known)) for local, known in found.items()}

    def _goes_on(
        self, at: int, in_force: dict[int, Definition], clock: _Clock, enough: int
    ) -> bool:
        """Whether messages that can be believed stand from an offset on.

        A definition and a time near those before count one each; the first contradiction
        ends it.
        """
        in_force, points = dict(in_force), 0
        for _ in range(_LONGEST_CHAIN):
            if points >= enough or (points and self._end - at in (0, _CRC_SIZE)):
                return True
            if at >= self._end:
                return False
            message = self._parse(at, in_force)
            if message is None:
                return False
            if message.is_definition:
                if not is_sound(message.definition):
                    return False
                in_force[message.local] = message.definition
                points += 1
            elif message.time is not None:
                is_record = message.definition.message_number == _RECORD
                if not clock.is_near(message.time, is_record) and clock.last is not None:
                    return False
                clock = clock.after(message.time, is_record)
                points += 1
            at = message.end
        return points > 0
