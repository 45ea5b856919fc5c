"""How much of what comes from outside is read; every reader takes these limits.

``docs/reference/limits.md`` lists all limits of the package and where each is enforced.
"""

from __future__ import annotations

from typing import Any, Final

import attrs

__all__ = ["BYTES_PER_RECORD_COLUMN", "DEFAULT_LIMITS", "RECORD_COLUMNS", "Limits"]

BYTES_PER_RECORD_COLUMN: Final = 16
"""Peak memory of one value of one record, which is the decoded number and its sorted copy."""

RECORD_COLUMNS: Final = 16
"""Columns of a record without developer fields, so that a record takes 256 bytes."""


def _bound(default: int) -> Any:
    return attrs.field(default=default, validator=attrs.validators.ge(1))


@attrs.frozen(kw_only=True)
class Limits:
    """Upper bounds, each inclusive; the defaults suit a service that takes uploads.

    Attributes:
        file_bytes: Size of an input, and of one unpacked FIT file. A day of one record
            a second is under 10 MB.
        archive_bytes: Unpacked size of all FIT files of one archive together.
        archive_entries: Names in the directory of a zip file, whatever they are.
        archive_members: FIT files in a zip file, and members of a gzip file.
        directory_bytes: Size of the directory of a zip file.
        expansion: Unpacked bytes for one byte of an archive. Real FIT files stay under
            10. Not looked at up to ``free_expansion_bytes``.
        free_expansion_bytes: Unpacked size up to which any expansion is allowed.
        chained_files: FIT files one behind another in one file.
        messages: Data messages in one FIT file: 46 days of one a second.
        definition_messages: Definition messages in one FIT file, each time one is sent.
            Some recorders repeat them every few minutes.
        definitions: Distinct definition messages in one FIT file; real ones have under 100.
        definition_fields: Fields in all distinct definitions of one FIT file together.
        record_memory_bytes: Memory for the decoded records of one source. A record takes
            16 bytes a column: 256 bytes, and 16 more for each developer field.
        laps: Laps of one FIT file; likewise its sessions.
        events: Event messages of one FIT file.
        descriptions: Messages of one FIT file that describe it, of each kind: ``file_id``,
            ``field_description``, ``developer_data_id``, ``activity`` and ``workout``.
        workout_messages: Messages of one workout: steps and repeats. Of a workout file
            likewise the messages beside them.
        workout_values: Values in all messages of a workout, or of a workout file.
        planned_steps: Steps of one workout once its repeats are expanded.
        passes: Passes through all repeats of one workout, once they are expanded.
        nesting: Repeats around a step.
        aligned_steps: Planned steps of one alignment with more than 16 boundaries: each
            costs about 2 ms and 60 kB.
        alignment_cells: Pairs of a boundary and a planned step that one alignment weighs.

    Example:
        >>> Limits(laps=100).laps, Limits().nesting
        (100, 32)
    """

    file_bytes: int = _bound(256 << 20)
    archive_bytes: int = _bound(1 << 30)
    archive_entries: int = _bound(50_000)
    archive_members: int = _bound(10_000)
    directory_bytes: int = _bound(8 << 20)
    expansion: int = _bound(100)
    free_expansion_bytes: int = _bound(16 << 20)
    chained_files: int = _bound(500)
    messages: int = _bound(4_000_000)
    definition_messages: int = _bound(1_000_000)
    definitions: int = _bound(2_000)
    definition_fields: int = _bound(100_000)
    record_memory_bytes: int = _bound(256 << 20)
    laps: int = _bound(10_000)
    events: int = _bound(200_000)
    descriptions: int = _bound(10_000)
    workout_messages: int = _bound(10_000)
    workout_values: int = _bound(250_000)
    planned_steps: int = _bound(10_000)
    passes: int = _bound(100_000)
    nesting: int = _bound(32)
    aligned_steps: int = _bound(1_500)
    alignment_cells: int = _bound(8_000_000)


DEFAULT_LIMITS: Final = Limits()
"""What holds where no limits are given."""
