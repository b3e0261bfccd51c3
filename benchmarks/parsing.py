"""Messages a second: our full result, flufl.bounce's recipients, the stdlib's bare parse; one run.

    python -m benchmarks.parsing [seconds for each measurement] [--corpus FOLDER]

All three read the same bytes in one process. Rounds alternate, and each shows its median round.
As the same messages are read over and over, ours is also measured with all that it remembers of
others (refusals, hosts, headers of parts, authors) forgotten before each pass over them.
Where the shared corpus is missing, the messages that this project wrote are read instead.
"""

from __future__ import annotations

import argparse
import email
import statistics
import sys
import time
from collections.abc import Callable
from email import policy
from pathlib import Path

from flufl.bounce import all_failures

from benchmarks.accuracy import CORPUS
from bounces.parsing import parse
from tests.parsing import catalogue

ROUNDS = 7
LETTER = b"All you need to know about the autumn, in seventy-two characters a line.\n" * 420
"""About 30 KB, as newsletters have; the corpus' messages were mostly cut to a line."""


def messages(corpus: Path) -> list[bytes]:
    """The messages that are read, as bytes."""
    folder = corpus / "messages"
    if folder.is_dir():
        return [file.read_bytes() for file in sorted(folder.glob("*.eml"))]
    return [case.raw for case in catalogue.read()]


def bare(raw: bytes) -> object:
    """What the stdlib needs only to split the message."""
    return email.message_from_bytes(raw, policy=policy.compat32)


def flufl(raw: bytes) -> object:
    """What flufl.bounce needs to say who failed, and whether for good."""
    return all_failures(email.message_from_bytes(raw))


def grown(raw: bytes) -> bytes:
    """The same message, returning a letter of a usual size."""
    at = raw.rfind(b"\n--") if b"\nboundary=" in raw.replace(b" ", b"\n") else -1
    at = len(raw) if at < 0 else at
    return raw[:at] + b"\n" + LETTER + raw[at:]


def at_first_sight(raw: bytes) -> object:
    """Our full result; nothing is remembered from the pass before."""
    return parse(raw)


def forget() -> None:
    """Empty everything in which the parser remembers other messages."""
    for name, module in list(sys.modules.items()):
        if name.startswith("bounces.parsing"):
            for value in vars(module).values():
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


READERS: dict[str, Callable[[bytes], object]] = {
    "bounceadmin, full result": parse,
    "the same, at first sight": at_first_sight,
    "stdlib email, bare parse": bare,
    "flufl.bounce, recipients": flufl,
}


def rate(read: Callable[[bytes], object], texts: list[bytes], seconds: float) -> float:
    """Messages a second of processor time, measured over whole passes for about `seconds`."""
    count, elapsed = 0, 0.0
    while elapsed < seconds:
        if read is at_first_sight:
            forget()
        began = time.process_time()
        for raw in texts:
            read(raw)
        elapsed += time.process_time() - began
        count += len(texts)
    return count / max(elapsed, 1e-9)


def main(arguments: list[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("seconds", type=float, nargs="?", default=0.5)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    options = parser.parse_args(arguments)
    texts = messages(options.corpus)
    if not texts:
        print("Speed is not measured: there are no messages to read.")
        return 0
    measure("as they are", texts, options.seconds)
    measure("returning a letter of 30 KB", [grown(raw) for raw in texts], options.seconds)
    return 0


def measure(title: str, texts: list[bytes], seconds: float) -> None:
    """Print a table of the rates of all readers."""
    for read in READERS.values():
        rate(read, texts, 0)  # warm up
    rounds = [[rate(read, texts, seconds) for read in READERS.values()] for _ in range(ROUNDS)]
    rates = [statistics.median(row) for row in zip(*rounds, strict=True)]
    size = sum(map(len, texts)) / len(texts)
    print(f"{len(texts)} messages of {size:,.0f} bytes on average, {title}")
    print(f"  {'messages a second':28}{'rate':>9}{'ours is':>10}")
    for name, one in zip(READERS, rates, strict=True):
        print(f"  {name:28}{one:9,.0f}{rates[0] / one:9.1f}x")
    print()


if __name__ == "__main__":
    sys.exit(main())
