"""`manage.py up`, started as people start it; on PostgreSQL and Redis where they are named."""

from __future__ import annotations

import os
import signal
import smtplib
import socket
import time
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest

from tests.bounceadmin.running import Up, Visitor, clean_environment, free_port, look, manage
from tests.mails import dsn
from tests.services import need_postgresql, need_redis

pytestmark = pytest.mark.slow


@pytest.fixture
def environment(tmp_path, worker_id):
    """A fresh database and broker of the kind that the tests run on."""
    variables = clean_environment(tmp_path / "data")
    if "REDIS_URL" in variables:
        # A Redis database of its own for each test process: a worker takes whatever it finds.
        number = 7 if worker_id == "master" else 8 + int(worker_id.removeprefix("gw"))
        variables["REDIS_URL"] = urlunsplit(urlsplit(need_redis())._replace(path=f"/{number}"))
    if not variables.get("DATABASE_URL", "").startswith("postgres"):
        variables.pop("DATABASE_URL", None)
        yield variables
        return
    server = urlsplit(need_postgresql())
    name = f"up_{uuid4().hex[:12]}"
    with psycopg.connect(urlunsplit(server._replace(path="/postgres")), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        yield variables | {"DATABASE_URL": urlunsplit(server._replace(path=f"/{name}"))}
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def worker_id(request) -> str:
    """Which of pytest-xdist's processes this is; `master` where there is one."""
    return os.environ.get("PYTEST_XDIST_WORKER", "master")


@pytest.fixture
def up(environment):
    """Starts `up`, and ends what a test leaves running."""
    started: list[Up] = []

    def start(*arguments: str, port: int = 0, **variables: str) -> Up:
        started.append(Up(environment | variables, *arguments, port=port))
        return started[-1]

    yield start
    for process in started:
        process.kill()


def let_claims_run_out(environment: dict[str, str]) -> None:
    """Five minutes later: beside other workers none can know that a claim is a dead one's."""
    hour_ago = (
        "from datetime import timedelta; from django.utils import timezone;"
        "from bounces.models import InboundMessage;"
        "InboundMessage.objects.filter(claimed_at__isnull=False)"
        ".update(claimed_at=timezone.now() - timedelta(hours=1))"
    )
    assert manage(environment, "shell", "-c", hour_ago).returncode == 0


def test_it_says_where_it_is_and_the_login_it_says_works(up):
    address, username, password = up().wait_until_ready().groups()
    visitor = Visitor(address)
    status, page = visitor.log_in(username, password)
    assert status == 200
    assert "Log out" in page or "logout" in page
    assert visitor.get("/admin/")[0] == 200


def test_a_password_is_shown_once_and_then_how_to_set_another(up):
    first = up()
    password = first.wait_until_ready()[3]
    first.send(signal.SIGTERM)
    assert first.end() == 0
    second = up()
    line = second.wait_until_ready()[0]
    assert password not in line
    assert "changepassword admin" in line


def test_the_first_account_is_the_one_in_the_environment(up):
    run = up(ADMIN_USERNAME="ines", ADMIN_PASSWORD="a-long-secret-phrase")
    address, username, told = run.wait_until_ready().groups()
    assert (username, told) == ("ines", "as in ADMIN_PASSWORD")
    assert Visitor(address).log_in("ines", "a-long-secret-phrase")[0] == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_within_seconds_and_without_error(up, number):
    run = up()
    run.wait_until_ready()
    begun = time.monotonic()
    run.send(number)
    assert run.end(15) == 0
    assert time.monotonic() - begun < 15
    assert run.lines[-1] == "Stopped."
    assert not any("Traceback" in line for line in run.lines)


def test_a_signal_while_the_demo_is_filled_ends_it_too(up):
    run = up("--demo")
    run.wait_for("subscribers")
    run.send(signal.SIGTERM)
    assert run.end(20) == 0
    assert not any("is ready" in line for line in run.lines)


def test_a_second_signal_ends_it_at_once(up):
    run = up("--demo")
    run.wait_for("subscribers")
    run.send(signal.SIGTERM)
    time.sleep(0.1)
    run.send(signal.SIGTERM)
    assert run.end(3) in (0, 128 + signal.SIGTERM)


def test_what_a_kill_interrupts_is_done_once_at_the_next_start(up, environment):
    killed = up("--demo")
    killed.wait_for("have arrived")
    killed.kill()
    before = look(environment)
    if "REDIS_URL" in environment:
        let_claims_run_out(environment)
    again = up("--demo")
    again.wait_until_ready()
    after = look(environment)
    again.send(signal.SIGTERM)
    assert again.end() == 0
    assert after["messages"].keys() == {"processed"}
    assert sum(before["messages"].values()) <= after["messages"]["processed"]
    # One event a message that says something of a recipient: nothing was lost or counted twice.
    assert sum(after["events"].values()) == after["speaking"]
    assert after["hard_gathered"] == after["hard_said"]
    assert sum(sum(row[1:4]) for row in after["counts"].values()) == after["verified_bounces"]
    third = up("--demo")
    third.wait_until_ready()
    assert look(environment) == after


def test_pending_messages_are_taken_up_at_the_start(up, environment, tmp_path):
    assert manage(environment, "migrate", "-v0").returncode == 0
    store = (
        "from bounces.storing import Incoming, store;"
        "store(Incoming(b'Subject: %d\\n\\nhello' % n, 'file') for n in range(700))"
    )
    assert manage(environment, "shell", "-c", store).returncode == 0
    assert look(environment)["messages"] == {"pending": 700}
    run = up()
    assert "700 messages" in run.wait_for("Going on")
    run.wait_until_ready()
    end = time.monotonic() + 30
    while look(environment)["messages"] != {"processed": 700}:
        assert time.monotonic() < end
    run.send(signal.SIGTERM)
    assert run.end() == 0


def test_a_port_in_use_is_said_in_a_sentence(up):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        run = up(port=port)
        assert run.end(30) == 1
    assert run.lines[-1] == (
        f"CommandError: Port {port} is in use by another program: choose another with --port."
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["--port", "99999"], "--port must be"), (["--host", "no.such.invalid"], "cannot be")],
)
def test_an_address_that_cannot_be_is_said_in_a_sentence(environment, arguments, words):
    out = manage(environment, "up", *arguments)
    assert out.returncode == 1
    assert words in out.stderr.splitlines()[-1]
    assert "Traceback" not in out.stderr


