"""What is ruled out by one look is what the longer way rules out too."""

import re
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from bounces.parsing import dates, delays, dsn, layouts, replies
from bounces.parsing.beginnings import any_of
from bounces.parsing.charsets import fold
from bounces.parsing.formats.recognizing import FORMATS
from bounces.parsing.headers import HeaderBlock, Headers
from bounces.parsing.reasons import phrases

FIELDS = st.text(st.sampled_from("From: \n\tx"), max_size=40)


def test_every_phrase_of_a_delay_has_the_letters_that_it_is_looked_up_by():
    for letters, row in (delays._ENGLISH | delays._OTHERS | delays._BEYOND_ASCII).items():
        # A line may end between two words.
        assert " " not in letters
        assert all(letters in phrase for phrase in row)


@given(st.text(st.sampled_from("F:> \nx"), max_size=30))
def test_a_header_is_sound_where_each_line_is_of_a_field(block):
    lines = f"F:\n{block}".split("\n")
    assert Headers("\n".join(lines)).are_sound == all(re.match("[F>x]+ *:| ", x) for x in lines)


@given(st.text(st.sampled_from("ab1 <>@.,;+-_)]'\"\n("), max_size=20))
def test_addresses_are_cut_out_as_the_expression_does(text):
    words = phrases._ASCII_WORD.findall
    assert words(phrases._without_addresses(text)) == words(phrases._ADDRESS.sub(" ", text))


@given(FIELDS)
def test_searching_a_header_finds_what_indexing_it_does(block):
    assert HeaderBlock(block).get("from") == Headers(block).get("from")


@given(st.lists(st.text(st.sampled_from("abc."), min_size=1, max_size=4), max_size=6), st.data())
def test_words_that_branch_letter_by_letter_are_the_words(words, data):
    text = data.draw(st.sampled_from([*words, "", "a", "ab", "abcabc"]))
    assert bool(re.fullmatch(any_of(words), text)) == (text in (words or [""]))


@given(st.text())
def test_folding_moves_no_character(text):
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


def test_what_stands_at_a_lines_beginning_is_not_searched_for():
    tells = layouts._is_of_beginnings
    assert tells("^a") and tells("^a|^b") and tells(r"^(?:a|b)\(c|^[|(]d")
    assert not any(map(tells, ("a", "^a|b", "a|^b", r"(?:^a|b)", r"\^a", "[^a]", "^a(b)|c")))


@given(st.text(st.sampled_from("abW-. :"), max_size=20))
def test_layouts_search_as_their_expressions_do(line):
    for row in FORMATS:
        if (find := layouts._finder(row.layout.ends)) is not None:
            assert bool(find(line)) == bool(re.search(row.layout.ends, line, re.I))


@given(st.text(st.sampled_from("a: .\n(;"), max_size=6))
def test_a_code_is_announced_as_the_expression_has_it(before):
    found = replies._BEFORE.search(before) is not None
    assert replies._announced(f"{before}550 x", len(before), "550") == found


@given(st.text(st.sampled_from("aX1-. ;("), max_size=12))
def test_plain_hosts_are_read_as_others_are(host):
    # Two blanks before it keep a host from being plain.
    assert dsn.host_of(f"dns; {host}") == dsn.host_of(f"dns;  {host}")


@given(st.integers(0, 4 * 10**9), st.integers(-1439, 1439))
def test_dates_are_in_utc_whatever_their_zone(seconds, minutes):
    date = datetime.fromtimestamp(seconds, timezone(timedelta(minutes=minutes)))
    month = dates._MONTH_NAMES[date.month - 1]
    read = dates.read(f"{date.day} {month} {date.year} {date:%H:%M:%S %z}")
    assert read == date
    assert read.tzinfo is UTC
