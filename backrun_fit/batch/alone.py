"""One run on an output at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from backrun_fit.errors import BatchError
from backrun_fit.output import OutputError, kept_mode

__all__ = ["alone"]


@contextmanager
def alone(output: Path) -> Iterator[None]:
    """Refuse a second run on the same output for as long as the context lasts.

    A run that is killed leaves a lock file that nobody holds, and that stops nobody.

    Args:
        output: A file or folder; need not exist. Its folder is made when absent.

    Raises:
        BatchError: There is another run.
        OutputError: The system refused the lock file, or its name is taken by something else.
    """
    from filelock import FileLock, Timeout

    whole = Path(os.path.abspath(output))  # noqa: PTH100 - "." has a name, links stay
    path = whole.parent / f".{whole.name}.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _require_ours(path)
        lock = FileLock(path, timeout=0)
        lock.acquire()
    except Timeout as error:
        raise BatchError(f"{output}: expected no other run on this output, got one") from error
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from error
    try:
        yield
    finally:
        # Before it is let go, or somebody else's would go; where the system minds, it stays.
        with suppress(OSError):
            path.unlink()
        lock.release()


def _require_ours(path: Path) -> None:
    """See that locking destroys nothing: it truncates the file, and deletes it in the end."""
    if kept_mode(path) is not None and path.lstat().st_size:
        raise OutputError(
            f"{path}: expected an empty lock file, got a file with content: move it away, or give "
            "the output another name"
        )
