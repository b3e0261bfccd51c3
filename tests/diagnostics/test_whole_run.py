"""A diagnosis by the task itself, against a real name server and a real Postfix on loopback."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from diagnostics import showing, tools
from diagnostics.checks.resolving import new_cache
from diagnostics.models import DiagnosticRun
from diagnostics.plans import PLANS
from diagnostics.requesting import request_run
from diagnostics.tasks import run_diagnosis
from tests.diagnostics.checks.authoritative import LOOPBACK, free_port, serving
from tests.diagnostics.checks.mail_host import authority, server_context
from tests.diagnostics.checks.postfix import postfix
from tests.factories import make_campaign, make_list, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.services]

ZONES = {
    "good.test": """
@ TXT "v=spf1 ip4:192.0.2.25 -all"
@ MX 10 mx.good.test.
mx A 127.0.0.1
mail A 192.0.2.25
_dmarc TXT "v=DMARC1; p=quarantine; rua=mailto:dmarc@good.test"
s1._domainkey TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
""",
    "broken.test": """
@ TXT "v=spf1 include:gone.broken.test ?all"
@ TXT "v=spf1 -all"
@ MX 10 mx.broken.test.
""",
    "2.0.192.in-addr.arpa": "25 PTR mail.good.test.",
    "0.0.127.in-addr.arpa": "1 PTR mx.good.test.",
}


@pytest.fixture(scope="module")
def name_server(tmp_path_factory):
    with serving(ZONES, tmp_path_factory.mktemp("knot")) as port:
        yield port


@pytest.fixture(scope="module")
def mail_host(tmp_path_factory):
    """A Postfix that takes bounces for good.test, in the plain and in the signed form."""
    directory: Path = tmp_path_factory.mktemp("certificate")
    server_context(authority(), "mx.good.test", directory)
    with postfix("good.test", ["bounces"], "mx.good.test", directory / "mx.good.test.pem") as port:
        yield port


@pytest.fixture
def network(settings, monkeypatch, name_server):
    """Questions go to our name server; the world is loopback."""
    monkeypatch.setattr(tools, "_cache", new_cache())
    settings.DIAGNOSTICS_RESOLVERS = [f"{LOOPBACK}#{name_server}"]
    settings.DIAGNOSTICS_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    settings.DIAGNOSTICS_HELO = "probe.good.test"
    settings.DIAGNOSTICS_SECONDS = 20
    return settings


def run_about(domain: str, *, reach_internal: bool, plan: str = "checkup") -> DiagnosticRun:
    row = make_list(
        bounce_domain=domain,
        header_from=f"news@{domain}",
        sending_ips="192.0.2.25",
        dkim_selectors="s1",
    )
    campaign = make_campaign(mailing_list=row, bounce_address=f"bounces@{domain}")
    run = request_run(PLANS[plan], campaign, by=make_user("Admin"), reach_internal=reach_internal)
    run_diagnosis(run.pk)
    run.refresh_from_db()
    return run


def told(run: DiagnosticRun, check: str) -> dict[str, str]:
    return dict(run.findings.filter(check_name=check).values_list("title", "status"))


def test_a_good_domain_with_a_real_mail_host(network, mail_host):
    network.DIAGNOSTICS_SMTP_PORT = mail_host
    run = run_about("good.test", reach_internal=True)

    assert run.state == DiagnosticRun.State.DONE
    assert not showing.page(run).is_blind
    assert told(run, "spf") == {
        "The SPF record of good.test is sound.": "ok",
        "Mail from 192.0.2.25: pass.": "ok",
    }
    assert "ok" in told(run, "dkim").values()
    assert "ok" in told(run, "ptr").values()
    mailbox = told(run, "mailbox")
    assert mailbox["mx.good.test takes mail for bounces@good.test."] == "ok"
    assert mailbox["mx.good.test refuses addresses that do not exist."] == "ok"
    reverse = "mx.good.test (127.0.0.1) is called mx.good.test, and the name leads back to it."
    assert mailbox[reverse] == "ok"


def test_a_mail_host_that_refuses_signed_bounce_addresses_is_told(network, mail_host):
    network.DIAGNOSTICS_SMTP_PORT = mail_host
    run = run_about("good.test", reach_internal=True, plan="no-bounces")
    refused = [title for title, status in told(run, "mailbox").items() if status == "problem"]
    # Postfix knows `bounces`, and has no recipient_delimiter: bounces+… is unknown to it.
    assert len(refused) == 1
    assert "bounces+ann=example.com" in refused[0]
    assert run.verdict == "The mail host refuses the bounce address."


def test_without_leave_no_internal_address_is_connected_to(network, mail_host):
    network.DIAGNOSTICS_SMTP_PORT = mail_host
    run = run_about("good.test", reach_internal=False)
    assert set(told(run, "mailbox").values()) == {"could-not-check"}
    # And where the world finds it at an internal address, no bounce can arrive.
    assert any("127.0.0.1, which the Internet cannot reach" in title for title in told(run, "mx"))


def test_a_broken_domain_is_told_all_that_is_wrong(network):
    run = run_about("broken.test", reach_internal=True)
    assert told(run, "spf")["broken.test publishes 2 SPF records."] == "problem"
    assert "problem" in told(run, "dkim").values()
    assert "problem" in told(run, "mx").values()
    assert run.problems >= 3


def test_a_dead_resolver_gives_neither_a_pass_nor_a_fail(network):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        # Takes questions and never answers.
        silent.bind((LOOPBACK, 0))
        network.DIAGNOSTICS_RESOLVERS = [f"{LOOPBACK}#{silent.getsockname()[1]}"]
        network.DIAGNOSTICS_SECONDS = 3
        run = run_about("good.test", reach_internal=True)
    assert run.state == DiagnosticRun.State.DONE
    network_checks = run.findings.exclude(check_name__in=["dmarc-reports", "events"])
    assert set(network_checks.values_list("status", flat=True)) <= {"could-not-check", "info"}
    assert (run.problems, run.warnings) == (0, 0)
    assert run.worst == "could-not-check"
    assert showing.page(run).is_blind


def test_a_resolver_that_is_not_there_is_the_same(network):
    network.DIAGNOSTICS_RESOLVERS = [f"{LOOPBACK}#{free_port()}"]
    network.DIAGNOSTICS_SECONDS = 3
    run = run_about("good.test", reach_internal=True, plan="no-bounces")
    assert (run.problems, run.warnings) == (0, 0)
