"""From bytes to tables, one per kind of message."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Final

import attrs

from backrun_fit.errors import DecodeError
from backrun_fit.fit.cells import Cells
from backrun_fit.fit.container import (
    SegmentBytes,
    check_crc,
    hides_a_file,
    salvage_segments,
    split_segments,
)
from backrun_fit.fit.damage import SALVAGE_HINT, Damage, OnError
from backrun_fit.fit.layout import DeveloperKey
from backrun_fit.fit.messages import Messages
from backrun_fit.fit.profile import load_profile
from backrun_fit.fit.salvage import salvage
from backrun_fit.fit.table import DeveloperField, Raw, Table, Value
from backrun_fit.fit.walk import Walked, walk
from backrun_fit.limits import DEFAULT_LIMITS, Limits

__all__ = [
    "DeveloperField",
    "FitData",
    "Raw",
    "Segment",
    "Table",
    "Value",
    "decode",
    "decode_start",
]


_DESCRIPTIONS: Final = (
    *("file_id", "field_description", "developer_data_id", "activity", "workout"),
)

# FIT Profile 21.212, field_description.
_NATIVE: Final = ("native_mesg_num", "native_field_num")


@attrs.frozen(eq=False, slots=False)
class Segment:
    """One FIT file of a chain.

    Attributes:
        index: Zero-based position in the chain.
        offset: Byte at which its header stands.
        damages: What is wrong with its bytes; empty unless salvaged.
    """

    index: int
    offset: int
    damages: tuple[Damage, ...]
    _cells: Cells = attrs.field(repr=False)

    @property
    def message_numbers(self) -> tuple[int, ...]:
        """Global numbers of the messages there are, in order of the first of each."""
        return self._cells.messages.numbers

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was odd so far, one sentence each; text is checked when it is read."""
        return tuple(self._cells.log)

    def __len__(self) -> int:
        return len(self._cells.messages)

    @property
    def value_count(self) -> int:
        """How many fields all messages have together."""
        return self._cells.messages.value_count

    def table(self, message: str | int) -> Table:
        """All messages of one kind, in order of the file; empty where there are none.

        Args:
            message: FIT's name, ``message_<number>``, or the number.

        Raises:
            KeyError: The profile has no message of this name.
        """
        number = load_profile().message_number(message) if isinstance(message, str) else message
        if number not in self._tables:
            self._tables[number] = Table(
                number=number,
                picked=self._cells.messages.of(number),
                cells=self._cells,
                described=lambda: self.developer_fields,
            )
        return self._tables[number]

    @functools.cached_property
    def _tables(self) -> dict[int, Table]:
        return {}

    @functools.cached_property
    def developer_fields(self) -> Mapping[DeveloperKey, DeveloperField]:
        """The developer fields that the file describes, by index and number.

        A later description of the same field replaces an earlier one, for all
        messages; a change of type is told as a warning.
        """
        rows = self.table("field_description").raw_rows(
            "developer_data_index",
            "field_definition_number",
            "fit_base_type_id",
            "field_name",
            "units",
            *_NATIVE,
        )
        found: dict[DeveloperKey, DeveloperField] = {}
        for index, number, type_number, name, units, *native in rows:
            if isinstance(index, int) and isinstance(number, int) and isinstance(type_number, int):
                before = found.get((index, number))
                if before is not None and before.type_number != type_number:
                    text = f"developer field dev_{index}_{number} is described as two types"
                    self._cells.log[text] = None
                found[index, number] = DeveloperField(
                    name=name if isinstance(name, str) else f"dev_{index}_{number}",
                    units=units if isinstance(units, str) else "",
                    type_number=type_number,
                    developer_index=index,
                    number=number,
                    **{
                        key: value if isinstance(value, int) else None
                        for key, value in zip(_NATIVE, native, strict=True)
                    },
                )
        return found


