"""How often a token may ask."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache

from bounceadmin.api import limits
from tests.services import need_redis


def test_what_is_left_is_told(with_scopes):
    app = with_scopes("lists:read", requests_per_minute=5)
    answer = app.get("/lists")
    assert (answer["RateLimit-Limit"], answer["RateLimit-Remaining"]) == ("5", "4")
    assert 0 < int(answer["RateLimit-Reset"]) <= 60


def test_too_many_requests_are_told_how_long_to_wait(with_scopes):
    app = with_scopes("lists:read", requests_per_minute=2)
    answers = [app.get("/lists") for _ in range(4)]
    # The clock may turn the minute in between.
    refused = next(a for a in answers if a.status_code == 429)
    assert refused.json()["type"].endswith("too-many-requests")
    assert 0 < int(refused["Retry-After"]) <= 60


def test_tokens_are_counted_apart(with_scopes):
    busy = with_scopes("lists:read", requests_per_minute=1)
    for _ in range(3):
        busy.get("/lists")
    assert with_scopes("lists:read", name="other").get("/lists").status_code == 200


def test_the_setting_holds_for_tokens_without_a_limit_of_their_own(with_scopes, settings):
    settings.API_REQUESTS_PER_MINUTE = 7
    assert with_scopes("lists:read").get("/lists")["RateLimit-Limit"] == "7"


def test_the_next_minute_begins_at_zero():
    assert limits.use(1, 5, now=120.0) == limits.Usage(5, 4, 60)
    assert limits.use(1, 5, now=179.9) == limits.Usage(5, 3, 1)
    assert limits.use(1, 5, now=180.0) == limits.Usage(5, 4, 60)


def test_a_cache_that_is_away_limits_nobody(monkeypatch):
    monkeypatch.setattr(limits, "cache", RedisCache("redis://127.0.0.1:1/0", {}))
    for _ in range(3):
        assert limits.use(1, 1).remaining == 0


@pytest.mark.services
def test_processes_share_one_count():
    url = need_redis()
    # Whoever else tests with this Redis counts for another token.
    token = 1_000_000 + os.getpid()
    program = (
        "import django; django.setup();"
        "from bounceadmin.api.limits import use;"
        f"print(use({token}, 100, now=60.0).remaining)"
    )
    environment = {"CACHE_URL": url, "DJANGO_SETTINGS_MODULE": "bounceadmin.settings"}
    shared = RedisCache(url, {"KEY_PREFIX": "bounceadmin"})
    shared.delete(f"api-requests:{token}:1")
    left = [
        int(subprocess.run([sys.executable, "-c", program], env=environment,
                           capture_output=True, text=True, check=True).stdout)
        for _ in range(2)
    ]  # fmt: skip
    shared.delete(f"api-requests:{token}:1")
    assert left == [99, 98]


def test_the_cache_of_tests_is_one_that_counts():
    cache.set("n", 1)
    assert cache.incr("n") == 2
