"""MTA-STS and TLS reporting (RFC 8461, RFC 8460), and fetching over HTTPS."""

from __future__ import annotations

import http.server
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dns.resolver
import pytest

from diagnostics.checks.connecting import connector
from diagnostics.checks.fetching import LONGEST, Fetched, fetcher
from diagnostics.checks.findings import Finding
from diagnostics.checks.mta_sts import check_mta_sts, policy_url, read_policy
from diagnostics.checks.mx import MailHost, MailRoute
from diagnostics.checks.resolving import BoundedResolver
from diagnostics.checks.tls_rpt import check_tls_rpt
from diagnostics.checks.zones import ZoneResolver
from network.addresses import AddressPolicy
from tests.diagnostics.checks.mail_host import authority, scripted, server_context

DOMAIN = "example.com"
ROUTE = MailRoute(DOMAIN, "found", (MailHost("mx.example.com", 10, ("192.0.2.1",)),))
GOOD = "version: STSv1\nmode: enforce\nmx: mx.example.com\nmax_age: 604800\n"
RECORD = {"_mta-sts.example.com": {"TXT": ["v=STSv1; id=20261124"]}}


def serve(body: str, **changes: Any) -> Any:
    def fetch(url: str) -> Fetched:
        assert url == policy_url(DOMAIN)
        given: dict[str, Any] = {
            "status": 200,
            "content_type": "text/plain",
            "body": body.encode(),
        }
        return Fetched(url, **(given | changes))

    return fetch


def checked(body: str = GOOD, zones: Any = RECORD, **changes: Any) -> tuple[Finding, ...]:
    return check_mta_sts(DOMAIN, ZoneResolver(zones), serve(body, **changes), ROUTE)


def test_a_sound_policy_is_ok() -> None:
    assert [one.status for one in checked()] == ["ok"]
    assert [one.status for one in checked(GOOD.replace("\n", "\r\n"))] == ["ok"]


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        (("version: STSv1", "version: STSv2"), "problem", "version is not STSv1"),
        (("mode: enforce", "mode: on"), "problem", "mode 'on'"),
        (("mx: mx.example.com\n", ""), "problem", "no mx is listed"),
        (("mx: mx", "mx: *"), "ok", "mode enforce"),
        (("mx: mx.example.com", "mx: *.mx.example.com"), "problem", "does not allow"),
        (("mx: mx.example.com", "mx: mail.example.com"), "problem", "does not allow"),
        (("mx: mx.example.com", "mx: m*.example.com"), "problem", "is no host"),
        (("604800", "a week"), "problem", "max_age"),
        (("604800", "99999999999"), "problem", "max_age"),
        (("604800", "600"), "warning", "600 seconds only"),
        (("mode: enforce", "mode: testing"), "info", "mode testing"),
        (("mode: enforce", "mode: none"), "info", "mode none"),
        (("version: STSv1", "hello"), "problem", "is no field"),
    ],
)
def test_a_policy_is_judged(change: tuple[str, str], status: str, words: str) -> None:
    found = checked(GOOD.replace(*change))
    assert status in [one.status for one in found if words in one.title], found


@pytest.mark.parametrize(
    ("zones", "status", "words"),
    [
        ({}, "info", "does not use"),
        ({"_mta-sts.example.com": {"TXT": ["v=STSv1; id=a", "v=STSv1; id=b"]}}, "problem", "2"),
        ({"_mta-sts.example.com": {"TXT": ["v=STSv1;"]}}, "problem", "id= is missing"),
        ({"_mta-sts.example.com": {"TXT": ["v=STSv1; id=a-b"]}}, "problem", "id="),
        (
            {"_mta-sts.example.com": {"TXT": dns.resolver.NoNameservers}},
            "could-not-check",
            "looked",
        ),
    ],
)
def test_the_record_is_judged(zones: Any, status: str, words: str) -> None:
    assert status in [one.status for one in checked(zones=zones) if words in one.title]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"status": 404}, "problem"),
        ({"status": 301}, "problem"),
        ({"status": 0, "error": "no answer"}, "could-not-check"),
        ({"status": 0, "error": "not trusted", "untrusted": True}, "problem"),
        ({"content_type": "text/html"}, "warning"),
    ],
)
def test_how_the_policy_is_served_is_judged(changes: dict[str, Any], status: str) -> None:
    assert status in [one.status for one in checked(**changes)]