def test_two_on_one_data_folder_are_refused(up, environment):
    if "REDIS_URL" in environment:
        pytest.skip("several workers may share a Redis")
    up().wait_until_ready()
    second = up()
    assert second.end(30) == 1
    assert "Another bounceadmin runs on" in second.lines[-1]


def test_a_data_folder_that_cannot_be_written_is_said_in_a_sentence(environment, tmp_path):
    (tmp_path / "file").write_text("no folder")
    out = manage(environment | {"DATA_DIR": str(tmp_path / "file" / "data")}, "up")
    assert out.returncode == 1
    assert out.stderr.startswith("The data folder ")
    assert out.stderr.count("\n") == 1


@pytest.mark.parametrize("kind", ["broken file", "no server"])
def test_a_database_that_cannot_be_used_is_said_in_a_sentence(environment, tmp_path, kind):
    broken = tmp_path / "broken.sqlite3"
    broken.write_bytes(b"this is no database at all" * 100)
    url = {"broken file": f"sqlite:///{broken}", "no server": "postgres://x@127.0.0.1:1/x"}[kind]
    out = manage(environment | {"DATABASE_URL": url}, "up", "--port", str(free_port()))
    assert out.returncode == 1
    assert out.stderr.splitlines()[-1].startswith("CommandError: The database cannot be used: ")
    assert "Traceback" not in out.stderr


def test_it_takes_bounces_in_where_a_port_is_given_for_that(up, environment):
    port = free_port()
    run = up("--listen-port", str(port))
    run.wait_until_ready()

    with smtplib.LMTP("127.0.0.1", port, timeout=10) as client:
        client.ehlo()
        client.mail("<>")
        assert client.rcpt("nobody@example.com")[0] == 550

    run.send(signal.SIGTERM)
    assert run.end() == 0


_SILENT_MAILBOXES = """
from bounces.models import Mailbox
from bounces.sources.sealing import seal
from tests.factories import make_campaign, make_subscriber
from lists.return_paths import return_path
for n in range(2):
    Mailbox.objects.create(name=f"Silent {{n}}", host="127.0.0.1", port={port}, tls="starttls",
        username="u", password=seal("p"), afterwards="delete")
campaign = make_campaign()
print("ADDRESS", return_path(campaign, make_subscriber("ann@example.net", campaign.mailing_list)))
"""


def test_mailboxes_that_do_not_answer_hold_up_no_bounce(up, environment):
    port = free_port()
    assert manage(environment, "migrate", "-v0").returncode == 0
    with socket.create_server(("127.0.0.1", 0), backlog=10) as silent:
        script = _SILENT_MAILBOXES.format(port=silent.getsockname()[1])
        (address,) = (
            line.removeprefix("ADDRESS ")
            for line in manage(environment, "shell", "-c", script).stdout.splitlines()
            if line.startswith("ADDRESS ")
        )
        run = up("--listen-port", str(port))
        run.wait_until_ready()
        for _ in range(2):
            silent.settimeout(30)
            silent.accept()  # Both are being asked, and wait for a word.

        with smtplib.LMTP("127.0.0.1", port, timeout=10) as client:
            client.sendmail("", [address], dsn(to=address))
        begun = time.monotonic()
        while look(environment)["messages"] != {"processed": 1}:
            assert time.monotonic() - begun < 10
        run.send(signal.SIGTERM)
        assert run.end() == 0


_A_MAILDIR = """
from bounces.models import Mailbox
Mailbox.objects.create(name="Spool", protocol="maildir", folder={folder!r}, afterwards="leave")
"""
_HOW_IT_WENT = """
from bounces.models import InboundMessage, Mailbox, MailboxRun
[mailbox], [run] = Mailbox.objects.all(), MailboxRun.objects.all()
print("WENT", run.outcome, run.stored, InboundMessage.objects.count(), mailbox.lease_token)
"""


def test_a_mailbox_that_is_being_read_is_left_after_the_messages_at_hand(up, environment, tmp_path):
    spool = tmp_path / "spool"
    for name in ("new", "cur", "tmp"):
        (spool / name).mkdir(parents=True)
    for n in range(6000):
        (spool / "new" / f"{n}.host").write_bytes(b"Subject: %d\n\nhello\n" % n)
    environment["MAILDIR_ROOTS"] = str(tmp_path)
    assert manage(environment, "migrate", "-v0").returncode == 0
    script = _A_MAILDIR.format(folder=str(spool))
    assert manage(environment, "shell", "-c", script).returncode == 0

    run = up()
    end = time.monotonic() + 60
    while not any((spool / "cur").iterdir()):
        assert time.monotonic() < end, run.lines
        time.sleep(0.01)
    run.send(signal.SIGTERM)
    assert run.end() == 0
    assert run.lines[-1] == "Stopped."

    read = sum(1 for _ in (spool / "cur").iterdir())
    assert read < 6000
    said = manage(environment, "shell", "-c", _HOW_IT_WENT).stdout
    assert f"WENT more {read} {read} None" in said
