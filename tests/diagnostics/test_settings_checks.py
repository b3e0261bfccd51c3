"""Settings that cannot be used are told of at the start."""

from __future__ import annotations

import pytest

from diagnostics.settings_checks import check_settings


def test_the_defaults_are_sound():
    assert check_settings() == []


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("DIAGNOSTICS_RESOLVERS", ["dns.example.com"], "diagnostics.E001"),
        ("DIAGNOSTICS_RESOLVERS", ["192.0.2.53#x"], "diagnostics.E001"),
        ("DIAGNOSTICS_RESOLVERS", ["192.0.2.53#53", "192.0.2.54#54"], "diagnostics.E001"),
        ("DIAGNOSTICS_ALLOWED_NETWORKS", ["10.0.0.0/99"], "diagnostics.E002"),
        ("PROBE_RELAY_TLS", "yes", "diagnostics.E003"),
        ("PROBE_RECIPIENT_DOMAIN", "not a domain", "diagnostics.E004"),
    ],
)
def test_what_cannot_be_used_is_named(settings, name, value, code):
    setattr(settings, name, value)
    assert [error.id for error in check_settings()] == [code]


@pytest.mark.parametrize("servers", [["192.0.2.53"], ["2001:db8::53#5353", "192.0.2.1#5353"]])
def test_resolvers_may_have_a_port(settings, servers):
    settings.DIAGNOSTICS_RESOLVERS = servers
    assert check_settings() == []