def test_the_advice_holds_a_policy_that_is_sound() -> None:
    (offered,) = checked(zones={})
    policy = read_policy(offered.action.partition(":\n")[2].encode())
    assert (policy.faults, policy.allows("mx.example.com")) == ((), True)


@pytest.mark.parametrize(
    ("texts", "status"),
    [
        (["v=TLSRPTv1; rua=mailto:tls@example.com"], "ok"),
        (["v=TLSRPTv1;rua=https://tls.example.com/x,mailto:a@b.test"], "ok"),
        ([], "info"),
        (["v=TLSRPTv1; rua=mailto:a@b.test", "v=TLSRPTv1; rua=mailto:a@b.test;"], "problem"),
        (["v=TLSRPTv1"], "problem"),
        (["v=TLSRPTv1; rua=tls@example.com"], "problem"),
        (["v=TLSRPTv1; rua=http://tls.example.com"], "problem"),
        (dns.resolver.LifetimeTimeout, "could-not-check"),
    ],
)
def test_tls_reporting_is_judged(texts: Any, status: str) -> None:
    resolver = ZoneResolver({"_smtp._tls.example.com": {"TXT": texts}})
    assert {one.status for one in check_tls_rpt(DOMAIN, resolver)} == {status}


def test_a_real_name_server_tells_both(resolver: BoundedResolver) -> None:
    found = check_mta_sts(DOMAIN, resolver, serve(GOOD), ROUTE)
    assert [one.status for one in (*found, *check_tls_rpt(DOMAIN, resolver))] == ["ok", "ok"]


HOST = "mta-sts.example.com"


class Site(http.server.BaseHTTPRequestHandler):
    """A policy, a redirect, something endless, and nothing else."""

    def do_GET(self) -> None:
        body, status = GOOD.encode(), 200
        if self.path == "/moved":
            status = 301
        elif self.path == "/long":
            body = b"x" * (LONGEST * 2)
        elif self.path != "/.well-known/mta-sts.txt":
            status = 404
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Location", "https://evil.test/")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def site(context: ssl.SSLContext) -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


CONNECT = connector(
    ZoneResolver({HOST: {"A": ["127.0.0.1"]}}), AddressPolicy.allowing(["127.0.0.0/8"])
)


def test_a_document_is_fetched_over_https(tmp_path: Path) -> None:
    issuer = authority()
    with site(server_context(issuer, HOST, tmp_path)) as port:
        fetch = fetcher(CONNECT, context=issuer.context(), port=port, seconds=5)
        found = fetch(policy_url(DOMAIN))
        moved = fetch(f"https://{HOST}/moved")
        long = fetch(f"https://{HOST}/long")
    assert (found.status, found.content_type, found.body) == (200, "text/plain", GOOD.encode())
    assert moved.status == 301
    assert (long.status, long.body) == (0, b"")
    assert long.error


def test_a_stranger_s_certificate_is_refused(tmp_path: Path) -> None:
    with site(server_context(authority(), HOST, tmp_path)) as port:
        found = fetcher(CONNECT, port=port, seconds=5)(policy_url(DOMAIN))
    assert (found.status, found.untrusted, "not trusted" in found.error) == (0, True, True)


def test_only_https_and_only_outside_is_fetched() -> None:
    assert fetcher(CONNECT)("http://mta-sts.example.com/").status == 0
    inside = connector(ZoneResolver({HOST: {"A": ["127.0.0.1"]}}), AddressPolicy())
    assert "internal" in fetcher(inside)(policy_url(DOMAIN)).error


def test_a_silent_site_is_given_up_in_time() -> None:
    with scripted([b"", b""]) as port:
        began = time.monotonic()
        found = fetcher(CONNECT, port=port, seconds=0.5)(policy_url(DOMAIN))
    assert found.status == 0
    assert time.monotonic() - began < 3
