"""What an admin writes down of how a list is sent."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from lists.sending_facts import (
    entries,
    normalised,
    read_domain,
    read_ip,
    read_selector,
    selector_and_domain,
)
from tests.factories import make_list


def test_entries_may_be_parted_by_lines_commas_and_spaces():
    assert entries("a, b\n c;d a") == ("a", "b", "c", "d")


def test_addresses_are_kept_in_one_form_and_once():
    assert normalised("192.0.2.1, 2001:DB8:0::1 192.0.2.1", read_ip) == "192.0.2.1\n2001:db8::1"


@pytest.mark.parametrize("wrong", ["192.0.2.0/24", "mail.example.com", "300.1.1.1"])
def test_what_is_no_address_is_refused(wrong):
    with pytest.raises(ValueError, match=wrong.split("/")[0]):
        normalised(wrong, read_ip)


def test_a_selector_may_name_its_domain():
    entry = read_selector("S2026._domainkey.Example.NET.")
    assert entry == "s2026._domainkey.example.net"
    assert selector_and_domain(entry, "example.com") == ("s2026", "example.net")
    assert selector_and_domain(read_selector("s2026"), "example.com") == ("s2026", "example.com")


@pytest.mark.parametrize("wrong", ["s 2026!", "-x", "x._domainkey.", "", "a..b"])
def test_what_is_no_selector_is_refused(wrong):
    with pytest.raises(ValueError, match="no "):
        read_selector(wrong)


def test_domains_are_kept_in_ascii():
    assert read_domain("Bücher.example") == "xn--bcher-kva.example"
    with pytest.raises(ValueError, match="no domain name"):
        read_domain("localhost")


def test_too_many_entries_are_refused():
    with pytest.raises(ValueError, match="51 entries"):
        normalised(" ".join(f"192.0.2.{n}" for n in range(51)), read_ip)


@pytest.mark.django_db
def test_a_list_says_at_the_field_what_is_wrong():
    row = make_list(sending_ips="192.0.2.1 nonsense", dkim_selectors="s1", blocklist_domains="x")
    with pytest.raises(ValidationError) as caught:
        row.full_clean()
    assert set(caught.value.message_dict) == {"sending_ips", "blocklist_domains"}
    assert "nonsense" in caught.value.message_dict["sending_ips"][0]
