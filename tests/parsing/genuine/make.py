"""Makes genuine bounces: `python3 make.py MTA FOLDER`, as root where that MTA is installed.

Give it a machine of its own (a container or chroot of Debian with the MTA, python3-aiosmtpd,
python3-dnspython, iproute2 and util-linux): it overwrites the MTA's configuration. It moves itself
into namespaces of its own, where the only other host is `world.py`: nothing that it sends can
leave, and all that it started ends with it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from mtas import MTAS, Mta, run
from scenarios import MTA_HOST, SCENARIOS, Scenario
from world import DNS_IP, MTA_IP, WORLD_IPS

_HERE = Path(__file__).parent
_QUIET = 2.5
"""Seconds without a new message after which a scenario is over."""
_LONGEST = 25.0


def _link(world: int) -> None:
    """Join our network namespace with that of the process `world`."""
    run("ip", "link", "set", "lo", "up")
    run("ip", "link", "add", "mta", "type", "veth", "peer", "name", "world", "netns", str(world))
    run("ip", "addr", "add", f"{MTA_IP}/24", "dev", "mta")
    run("ip", "link", "set", "mta", "up")
    inside = ("nsenter", "--target", str(world), "--net", "ip")
    run(*inside, "link", "set", "lo", "up")
    for ip in WORLD_IPS:
        run(*inside, "addr", "add", f"{ip}/24", "dev", "world")
    run(*inside, "link", "set", "world", "up")


def _play(mta: Mta, scenario: Scenario, inbox: Path, folder: Path) -> None:
    """Send one mail and keep what comes back as `mta-scenario.eml`.

    Of a delay notice and what follows it, the first and the last are kept.
    """
    mta.send(scenario)
    began = changed = time.monotonic()
    count = 0
    while time.monotonic() - began < _LONGEST:
        time.sleep(0.5)
        if mta.retry and scenario.waits:
            subprocess.run(mta.retry, capture_output=True, timeout=60, check=False)
        if (now := len(list(inbox.glob("*.eml")))) > count:
            count, changed = now, time.monotonic()
        enough = 2 if scenario.waits else 1
        if count >= enough and time.monotonic() - changed > _QUIET:
            break
    paths = [path for path in sorted(inbox.glob("*.eml")) if _is_about(scenario, path)]
    if len(paths) > 1 and "action: delayed" in paths[0].read_text(errors="replace").lower():
        paths[1:-1], suffixes = [], ["-delayed", "-expired"]
    else:
        suffixes = ["", *(f"-{number}" for number in range(2, len(paths) + 1))]
    for path, suffix in zip(paths, suffixes, strict=False):
        path.rename(folder / f"{mta.name}-{scenario.name}{suffix}.eml")
    for left in inbox.glob("*.eml"):
        left.unlink()
    print(f"{mta.name} {scenario.name}: {count}", flush=True)


def _is_about(scenario: Scenario, path: Path) -> bool:
    """Tell a scenario's own reports from late ones of an earlier scenario."""
    return f"<{scenario.name}.20261124@example.com>" in path.read_text(errors="replace")


def main(name: str, folder: Path, only: list[str]) -> None:
    mta = MTAS[name]
    inbox = folder / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    run("hostname", MTA_HOST)
    world = subprocess.Popen(
        ["unshare", "--net", sys.executable, str(_HERE / "world.py"), str(inbox)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    time.sleep(1)
    _link(world.pid)
    assert world.stdin and world.stdout
    world.stdin.write("\n")
    world.stdin.flush()
    assert world.stdout.readline() == "ready\n"
    Path("/etc/resolv.conf").write_text(f"nameserver {DNS_IP}\n")
    Path("/etc/hosts").write_text(f"127.0.0.1 localhost\n{MTA_IP} {MTA_HOST} mta\n")
    run("useradd", "--create-home", "jane")
    mta.prepare()
    for scenario in SCENARIOS:
        if scenario.name not in mta.without and (not only or scenario.name in only):
            _play(mta, scenario, inbox, folder)


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in MTAS:
        sys.exit(f"usage: {sys.argv[0]} {'|'.join(MTAS)} FOLDER [SCENARIO ...]")
    if os.environ.get("GENUINE") != "inside":
        os.environ["GENUINE"] = "inside"
        apart = ("--net", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc",
                 "--propagation", "unchanged")  # fmt: skip
        os.execvp("unshare", ["unshare", *apart, sys.executable, *sys.argv])
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
