"""What kind of file it is, and under which identity watches file it."""

from __future__ import annotations

from backrun_fit.fit.columns import decode
from backrun_fit.fit.source import Source, open_source

__all__ = ["identity", "kinds"]


def kinds(source: Source) -> tuple[str, ...]:
    """The kinds of FIT file in a source, in order: ``activity``, ``workout``, ``settings`` ...

    Args:
        source: A path, bytes or a binary file object; gzip and zip are opened.

    Returns:
        One word a FIT file or chained segment; a damaged one too, by what is left.

    Raises:
        DecodeError: The source cannot be read, or does not begin with a FIT header.
    """
    from backrun_fit.fit.activity_reader import file_kind

    return tuple(
        file_kind(segment)
        for name, data in open_source(source)
        for segment in decode(data, source=name, on_error="salvage").segments
    )


def identity(data: bytes) -> tuple[object, ...]:
    """What a watch tells files apart by: type, manufacturer, product, serial number.

    Args:
        data: One FIT file.

    Returns:
        The four raw values of ``file_id`` (FIT Profile 21.212, fields 0 to 3);
        None for those that are absent.
    """
    table = decode(data).segments[0].table("file_id")
    fields = ("type", "manufacturer", "product", "serial_number")
    return tuple((table.raw(field) or [None])[0] for field in fields)