@attrs.frozen(eq=False)
class FitData:
    """A decoded file.

    Attributes:
        segments: One per FIT file in the chain, in order; at least one.
    """

    segments: tuple[Segment, ...]

    @property
    def damages(self) -> tuple[Damage, ...]:
        """What is wrong with the bytes, in order; empty unless salvaged."""
        return tuple(damage for segment in self.segments for damage in segment.damages)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Those of all segments, in order."""
        return tuple(text for segment in self.segments for text in segment.warnings)


def decode(
    data: bytes,
    *,
    source: str | None = None,
    on_error: OnError = "raise",
    limits: Limits = DEFAULT_LIMITS,
) -> FitData:
    """Find every message of a FIT file.

    Args:
        data: The file's bytes.
        source: Its name, for errors.
        on_error: ``raise`` refuses a damaged file. ``salvage`` reads on behind the
            damage, leaves out what cannot be true, and tells the damage in
            ``FitData.damages``.
        limits: Of which those of chains, messages and definitions hold, and those of the
            kinds of messages that become objects: laps, events, descriptions, steps.

    Raises:
        DecodeError: The bytes are no FIT file, or are damaged; where, what was
            expected and what was got. With ``salvage`` only when there is no FIT file
            in them, or a limit is broken.

    Example:
        >>> data = decode(bytes.fromhex(
        ...     "0c105408120000002e464954"
        ...     "4000001400020301020504860096954e0000" "e7d2"
        ... ))
        >>> records = data.segments[0].table("record")
        >>> records.column("distance"), records.values("heart_rate")
        (array([201.17]), [150])
    """
    if on_error == "salvage" and hides_a_file(data, limits=limits):
        return FitData(tuple(_salvaged(data, source, limits)))
    try:
        return FitData(tuple(_segments(data, source, limits)))
    except DecodeError:
        if on_error == "raise":
            raise
        return FitData(tuple(_salvaged(data, source, limits)))


def _segments(data: bytes, source: str | None, limits: Limits) -> Iterator[Segment]:
    """The files of an intact chain."""
    for index, found in enumerate(split_segments(data, source, limits=limits)):
        walked = walk(data, found.data_start, found.data_end, limits=limits)
        warning, changed = check_crc(data, found)
        damages = [*found.damages, *filter(None, (walked.damage, changed))]
        if damages:
            raise damages[0].error(source, SALVAGE_HINT)
        yield _segment(data, index, found, walked, source, limits, warning)


def _salvaged(data: bytes, source: str | None, limits: Limits) -> Iterator[Segment]:
    """The files of a damaged chain, as far as they can be believed."""
    for index, found in enumerate(salvage_segments(data, source, limits=limits)):
        walked = walk(data, found.data_start, found.data_end, limits=limits)
        warning, changed = check_crc(data, found)
        damages = found.damages
        if walked.damage or changed:
            wrong_crc_from = found.start if changed and found.has_header else None
            walked, gaps = salvage(
                data, found.data_start, found.data_end, wrong_crc_from, limits=limits
            )
            damages = tuple(filter(None, (*found.damages, *gaps, changed)))
        yield _segment(data, index, found, walked, source, limits, warning, damages)


def _segment(
    data: bytes,
    index: int,
    found: SegmentBytes,
    walked: Walked,
    source: str | None,
    limits: Limits,
    warning: str | None,
    damages: tuple[Damage, ...] = (),
) -> Segment:
    log = dict.fromkeys(filter(None, (*found.warnings, warning)))
    messages = Messages(data, walked)
    _check_counts(messages, source, limits)
    return Segment(index, found.start, damages, Cells(data, messages, log))


def _check_counts(messages: Messages, source: str | None, limits: Limits) -> None:
    """Make sure that there are not too many messages of a kind that becomes Python objects.

    Records and most other kinds become columns, and are bounded by their memory.
    """
    counts = messages.counts
    for name, most in (
        ("lap", limits.laps),
        ("session", limits.laps),
        ("event", limits.events),
        ("workout_step", limits.workout_messages),
        *((name, limits.descriptions) for name in _DESCRIPTIONS),
    ):
        count = counts.get(load_profile().message_number(name), 0)
        if count > most:
            raise DecodeError(
                f"too many {name} messages",
                expected=f"at most {most}",
                got=str(count),
                source=source,
            )


def decode_start(
    data: bytes,
    enough_bytes: int,
    *,
    source: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> FitData:
    """The first messages of each FIT file in a chain; damage and checksums are not looked at.

    Args:
        data: The file's bytes.
        enough_bytes: How many bytes of messages are looked at in each.
        source: Its name, for errors.
        limits: Of which those of chains, messages and definitions hold.

    Raises:
        DecodeError: The bytes do not begin with a FIT header.
    """
    segments: list[Segment] = []
    for found in split_segments(data, source, limits=limits):
        end = min(found.data_end, found.data_start + enough_bytes)
        walked = walk(data, found.data_start, end, limits=limits)
        cells = Cells(data, Messages(data, walked), {})
        segments.append(Segment(len(segments), found.start, (), cells))
    return FitData(tuple(segments))
