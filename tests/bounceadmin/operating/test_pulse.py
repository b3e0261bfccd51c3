"""Whether a process works is told by a sign of life, which a worker's children give."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from bounceadmin.operating import alive
from bounceadmin.operating.pulse import Pulse
from tests.workers import ROOT, Workers, children, until

PULSE_SECONDS = 0.5
DEAD_AFTER = 4


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_a_fresh_sign_is_life_and_an_old_one_is_not(folder):
    pulse = Pulse("beat")
    assert "has not begun" in alive.main(["beat"])
    pulse.beat()
    assert alive.main(["beat"]) == ""
    os.utime(pulse.path, (0, 0))
    assert "no sign of life" in alive.main(["beat"])
    pulse.end()
    assert "has not begun" in alive.main(["beat"])


def test_the_sign_of_a_process_that_ended_says_nothing(folder):
    with subprocess.Popen(["true"]) as ended:
        pass
    Pulse("worker", ended.pid).beat()
    assert "has not begun" in alive.main(["worker"])


def test_one_dead_process_beside_a_living_one_is_found(folder):
    Pulse("worker").beat()
    dead = Pulse("worker", os.getppid())
    dead.beat()
    os.utime(dead.path, (0, 0))
    assert str(os.getppid()) in alive.main(["worker"])


def test_a_question_for_anything_else_is_refused(folder):
    assert alive.main([]) == alive.main(["web"]) == "Ask for one of: worker, beat, listener"


def test_systemd_is_told_while_the_sign_is_fresh(folder, monkeypatch):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(folder / "notify"))
        systemd.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(folder / "notify"))
        pulse = Pulse("worker")
        pulse.tell_systemd()
        with pytest.raises(BlockingIOError):
            systemd.recv(100)
        pulse.beat()
        pulse.tell_systemd()
        assert systemd.recv(100) == b"WATCHDOG=1"


# --- real processes -------------------------------------------------------------------------------


@pytest.fixture
def workers(tmp_path, monkeypatch, transactional_db):
    workers = Workers(tmp_path, monkeypatch, WORKER_PULSE_SECONDS=str(PULSE_SECONDS))
    yield workers
    workers.stop()


def asked(workers: Workers, kind: str, seconds: float = DEAD_AFTER) -> str:
    """What a probe is told."""
    done = subprocess.run(
        [sys.executable, "-m", "bounceadmin.operating.alive", kind, str(seconds)],
        cwd=ROOT, env=workers.env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert bool(done.returncode) == bool(done.stderr)
    return done.stderr


@pytest.mark.slow
@pytest.mark.services
@pytest.mark.timeout(120)
def test_a_worker_whose_children_do_nothing_is_found_dead(workers):
    worker = workers.worker(concurrency=2)
    until(lambda: asked(workers, "worker") == "", 20, workers.tail)
    time.sleep(1.5 * DEAD_AFTER)
    assert asked(workers, "worker") == ""

    for child in children(worker.pid):
        os.kill(child, signal.SIGSTOP)
    until(lambda: "no sign of life" in asked(workers, "worker"), 30, workers.tail)


@pytest.mark.slow
@pytest.mark.services
@pytest.mark.timeout(120)
def test_a_worker_that_lost_its_children_is_alive_if_and_only_if_it_has_new_ones(workers):
    worker = workers.worker(concurrency=2)
    # As they start: that is when Celery may stay without any.
    end = time.monotonic() + 6
    while time.monotonic() < end:
        for child in children(worker.pid):
            os.kill(child, signal.SIGKILL)
        time.sleep(0.05)
    time.sleep(2 * DEAD_AFTER)
    assert (asked(workers, "worker") == "") == (
        worker.poll() is None and len(children(worker.pid)) == 2
    )


@pytest.mark.slow
@pytest.mark.services
@pytest.mark.timeout(120)
def test_a_scheduler_that_stands_by_is_alive_and_one_that_hangs_is_not(workers, tmp_path):
    beats = [
        workers.start("celery", "-A", "bounceadmin", "beat", "-s", f"{tmp_path}/{n}", "--pidfile=")
        for n in range(2)
    ]
    until(lambda: len(list(tmp_path.glob("bounceadmin-beat-*"))) == 2, 30, workers.tail)
    assert asked(workers, "beat", 12) == ""
    os.kill(beats[1].pid, signal.SIGSTOP)
    # It ticks every five seconds at the latest.
    until(lambda: f"The beat {beats[1].pid}" in asked(workers, "beat", 12), 30, workers.tail)
    os.kill(beats[1].pid, signal.SIGTERM)
    os.kill(beats[1].pid, signal.SIGCONT)
    assert beats[1].wait(20) == 0
    assert len(list(tmp_path.glob("bounceadmin-beat-*"))) == 1
