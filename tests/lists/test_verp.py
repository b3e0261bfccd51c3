import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lists import verp
from lists.addresses import MAX_LOCAL_OCTETS, canonical, parse_address

KEYS = ["new key", "old key"]
DOMAIN = "bounces.example.com"

addresses = st.builds(
    "{}@{}.{}".format,
    st.text(
        st.characters(codec="utf-8", categories=["L", "N", "S", "P", "Zs"]), min_size=1, max_size=30
    ).map(lambda local: '"' + local.replace("\\", "\\\\").replace('"', '\\"') + '"'),
    st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True),
    st.sampled_from(["com", "example", "co.jp"]),
)


def test_the_plain_form_is_the_one_everyone_knows():
    address = verp.make("user@recipient.com", "example.com")
    assert address == "bounces+user=recipient.com@example.com"
    path = verp.read(address, KEYS)
    assert (path.recipient, path.signed) == ("user@recipient.com", False)


def test_the_signed_form_names_recipient_and_campaign():
    address = verp.make_signed("user@recipient.com", DOMAIN, 87, KEYS)
    assert address.startswith("bounces+user=recipient.com=2f=")
    assert verp.read(address, KEYS) == verp.ReturnPath("user@recipient.com", None, 87, signed=True)


def test_a_recipient_that_does_not_fit_is_named_by_its_number():
    address = verp.make_signed("u" * 60 + "@recipient.com", DOMAIN, 87, KEYS, recipient_id=12345)
    assert verp.read(address, KEYS) == verp.ReturnPath("", 12345, 87, signed=True)


def test_a_recipient_that_does_not_fit_and_has_no_number_is_an_error():
    with pytest.raises(ValueError, match="id"):
        verp.make_signed("u" * 60 + "@recipient.com", DOMAIN, 87, KEYS)


def test_an_old_key_still_reads_and_a_foreign_one_does_not():
    address = verp.make_signed("user@recipient.com", DOMAIN, 87, ["old key"])
    assert verp.read(address, KEYS).signed
    assert not verp.read(address, ["foreign"]).signed


def test_hosts_on_the_way_may_change_upper_and_lower_case():
    address = verp.make_signed("user@recipient.com", DOMAIN, 87, KEYS)
    assert verp.read(address.upper(), KEYS).signed


@pytest.mark.parametrize("place", range(8, 46))
def test_any_changed_character_breaks_the_signature(place):
    address = verp.make_signed("user@recipient.com", DOMAIN, 87, KEYS)
    changed = address[:place] + ("x" if address[place] != "x" else "y") + address[place + 1 :]
    path = verp.read(changed, KEYS)
    assert path is None or not path.signed


@pytest.mark.parametrize(
    "text",
    ["", "bounces@example.com", "bounces+@example.com", "bounces+a@example.com", "+=@x",
     "bounces+==@x", "bounces+=zz@example.com", "bounces+a=b=c@example.com",
     "bounces+a=b=!=d@example.com", "bounces+%ff=example.com@example.com"],
)  # fmt: skip
def test_what_is_no_return_path_is_none(text):
    assert verp.read(text, KEYS) is None


@given(addresses, st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1))
def test_every_valid_address_makes_the_round_trip(recipient, campaign_id, recipient_id):
    assume(parse_address(recipient))
    # As the sender's side does: what is signed is the canonical form.
    recipient = canonical(recipient)
    assume(recipient)
    address = verp.make_signed(recipient, DOMAIN, campaign_id, KEYS, recipient_id=recipient_id)
    assert len(address.rpartition("@")[0].encode()) <= MAX_LOCAL_OCTETS
    assert parse_address(address)
    path = verp.read(address, KEYS)
    assert path.signed
    assert path.campaign_id == campaign_id
    assert (path.recipient == recipient) or (path.recipient_id == recipient_id)


@given(st.text(max_size=200))
def test_any_text_can_be_read(text):
    path = verp.read(text, KEYS)
    assert path is None or not path.signed
