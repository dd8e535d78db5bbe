"""Asks one path of an API so many times a second, whatever the answers take.

    BENCH_TOKEN=… python -m bench.load PORT PATH RATE SECONDS

Prints a JSON line: answers a second, milliseconds from when a question was due to its answer, statuses.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections import Counter

from bench.figures import percentile

CONNECTIONS = 16


class Tally:
    """What came back."""

    def __init__(self) -> None:
        self.took: list[float] = []
        self.statuses: Counter[str] = Counter()


async def _ask(port: int, question: bytes, due: list[float], tally: Tally) -> None:
    """Send the question at each of these moments, one after the other, on one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for moment in due:
        await asyncio.sleep(moment - time.perf_counter())
        writer.write(question)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        await reader.readexactly(length)
        tally.took.append((time.perf_counter() - moment) * 1000)
        tally.statuses[head.split(b" ", 2)[1].decode()] += 1
    writer.close()


async def load(port: int, path: str, token: str, rate: float, seconds: float) -> dict[str, object]:
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n"
    tally, begin = Tally(), time.perf_counter() + 0.2
    due = [begin + number / rate for number in range(int(rate * seconds))]
    await asyncio.gather(
        *(_ask(port, head.encode(), due[first::CONNECTIONS], tally) for first in range(CONNECTIONS))
    )
    return {
        "rate": len(tally.took) / (time.perf_counter() - begin),
        "p50": percentile(tally.took, 0.5),
        "p95": percentile(tally.took, 0.95),
        "statuses": tally.statuses,
    }


if __name__ == "__main__":
    port, path, rate, seconds = sys.argv[1:]
    work = load(int(port), path, os.environ["BENCH_TOKEN"], float(rate), float(seconds))
    print(json.dumps(asyncio.run(work)))
