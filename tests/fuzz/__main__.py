"""Fuzz the reader until something breaks: ``python -m tests.fuzz [SEED]``."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path

from tests.fuzz.run import failures


def main(arguments: list[str]) -> int:
    """Write the first input that breaks a promise, and its shortest form, to files; status 1."""
    seed = arguments[0] if arguments else str(secrets.randbelow(1 << 32))
    print(f"seed {seed}; stop with Ctrl-C", flush=True)
    try:
        failure = next(failures(seed, None))
    except KeyboardInterrupt:
        print("nothing broke")
        return 0
    Path(failure.name).write_bytes(failure.data)
    print(f"{failure.name}: mutant {failure.number}: {failure.text}", flush=True)
    smaller = failure.shrunk()
    Path(smaller.name).write_bytes(smaller.data)
    print(f"{smaller.name}: {smaller.text}; {smaller.data.hex()}")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
