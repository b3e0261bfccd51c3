"""Any evidence gives a verdict, the same one each time, in bounded time."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bounces.parsing.reasons import REASONS, Evidence, classify, classifying, generalizing
from bounces.parsing.reasons.texts import TEXT_ROWS

_PHRASES = st.sampled_from([phrase for _, phrase in TEXT_ROWS])
_PIECES = st.one_of(st.text(max_size=80), _PHRASES, st.sampled_from(
    ["550 5.1.1 ", "<a@example.com>", "\r\n", "\x00", "(state 14)", "[TSS04]", "OFR_506", "gsmtp"]
))  # fmt: skip
_TEXTS = st.lists(_PIECES, max_size=12).map("".join)
_EVIDENCE = st.builds(
    Evidence,
    diagnostic=_TEXTS,
    status=st.one_of(st.text(max_size=8), st.from_regex(r"[245]\.\d{1,3}\.\d{1,3}")),
    smtp_code=st.text(max_size=4),
    action=st.sampled_from(["", "failed", "delayed", "nonsense"]),
    recipient=st.sampled_from(["", "a@example.com", "bob", "a"]),
    remote_mta=st.one_of(st.text(max_size=20), st.sampled_from(["mx.google.com", "mx1.qq.com"])),
    reporting_mta=st.text(max_size=20),
    format=st.text(max_size=12),
    command=st.one_of(st.text(max_size=8), st.sampled_from(["RCPT TO", "PIPE", "mail from:<>"])),
)


# How fast a busy machine makes evidence is not the question.
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(_EVIDENCE)
def test_any_evidence_gives_a_known_reason_and_quotes_its_text(evidence: Evidence) -> None:
    verdict = classify(evidence)
    assert REASONS[verdict.reason].category
    assert verdict.rule
    assert verdict.evidence in evidence.diagnostic
    assert len(verdict.evidence) <= 300
    assert classify(evidence) == verdict


@given(_EVIDENCE)
def test_what_is_remembered_of_anybody_holds_for_each(evidence: Evidence) -> None:
    for_anybody = classifying._judge(generalizing.for_anybody(evidence))
    assert for_anybody[:2] == classifying._judge(evidence)[:2]


def test_the_same_refusal_of_two_recipients_quotes_each_its_own() -> None:
    for recipient in ("bob@example.org", "eve@example.com"):
        text = f"550 5.1.1 <{recipient}>: User unknown"
        verdict = classify(Evidence(text, "5.1.1", "550", recipient=recipient))
        assert (verdict.reason, verdict.evidence) == ("userunknown", text)


@pytest.mark.parametrize(
    "piece",
    ["a", "@", "<", "a@", " ", "\n", ".", "550-", "user ", "mailbox ", "mailbox x ", "é", "無",
     "access denied ", "zq ", "blocked zq ", "remote host ",
     "(state ", "ofr_", "[", "\x00", "user unknown "],
)  # fmt: skip
def test_a_megabyte_of_anything_is_classified_at_once(piece: str) -> None:
    evidence = Evidence(piece * (1_000_000 // len(piece)))
    began = time.process_time()
    classify(evidence)
    assert time.process_time() - began < 0.25


def test_what_decides_is_found_at_the_end_of_a_long_text() -> None:
    evidence = Evidence("blah " * 200_000 + "mailbox is full")
    assert classify(evidence).reason == "mailboxfull"


def test_a_long_host_name_is_no_trouble() -> None:
    assert classify(Evidence("No", remote_mta="a." * 5000)).reason == "onhold"


def test_what_is_remembered_is_short() -> None:
    classifying._judge_before.cache_clear()
    for field in ("diagnostic", "status", "smtp_code", "action"):
        classify(Evidence("No")._replace(**{field: "x" * 10_000}))
    assert not classifying._judge_before.cache_info().currsize
