"""Whether the workers, the scheduler or the listener of this machine work: for probes.

    python -m bounceadmin.operating.alive worker [SECONDS]
    python -m bounceadmin.operating.alive beat
    python -m bounceadmin.operating.alive listener [PORT]

Exit code 0 where at least one is there and each has given a sign of life lately; a listener is
asked by being called. Starts no Django, so that asking often costs little.
"""

from __future__ import annotations

import socket
import sys

from bounceadmin.operating.pulse import DEAD_AFTER, pulses

LISTENER_PORT = 2525
# It greets, or says that it is as busy as it may be.
_GREETINGS = (b"220", b"421")
GREETS_WITHIN = 5.0


def main(arguments: list[str]) -> str:
    """Empty if all is well, else a sentence on what is not."""
    match arguments:
        case ["worker" | "beat" as kind, *seconds]:
            return _without_a_sign(kind, float(seconds[0]) if seconds else DEAD_AFTER)
        case ["listener", *port]:
            return _without_a_greeting(int(port[0]) if port else LISTENER_PORT)
    return "Ask for one of: worker, beat, listener"


def _without_a_sign(kind: str, seconds: float) -> str:
    found = pulses(kind)
    if not found:
        return f"There is no {kind} here, or it has not begun."
    for pulse in found:
        if pulse.age() > seconds:
            return f"The {kind} {pulse.pid} has given no sign of life for {pulse.age():.0f} s."
    return ""


def _without_a_greeting(port: int) -> str:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=GREETS_WITHIN) as call:
            call.settimeout(GREETS_WITHIN)
            greeting = call.recv(512)
            call.sendall(b"QUIT\r\n")
    except OSError as error:
        return f"The listener at port {port} does not answer: {error}"
    return "" if greeting.startswith(_GREETINGS) else f"The listener says {greeting!r}."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) or 0)
