"""Return paths for one and for thousands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lists import verp
from lists.models import Subscriber
from lists.return_paths import read, return_path, return_paths
from tests.factories import make_campaign, make_subscriber

LONG = "a" * 60 + "@example.net"


@pytest.mark.django_db
def test_each_address_gets_the_return_path_that_it_would_get_alone():
    campaign = make_campaign()
    ann = make_subscriber("ann+news@example.net")
    long = make_subscriber(LONG)
    made = return_paths(campaign, ["Ann+News@Example.NET", LONG, "nonsense"])
    assert made["Ann+News@Example.NET"] == return_path(campaign, ann)
    assert made[LONG] == return_path(campaign, long)
    assert made["nonsense"] == ""


@pytest.mark.django_db
def test_who_is_too_long_for_the_signed_form_becomes_a_subscriber_and_is_read_back():
    campaign = make_campaign()
    path = read(return_paths(campaign, [LONG])[LONG])
    assert path.signed
    assert Subscriber.objects.get(pk=path.recipient_id).canonical == LONG


@pytest.mark.django_db
def test_who_fits_is_not_written_down():
    return_paths(make_campaign(), ["ann@example.net"])
    assert not Subscriber.objects.exists()


@pytest.mark.django_db
def test_a_plain_one_is_made_where_it_fits():
    made = return_paths(make_campaign(), ["user@recipient.com", LONG], signed=False)
    assert made == {
        "user@recipient.com": "bounces+user=recipient.com@bounces.example.com",
        LONG: "",
    }


@pytest.mark.django_db
def test_ten_thousand_cost_a_few_queries(django_assert_max_num_queries):
    campaign = make_campaign()
    addresses = [f"{'x' * 50}{n}@example.net" for n in range(3000)]
    addresses += [f"person{n}@example.net" for n in range(7000)]
    with django_assert_max_num_queries(60):  # SQLite inserts in small parts
        made = return_paths(campaign, addresses)
    assert all(made.values())


@pytest.mark.parametrize(
    "address",
    ['"quoted local"@example.net', "a=b+c@example.net", "jörg@exämple.de", '"a@b"@example.net',
     "%41@example.net", "a/b@example.net", "user@[192.0.2.1]", '"\\"q\\\\"@example.net'],
)  # fmt: skip
def test_odd_addresses_make_the_plain_round_trip(address):
    path = verp.read(verp.make(address, "example.com"), [])
    assert verp.parse_address(path.recipient) == verp.parse_address(address)


@given(st.integers(0, 10**18 - 1))
def test_a_campaign_address_names_its_campaign_and_proves_nothing(campaign_id):
    address = verp.make_for_campaign(campaign_id, "example.com")
    assert verp.read(address, ["key"]) == verp.ReturnPath("", None, campaign_id, signed=False)
