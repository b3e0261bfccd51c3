"""Every row of every table is reached, and none is there twice."""

from __future__ import annotations

import pytest

from bounces.parsing.reasons import REASONS, Evidence, classify
from bounces.parsing.reasons.pairs import PairIndex, UnspacedPairs
from bounces.parsing.reasons.phrases import PhraseIndex, words_of
from bounces.parsing.reasons.providers import PROVIDERS, Provider
from bounces.parsing.reasons.status import CODES, reason_of_status
from bounces.parsing.reasons.texts import (
    LANGUAGES,
    ORDER,
    PAIR_ROWS,
    REPLY_WORD_ROWS,
    TEXT_ROWS,
    TOGETHER_ROWS,
    UNSPACED_ROWS,
    WEAK_ROWS,
    WORD_ROWS,
)
from bounces.parsing.reasons.texts.ranking import FIRST

_PAIRS = PairIndex(PAIR_ROWS)
_PROVIDERS = pytest.mark.parametrize("provider", PROVIDERS, ids=lambda p: p.name)


def _said(phrase: str) -> str:
    """Return a text that holds `phrase`, with a word where it leaves a gap."""
    return phrase.replace("*", "xq")


def _at(provider: Provider, text: str, status: str = "") -> Evidence:
    """Return `text` as a reply of the provider's."""
    if provider.hosts:
        return Evidence(text, status=status, remote_mta=f"mx1.{provider.hosts[0]}")
    return Evidence(f"{provider.words[0]}: {text}", status=status)


def _classified(reason: str, phrase: str) -> str:
    command = {"filtered": "DATA", "hostunknown": ""}.get(reason, "RCPT")
    return classify(Evidence(_said(phrase), command=command)).reason


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_of_a_language_gives_its_reason(language: str) -> None:
    missed = [
        (reason, phrase, got)
        for reason, phrases in LANGUAGES[language].items()
        for phrase in phrases
        if (got := _classified(reason, phrase)) != reason
    ]
    assert not missed


@pytest.mark.parametrize(
    "rows",
    [FIRST, WORD_ROWS, REPLY_WORD_ROWS, WEAK_ROWS],
    ids=["first", "words", "reply words", "weak"],
)
def test_every_phrase_outside_the_order_gives_its_reason(rows: tuple[tuple[str, str], ...]) -> None:
    missed = [row for row in rows if _classified(*row) != row[0]]
    assert not missed


@pytest.mark.parametrize("number", range(len(PAIR_ROWS)))
def test_every_saying_gives_its_reason_near_one_of_its_subjects(number: int) -> None:
    reason, subjects, sayings = PAIR_ROWS[number]
    missed = [
        saying
        for saying in sayings
        if not any(_paired(f"{subject} {saying}") == reason for subject in subjects.split())
    ]
    assert not missed


def _paired(text: str) -> str:
    words = words_of(text)
    pair = _PAIRS.find(frozenset(words), f" {' '.join(words)} ")
    return pair.reason if pair else ""


@pytest.mark.parametrize("number", range(len(UNSPACED_ROWS)))
def test_every_saying_of_a_language_without_spaces_gives_its_reason(number: int) -> None:
    reason, subjects, sayings = UNSPACED_ROWS[number]
    pairs = UnspacedPairs(UNSPACED_ROWS)
    missed = [
        saying
        for saying in sayings
        if not any(
            (pair := pairs.find(f"{subject}が{saying}")) and pair.reason == reason
            for subject in subjects
        )
    ]
    assert not missed


@pytest.mark.parametrize("row", TOGETHER_ROWS)
def test_words_beside_a_phrase_say_more_than_it(row: tuple[str, str, str]) -> None:
    of, words, reason = row
    phrase = LANGUAGES["English"][of][0].replace("*", "xq")
    for word in words.split():
        assert classify(Evidence(f"{phrase} {word}", command="DATA")).reason == reason


@_PROVIDERS
def test_every_phrase_of_a_provider_gives_its_reason(provider: Provider) -> None:
    missed = [
        (reason, phrase, verdict.reason, verdict.rule)
        for reason, phrase in provider.phrases
        if (verdict := classify(_at(provider, _said(phrase)))).reason != reason
        or not verdict.rule.startswith(f"{provider.name}:")
    ]
    assert not missed


@_PROVIDERS
def test_every_status_of_a_provider_gives_its_reason(provider: Provider) -> None:
    missed = [
        (status, reason)
        for status, reason in provider.statuses.items()
        if classify(_at(provider, "Refused", status)).reason != reason
    ]
    assert not missed


@_PROVIDERS
def test_every_code_of_a_provider_is_one_its_pattern_can_find(provider: Provider) -> None:
    for code in provider.codes:
        assert provider.code is not None
        shapes = (
            f"{code}000001",
            f"[{code}]",
            f"ofr_{code}",
            f"mi:{code}",
            f"aup#in-{code}",
            f"({code}:b1)",
            f"i.ua/err/{code}/",
            f"ib{code}",
            code,
        )
        found = {m[1] for shape in shapes for m in provider.code.finditer(shape)}
        assert code in found


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_phrase_is_covered_by_a_shorter_one_of_its_reason(language: str) -> None:
    covered = []
    for reason, phrases in LANGUAGES[language].items():
        assert len(set(phrases)) == len(phrases)
        for phrase in phrases:
            words = words_of(_said(phrase))
            others = PhraseIndex((reason, other) for other in phrases if other != phrase)
            shorter = others.find(frozenset(words), f" {' '.join(words)} ")
            if shorter:
                covered.append((reason, phrase, shorter.text))
    assert not covered


def test_every_row_names_a_reason_a_bounce_can_have() -> None:
    named = {reason for reason, _ in (*TEXT_ROWS, *WEAK_ROWS)}
    for provider in PROVIDERS:
        named |= {reason for reason, _ in provider.phrases}
        named |= {*provider.codes.values(), *provider.statuses.values()}
    named |= {reason_of_status(f"5.{code}") for code in CODES}
    assert named <= {name for name, info in REASONS.items() if info.category}


def test_every_reason_of_a_language_has_a_place_in_the_order() -> None:
    assert {reason for phrases in LANGUAGES.values() for reason in phrases} <= set(ORDER)


def test_no_two_providers_claim_a_host_or_a_name() -> None:
    hosts = [host for provider in PROVIDERS for host in provider.hosts]
    names = [provider.name for provider in PROVIDERS]
    assert len(set(hosts)) == len(hosts)
    assert len(set(names)) == len(names)


def test_every_provider_says_where_its_codes_are_published() -> None:
    assert all(provider.source for provider in PROVIDERS)


@pytest.mark.parametrize("code", [code for code in CODES if not code.endswith(".0")])
def test_status_alone_gives_the_reason_of_the_table(code: str) -> None:
    assert classify(Evidence("", status=f"5.{code}")).reason == reason_of_status(f"5.{code}")
