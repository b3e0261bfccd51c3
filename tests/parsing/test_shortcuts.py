"""What is ruled out by one look is what the longer way rules out too."""

from hypothesis import given
from hypothesis import strategies as st

from bounces.parsing import texts
from bounces.parsing.headers import HeaderBlock, Headers
from bounces.parsing.reasons import phrases

FIELDS = st.text(st.sampled_from("From: \n\tx"), max_size=40)


def test_every_phrase_of_a_delay_has_the_letters_that_it_is_looked_up_by():
    for letters, row in texts._DELAYED.items():
        assert all(letters in phrase for phrase in row)


@given(st.text(st.sampled_from("ab1 <>@.,;+-_)]'\"\n("), max_size=20))
def test_addresses_are_cut_out_as_the_expression_does(text):
    words = phrases._ASCII_WORD.findall
    assert words(phrases._without_addresses(text)) == words(phrases._ADDRESS.sub(" ", text))


@given(FIELDS)
def test_searching_a_header_finds_what_indexing_it_does(block):
    assert HeaderBlock(block).get("from") == Headers(block).get("from")
