"""The files that start bounceadmin elsewhere: they must name what there is."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

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


def commands() -> list[list[str]]:
    ours = [s for s in COMPOSE["services"].values() if s["image"] == "bounceadmin"]
    found = [s["command"] for s in ours if "command" in s]
    found += [c["command"] for _, pod in pods() for c in pod["containers"] if "command" in c]
    for unit in UNITS:
        line = re.search(r"^ExecStart=(.+)$", unit.read_text(), re.MULTILINE)
        assert line is not None
        found.append(shlex.split(line[1]))
    return found


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
