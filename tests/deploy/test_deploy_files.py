"""The files that start bounceadmin elsewhere: they must name what there is."""

from __future__ import annotations

import itertools
import re
import shlex
import subprocess
from collections import Counter
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

from bounceadmin.operating import alive
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
ALIVE = ["python", "-m", "bounceadmin.operating.alive"]
# Read by gunicorn and by PostgreSQL's image, not by us.
FOREIGN = {"WEB_CONCURRENCY", "POSTGRES_PASSWORD"}


PACKAGES = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
STATIC_AND_TEMPLATES = [*settings.STATICFILES_DIRS, *settings.TEMPLATES[0]["DIRS"]]


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


def test_who_asks_whether_a_process_lives_asks_for_what_there_is():
    asked = [(s["command"], s["healthcheck"]["test"][1:]) for s in services() if _lives(s)]
    asked += [
        (c["command"], c["livenessProbe"]["exec"]["command"]) for c in containers() if _lives(c)
    ]
    assert len(asked) == 8
    for command, probe in asked:
        [kind] = {"worker", "beat", "listen"}.intersection(command)
        assert probe == [*ALIVE, {"listen": "listener"}.get(kind, kind)]
        assert kind != "listen" or command[-2:] == ["--port", str(alive.LISTENER_PORT)]
    for unit in UNITS:
        watched = re.search(r"^WatchdogSec=(\d+)$", unit.read_text(), re.MULTILINE)
        assert bool(watched) == (Path(command_of(unit)[0]).name == "celery")
        assert not watched or float(watched[1]) >= DEAD_AFTER


def _lives(place: dict) -> bool:
    """Whether it is a worker, a scheduler or a listener: the site is asked over HTTP."""
    return not {"celery", "listen"}.isdisjoint(place.get("command", []))


def test_the_image_is_built_once_for_all_of_compose():
    assert [s for s in services() if "build" in s] == [COMPOSE["services"]["migrate"]]
    assert {s["pull_policy"] for s in services()} == {"never"}


def test_every_service_of_compose_is_waited_for():
    """`docker compose up --wait` fails where one that stays has no health check."""
    for name, service in COMPOSE["services"].items():
        checked = "test" in service.get("healthcheck", {}) or "command" not in service
        assert checked or name == "migrate", name


def test_no_process_runs_as_root_or_may_write_its_own_code():
    for name, pod in pods():
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        for container in pod["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"] is True, name
            assert container["resources"]["limits"]["memory"], name
    assert COMPOSE["x-app"]["read_only"] is True


def test_a_host_that_starts_again_starts_every_unit_that_is_enabled():
    target = (ROOT / "deploy" / "systemd" / "bounceadmin.target").read_text()
    assert "WantedBy=multi-user.target" in target
    assert "Wants=" not in target, "it would start units that were left out"
    for unit in UNITS:
        assert "PartOf=bounceadmin.target" in unit.read_text(), unit
        assert "WantedBy=bounceadmin.target" in unit.read_text(), unit


def test_the_steps_of_the_documentation_start_all_there_is():
    steps = (ROOT / "docs" / "deploying.md").read_text().replace("\\\n", "")
    replaced = re.findall(r"^docker compose up .*--no-deps (.+)$", steps, re.MULTILINE)
    ours = {name for name, s in COMPOSE["services"].items() if s["image"] == "bounceadmin"}
    assert set(" ".join(replaced).split()) == ours - {"migrate"}
    [enabled] = re.findall(r"^systemctl enable ([^#\n]+)", steps, re.MULTILINE)
    assert set(enabled.split()) == {"bounceadmin.target", *(unit.stem for unit in UNITS)}
    for folders in re.findall(r"compileall -q (.+)$", steps, re.MULTILINE):
        assert set(folders.split()) == PACKAGES


def test_exactly_one_scheduler_announces():
    [beat] = [m for m in MANIFESTS if m["kind"] == "Deployment" and m["metadata"]["name"] == "beat"]
    assert (beat["spec"]["replicas"], beat["spec"]["strategy"]["type"]) == (1, "Recreate")


def test_the_image_holds_what_runs_and_nothing_else():
    patterns = (ROOT / ".dockerignore").read_text().splitlines()
    first, *others = [p for p in patterns if p and not p.startswith("#")]
    assert first == "*"
    let_in = {pattern[1:] for pattern in others if pattern.startswith("!")}
    assert {path for path in let_in if not (ROOT / path).exists()} == set()
    configured = {Path(folder).name for folder in (*settings.LOCALE_PATHS, *STATIC_AND_TEMPLATES)}
    named_in_dockerfile = {"requirements/base.txt", "manage.py"}
    read_at_start = {"gunicorn.conf.py"}
    assert let_in - {"LICENSE"} == PACKAGES | configured | named_in_dockerfile | read_at_start
    assert {"**/*.sqlite3*", "**/.*"} <= set(others)


def test_the_image_runs_as_the_user_that_the_manifests_name():
    dockerfile = (ROOT / "Dockerfile").read_text()
    user = re.search(r"^USER (\d+):(\d+)$", dockerfile, re.MULTILINE)
    assert user is not None
    for name, pod in pods():
        context = pod["securityContext"]
        assert (context["runAsUser"], context["runAsGroup"]) == tuple(map(int, user.groups())), name


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


@pytest.mark.parametrize("name", ["base", "dev"])
def test_every_python_gets_the_same_packages(name: str):
    pinned = re.findall(
        r"^([\w.-]+)==", (ROOT / f"requirements/{name}.txt").read_text(), re.MULTILINE
    )
    assert [package for package, number in Counter(pinned).items() if number > 1] == []
    assert len(pinned) > 40
