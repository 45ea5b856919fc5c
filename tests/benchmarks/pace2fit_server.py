"""pace2fit, timed in an environment of its own: lines of JSON in, lines of JSON out.

    python pace2fit_server.py < REQUESTS

A request is ``{"line": a workout in pace2fit's notation, "turn_s": how long to go on}``, the
answer ``{"best_s": the shortest time from text to bytes, "data": those bytes as hex}``. It runs by
the Python of that environment and shares nothing with the package but this protocol.
"""

from __future__ import annotations

import gc
import itertools
import json
import sys
import time


def main() -> None:
    from pace2fit.encoder import encode  # type: ignore[import-not-found]
    from pace2fit.parser import parse  # type: ignore[import-not-found]

    warm = {"line": "10min@5:00-5:30", "turn_s": 0.1}
    for request in itertools.chain([warm], map(json.loads, sys.stdin)):
        line = request["line"]
        begun = time.perf_counter()
        best_s = float("inf")
        while time.perf_counter() - begun < request["turn_s"]:
            start = time.perf_counter()
            data = encode(parse(line, name="Plan"))
            best_s = min(best_s, time.perf_counter() - start)
        if request is warm:
            # What was imported so far shall not weigh on the garbage collection.
            gc.collect()
            gc.freeze()
        else:
            print(json.dumps({"best_s": best_s, "data": data.hex()}), flush=True)


if __name__ == "__main__":
    main()
