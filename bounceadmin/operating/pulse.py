"""A sign of life: a file that a process touches while it works, for probes to look at."""

from __future__ import annotations

import os
import socket
import tempfile
import time
from contextlib import suppress
from pathlib import Path

# Without a sign for so many seconds a process is taken for dead.
DEAD_AFTER = 120.0


class Pulse:
    """The sign of one process, of a kind such as `worker`; `pid` is ours unless given."""

    def __init__(self, kind: str, pid: int = 0) -> None:
        self.pid = pid or os.getpid()
        self.path = _folder() / f"bounceadmin-{kind}-{self.pid}.pulse"

    def beat(self) -> None:
        """It works now."""
        self.path.touch()

    def tell_systemd(self) -> None:
        """Pass a fresh sign on to systemd's watchdog (`sd_notify(3)`), where that is who asks."""
        address = os.environ.get("NOTIFY_SOCKET", "")
        if not address or self.age() > DEAD_AFTER / 4:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
            # An `@` stands for the zero byte of an abstract address.
            to.sendto(b"WATCHDOG=1", address.replace("@", "\0", 1))

    def age(self) -> float:
        """Seconds since the last sign; infinite where there was none."""
        with suppress(OSError):
            return time.time() - self.path.stat().st_mtime
        return float("inf")

    def is_over(self) -> bool:
        """Whether its process is no more."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        return False

    def end(self) -> None:
        """It stops, as it should."""
        with suppress(OSError):
            self.path.unlink()


def pulses(kind: str) -> list[Pulse]:
    """Of all processes of a kind on this machine (or in this container) that have not ended."""
    found = []
    for path in _folder().glob(f"bounceadmin-{kind}-*.pulse"):
        pid = path.stem.rpartition("-")[2]
        pulse = Pulse(kind, int(pid)) if pid.isdigit() else None
        if pulse is not None and not pulse.is_over():
            found.append(pulse)
    return found


def _folder() -> Path:
    return Path(tempfile.gettempdir())
