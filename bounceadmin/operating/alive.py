"""Whether the workers, or the scheduler, of this machine work: for probes.

    python -m bounceadmin.operating.alive worker [SECONDS]
    python -m bounceadmin.operating.alive beat

Exit code 0 where at least one is there and each has given a sign of life lately. Starts no Django,
so that asking often costs little.
"""

from __future__ import annotations

import sys

from bounceadmin.operating.pulse import DEAD_AFTER, pulses

_KINDS = ("worker", "beat")


def main(arguments: list[str]) -> str:
    """Empty if all is well, else a sentence on what is not."""
    kind = arguments[0] if arguments else ""
    if kind not in _KINDS:
        return "Ask for one of: " + ", ".join(_KINDS)
    seconds = float(arguments[1]) if len(arguments) > 1 else DEAD_AFTER
    found = pulses(kind)
    if not found:
        return f"There is no {kind} here, or it has not begun."
    for pulse in found:
        if pulse.age() > seconds:
            return f"The {kind} {pulse.pid} has given no sign of life for {pulse.age():.0f} s."
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) or 0)
