import pytest
from hypothesis import given
from hypothesis import strategies as st

from lists.addresses import Address, canonical, domain_of, is_plain, parse_address


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ann@Example.COM", "ann@example.com"),
        ("<ann@example.com>", "ann@example.com"),
        (" ann@example.com. ", "ann@example.com"),
        ('"ann"@example.com', "ann@example.com"),
        ('"ann b"@example.com', '"ann b"@example.com'),
        (r'"a\"b"@example.com', r'"a\"b"@example.com'),
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("ann@BÜCHER.example", "ann@xn--bcher-kva.example"),
        ("ann@[192.0.2.1]", "ann@[192.0.2.1]"),
        ("ann+tag=x@example.com", "ann+tag=x@example.com"),
        ("用户@例子.example", "用户@xn--fsqu00a.example"),
    ],
)
def test_two_spellings_of_one_mailbox_have_one_canonical_form(text, expected):
    assert canonical(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ann",
        "@example.com",
        "ann@",
        "ann@-",
        "a b@example.com",
        "ann..b@example.com",
        ".ann@example.com",
        "ann@exa mple.com",
        "ann@example..com",
        '""@example.com',
        "a" * 65 + "@example.com",
        "ann@" + "a" * 64 + ".com",
        "ann@" + ".".join(["abcdefgh"] * 40),
        "ann\n@example.com",
    ],
)
def test_what_is_no_address_is_refused(text):
    assert parse_address(text) is None


def test_the_local_part_keeps_its_case_where_policy_says_so():
    assert canonical("Ann@Example.com", fold_local=False) == "Ann@example.com"


def test_the_domain_is_what_follows_the_last_at_sign():
    assert domain_of('"a@b"@example.com') == "example.com"
    assert domain_of("nothing") == ""


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text):
    address = parse_address(text)
    assert address is None or isinstance(address, Address)


@given(st.from_regex(r"[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~ -]{1,30}@[a-z0-9-]{1,20}\.[a-z]{2,5}"))
def test_the_canonical_form_is_its_own_canonical_form(text):
    once = canonical(text)
    assert canonical(once) == once


@given(st.from_regex(r"[a-z0-9.+=_%-]{1,66}@[a-z0-9._-]{1,70}", fullmatch=True))
def test_what_is_plain_is_an_address_and_canonical(text):
    address = parse_address(text)
    if is_plain(text):
        assert address is not None
        assert address.canonical() == address.canonical(fold_local=False) == str(address) == text


@pytest.mark.parametrize(
    "text",
    ["ann@example.net", "bounces+ann=example.net@x.example", f"{'a' * 64}@{'b' * 63}.example"],
)
def test_nearly_all_addresses_are_plain(text):
    assert is_plain(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ann@example.net",
        "ann@example.net\n",
        "ann@example.net.",
        "a..b@example.net",
        f"{'a' * 65}@example.net",
        f"ann@{'b' * 64}.example",
        "ann@-example.net",
        f"ann@{'b.' * 130}example",
        "a@b@example.net",
        "ann",
        "",
    ],
)
def test_what_has_to_be_looked_at_is_not_plain(text):
    assert not is_plain(text)
