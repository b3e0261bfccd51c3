"""The bounded resolver, against a real name server."""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor

import dns.resolver
import pytest

from diagnostics.checks.asking import ask
from diagnostics.checks.resolving import BoundedResolver, BoundReached, Bounds, new_cache
from diagnostics.checks.spf import check_host
from tests.diagnostics.checks.authoritative import LOOPBACK


def test_it_answers_as_dnspython_does(resolver: BoundedResolver) -> None:
    assert [rdata.address for rdata in resolver.resolve("mx.example.com", "A")] == ["127.0.0.1"]
    with pytest.raises(dns.resolver.NXDOMAIN):
        resolver.resolve("nothing.example.com", "A")
    with pytest.raises(dns.resolver.NoAnswer):
        resolver.resolve("mx.example.com", "MX")
    with pytest.raises(dns.resolver.NoNameservers):
        resolver.resolve("elsewhere.invalid", "A")


def test_an_answer_too_long_for_udp_comes_over_tcp(resolver: BoundedResolver) -> None:
    answered = ask(resolver, "long.example.com", "TXT")
    assert len(answered.strings()[0]) > 1232
    assert check_host("192.0.2.10", "x@long.example.com", "x.test", resolver).result == "pass"


@pytest.mark.parametrize(
    ("ip", "result", "lookups"),
    [
        ("127.0.0.1", "pass", 1),
        ("192.0.2.3", "pass", 2),
        ("192.0.2.99", "pass", 3),
        ("203.0.113.1", "fail", 3),
        ("::1", "pass", 1),
        ("2001:db8::1", "fail", 3),
    ],
)
def test_spf_is_evaluated_over_the_wire(
    resolver: BoundedResolver, ip: str, result: str, lookups: int
) -> None:
    found = check_host(ip, "bounces@example.com", "mx.example.com", resolver)
    assert (found.result, found.lookups) == (result, lookups)


def test_a_chain_of_aliases_is_followed_and_a_loop_ends(resolver: BoundedResolver) -> None:
    assert ask(resolver, "mail.example.com", "A").addresses() == ("127.0.0.1",)
    assert ask(resolver, "loop.example.com", "A").outcome in ("nodata", "failed")


def test_questions_are_bounded(name_server: int) -> None:
    bounded = BoundedResolver([LOOPBACK], port=name_server, bounds=Bounds(questions=2))
    for _ in range(2):
        bounded.resolve("mx.example.com", "A")
    with pytest.raises(BoundReached, match="more than 2 questions"):
        bounded.resolve("mx.example.com", "A")
    assert ask(bounded, "mx.example.com", "A").error == "more than 2 questions were needed"


def test_time_is_bounded_for_all_questions_together(name_server: int) -> None:
    now = [0.0]
    bounded = BoundedResolver(
        [LOOPBACK], port=name_server, bounds=Bounds(seconds=10), clock=lambda: now[0]
    )
    bounded.resolve("mx.example.com", "A")
    now[0] = 10.5
    with pytest.raises(BoundReached, match="longer than 10 seconds"):
        bounded.resolve("mx.example.com", "A")


def test_records_of_one_answer_are_bounded(name_server: int) -> None:
    bounded = BoundedResolver([LOOPBACK], port=name_server, bounds=Bounds(records=1))
    assert ask(bounded, "mixed.example.com", "A").error == "the answer holds more than 1 records"


def test_a_silent_name_server_fails_in_time() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind((LOOPBACK, 0))
        bounds = Bounds(question_seconds=0.4, try_seconds=0.2)
        bounded = BoundedResolver([LOOPBACK], port=silent.getsockname()[1], bounds=bounds)
        began = time.monotonic()
        found = check_host("192.0.2.1", "x@example.com", "x.test", bounded)
    assert found.result == "temperror"
    assert time.monotonic() - began < 3


def test_a_shared_cache_keeps_answers_and_absences(name_server: int) -> None:
    cache = new_cache()
    first = BoundedResolver([LOOPBACK], port=name_server, cache=cache)
    ask(first, "mx.example.com", "A")
    ask(first, "nothing.example.com", "A")
    # Nobody answers at this port: what comes must come from the cache.
    second = BoundedResolver([LOOPBACK], port=9, cache=cache, bounds=Bounds(question_seconds=0.3))
    assert ask(second, "mx.example.com", "A").outcome == "answer"
    assert ask(second, "nothing.example.com", "A").outcome == "nxdomain"
    assert ask(second, "mail.example.com", "A").outcome == "failed"


def test_threads_share_one_resolver(resolver: BoundedResolver) -> None:
    with ThreadPoolExecutor(8) as pool:
        results = pool.map(
            lambda at: check_host(f"192.0.2.{at}", "x@example.com", "x.test", resolver).result,
            range(64),
        )
    assert list(results) == ["pass"] * 16 + ["fail"] * 48
    assert resolver.questions > 64
