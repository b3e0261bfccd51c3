"""The files that start bounceadmin elsewhere: they must name what there is."""

from __future__ import annotations

import itertools
import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

from bounceadmin.operating.pulse import DEAD_AFTER
from bounceadmin.queues import BOUNCES, DEFAULT, QUEUES
from tests.services import find

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = (ROOT / "bounceadmin" / "settings.py").read_text()
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
MANIFESTS = [
    manifest
    for path in sorted((ROOT / "deploy" / "kubernetes").glob("*.yaml"))
    for manifest in yaml.safe_load_all(path.read_text())
]
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
# Read by gunicorn and by PostgreSQL's image, not by us.
FOREIGN = {"WEB_CONCURRENCY", "POSTGRES_PASSWORD"}


def pods() -> list[tuple[str, dict]]:
    return [
        (manifest["metadata"]["name"], manifest["spec"]["template"]["spec"])
        for manifest in MANIFESTS
        if manifest["kind"] in ("Deployment", "Job")
    ]


def containers() -> list[dict]:
    return [container for _, pod in pods() for container in pod["containers"]]


def services() -> list[dict]:
    return [s for s in COMPOSE["services"].values() if s["image"] == "bounceadmin"]


def command_of(unit: Path) -> list[str]:
    line = re.search(r"^ExecStart=(.+)$", unit.read_text(), re.MULTILINE)
    assert line is not None
    return shlex.split(line[1])


def commands_by_place() -> dict[str, list[list[str]]]:
    return {
        "compose": [s["command"] for s in services() if "command" in s],
        "kubernetes": [c["command"] for c in containers() if "command" in c],
        "systemd": [command_of(unit) for unit in UNITS],
    }


def commands() -> list[list[str]]:
    return [command for found in commands_by_place().values() for command in found]


def _optional(program: str) -> str:
    """Not everyone who builds this has the program, and the files can be put to use without."""
    return find(program) or pytest.skip(f"{program} is not installed")


def test_every_setting_they_set_is_one_of_ours():
    named = set(COMPOSE["x-app"]["environment"])
    named |= {k for m in MANIFESTS if m["kind"] == "ConfigMap" for k in m["data"]}
    example = (ROOT / "deploy" / "env.example").read_text()
    named |= set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE))
    assert named
    assert {name for name in named - FOREIGN if f'"{name}"' not in SETTINGS} == set()


@pytest.mark.parametrize("command", commands(), ids=lambda c: " ".join(c)[:60])
def test_every_command_they_start_is_there(command):
    program = Path(command[0]).name
    if program == "python":
        assert command[1] == "manage.py"
        assert command[2] in get_commands()
    else:
        assert program in ("gunicorn", "celery")
        assert (ROOT / ".venv" / "bin" / program).exists() or not (ROOT / ".venv").exists()


@pytest.mark.parametrize("place", ["compose", "kubernetes", "systemd"])
def test_their_workers_take_every_queue_and_none_slow_stands_before_bounces(place):
    workers = [c for c in commands_by_place()[place] if "worker" in c]
    taken = [c[c.index("-Q") + 1].split(",") for c in workers]
    assert sorted(itertools.chain(*taken)) == sorted(queue.name for queue in QUEUES)
    assert {BOUNCES.name, DEFAULT.name} in map(set, taken)


def test_who_asks_whether_workers_and_schedulers_live_asks_for_what_there_is():
    asked = [(s["command"], s["healthcheck"]["test"][1:]) for s in services() if _is_celery(s)]
    asked += [
        (c["command"], c["livenessProbe"]["exec"]["command"]) for c in containers() if _is_celery(c)
    ]
    assert len(asked) == 6
    for command, probe in asked:
        kind = "worker" if "worker" in command else "beat"
        assert probe == ["python", "-m", "bounceadmin.operating.alive", kind]
    for unit in UNITS:
        watched = re.search(r"^WatchdogSec=(\d+)$", unit.read_text(), re.MULTILINE)
        assert bool(watched) == (Path(command_of(unit)[0]).name == "celery")
        assert not watched or float(watched[1]) >= DEAD_AFTER


def _is_celery(place: dict) -> bool:
    return place.get("command", [""])[0] == "celery"


def test_no_process_runs_as_root_or_may_write_its_own_code():
    for name, pod in pods():
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        for container in pod["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"] is True, name
            assert container["resources"]["limits"]["memory"], name
    assert re.search(r"^USER 10001$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert COMPOSE["x-app"]["read_only"] is True


def test_exactly_one_scheduler_announces():
    [beat] = [m for m in MANIFESTS if m["kind"] == "Deployment" and m["metadata"]["name"] == "beat"]
    assert (beat["spec"]["replicas"], beat["spec"]["strategy"]["type"]) == (1, "Recreate")


def test_the_image_holds_no_secret_and_no_data():
    left_out = (ROOT / ".dockerignore").read_text().splitlines()
    assert {".env", "data", ".git", ".venv"} <= set(left_out)


def test_kustomize_puts_the_manifests_together():
    kubectl = _optional("kubectl")
    done = subprocess.run(
        [kubectl, "kustomize", ROOT / "deploy" / "kubernetes"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    spaces = {m["metadata"].get("namespace") for m in yaml.safe_load_all(done.stdout)}
    assert spaces == {None, "bounceadmin"}  # The namespace itself is in none.


def test_systemd_understands_the_units():
    analyze = _optional("systemd-analyze")
    done = subprocess.run([analyze, "verify", *UNITS], capture_output=True, text=True, check=False)
    complaints = [
        line for line in done.stderr.splitlines() if line and "is not executable" not in line
    ]
    assert complaints == []
