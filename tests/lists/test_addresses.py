import pytest
from hypothesis import given
from hypothesis import strategies as st

from lists.addresses import Address, canonical, domain_of, parse_address


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
