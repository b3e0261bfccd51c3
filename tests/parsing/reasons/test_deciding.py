"""Which rule has the last word: text over codes, codes over the command, or the reverse."""

from __future__ import annotations

import pytest

from bounces.parsing.reasons import Evidence, category_of, classify
from bounces.parsing.reasons.texts import LANGUAGES

_BLOCK_REASONS = ("authfailure", "badreputation", "blocked", "requireptr", "virusdetected",
                  "spamdetected", "policyviolation", "contenterror", "notcompliantrfc")  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_refuses_the_sender_is_never_hard_whatever_the_code(language: str) -> None:
    hard = [
        phrase
        for reason in _BLOCK_REASONS
        for phrase in LANGUAGES[language].get(reason, ())
        if category_of(
            classify(
                Evidence(phrase.replace("*", "xq"), "5.1.1", "550", "failed", command="RCPT")
            ).reason
        )
        == "hard"
    ]
    assert not hard


@pytest.mark.parametrize(
    "text",
    [
        "550 spam score too high",
        "550 5.1.1 spam score too high",
        "554 sender IP blocked using zen.spamhaus.org: user unknown",
        "550 5.1.1 <jane@example.com>: Recipient address rejected: blocked using bl.spamcop.net",
        "550 User unknown, or your IP is listed by dnsbl.example.net",
    ],
)
def test_a_550_about_spam_or_a_blocklist_is_a_block(text: str) -> None:
    verdict = classify(Evidence(text, "5.1.1", "550", "failed", command="RCPT"))
    assert category_of(verdict.reason) == "block"


def test_full_mailbox_outranks_the_code_of_an_unknown_user() -> None:
    assert classify(Evidence("552 sorry, over quota (#5.1.1)", "5.1.1")).reason == "mailboxfull"


def test_unknown_user_at_rcpt_is_about_the_address() -> None:
    assert classify(Evidence("550 User unknown", command="RCPT TO")).reason == "userunknown"


def test_unknown_user_after_the_message_was_read_is_a_filter() -> None:
    assert classify(Evidence("550 User unknown", command="DATA")).reason == "filtered"


def test_unknown_user_with_the_code_for_it_is_about_the_address() -> None:
    verdict = classify(Evidence("550 User unknown", status="5.1.1", command="DATA"))
    assert verdict.reason == "userunknown"


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("550 User unknown (in reply to RCPT TO command)", "userunknown"),
        ("550 User unknown (in reply to end of DATA command)", "filtered"),
        ("SMTP error from remote mail server after RCPT TO:<a@example.com>: 550 User unknown",
         "userunknown"),
        ("SMTP error from remote mail server after end of data: 550 User unknown", "filtered"),
        ("192.0.2.1 does not like recipient. Remote host said: 550 User unknown", "userunknown"),
        ("mx.example.com did not like our RCPT TO: 550 User unknown", "userunknown"),
        ("The error that the other server returned was: 550 User unknown (state 14)",
         "userunknown"),
        ("The error that the other server returned was: 550 Refused (state 18)", "filtered"),
        ("SMTP error from remote mail server after EHLO mail.example.org: 550 Rejected", "blocked"),
        ("host mx.example.com[192.0.2.1] refused to talk to me: 554 Go away", "blocked"),
        ("550 No (in reply to MAIL FROM command)", "rejected"),
    ],
)  # fmt: skip
def test_reporters_sentence_tells_the_command(sentence: str, reason: str) -> None:
    assert classify(Evidence(sentence)).reason == reason


def test_words_of_a_reporters_letter_are_not_those_of_a_reply() -> None:
    letter = "Your mail is returned to its sender, a copy is added as an attachment. " * 6
    assert classify(Evidence("550 Sender?", command="RCPT")).reason == "rejected"
    assert classify(Evidence(letter)).reason == "onhold"


def test_stated_command_outranks_the_sentence() -> None:
    evidence = Evidence("550 User unknown (in reply to RCPT TO command)", command="DATA")
    assert classify(evidence).reason == "filtered"


def test_size_with_the_code_of_an_administrative_limit_is_a_limit() -> None:
    assert classify(Evidence("Message too large", "5.2.3")).reason == "exceedlimit"
    assert classify(Evidence("Message too large", "5.3.4")).reason == "mesgtoobig"


def test_access_denied_means_what_the_command_was_about() -> None:
    assert classify(Evidence("550 Access denied", command="MAIL")).reason == "rejected"
    assert classify(Evidence("550 5.7.1 Access denied", "5.7.1")).reason == "securityerror"


def test_a_local_program_that_failed_is_no_unknown_user() -> None:
    evidence = Evidence("procmail: No such user", "5.1.1", command="PIPE")
    assert classify(evidence).reason == "mailererror"
    assert classify(Evidence("Disk quota exceeded", command="PIPE")).reason == "mailboxfull"


@pytest.mark.parametrize(
    "text",
    [
        '550 5.1.1 "|/home/jane/bin/filter"... User unknown',
        '554 "|/usr/bin/procmail"... Service unavailable',
    ],
)
def test_a_program_quoted_at_the_beginning_is_what_failed(text: str) -> None:
    assert classify(Evidence(text)).reason == "mailererror"


@pytest.mark.parametrize(
    "sentence",
    [
        "host spam.blocked.example[192.0.2.1] said: {} (in reply to RCPT TO command)",
        "host full.example[192.0.2.1] SMTP error from remote mail server after RCPT TO:<a@b.c>: {}",
        "SMTP error from remote mail server after RCPT TO:<a@b.c>: host quota.example [::1]: {}",
    ],
)
def test_the_name_of_the_host_that_replied_is_none_of_the_reply(sentence: str) -> None:
    assert classify(Evidence(sentence.format("550 Rejected"))).reason == "onhold"
    assert classify(Evidence(sentence.format("450 Unknown error"))).reason == "onhold"


def test_mail_that_is_refused_as_it_comes_from_an_ip_address_is_not_its_senders_fault() -> None:
    assert classify(Evidence("550 Mail from 192.0.2.9 rejected")).reason == "blocked"
    assert classify(Evidence("550 Mail from <a@example.com> rejected")).reason == "rejected"


def test_provider_is_known_by_the_name_of_the_host_in_the_reporters_sentence() -> None:
    sentence = "host mx1.comcast.net[192.0.2.1] said: 554 192.0.2.9 Rejected BL000001"
    assert classify(Evidence(sentence)).rule == "comcast:bl"


def test_a_name_that_the_greeting_gave_is_no_error_of_syntax() -> None:
    assert classify(Evidence("No", "5.5.4", "501", command="EHLO")).reason == "blocked"
    assert classify(Evidence("No", "5.5.4", "501", command="MAIL")).reason == "syntaxerror"


def test_an_unknown_domain_at_the_greeting_is_the_one_that_the_sending_host_gave() -> None:
    text = "Connected to 192.0.2.1 but my name was rejected. Remote host said: 501 Invalid domain"
    assert classify(Evidence(text)).reason == "blocked"


def test_any_code_of_the_address_says_that_an_unknown_user_is_none_of_a_filter() -> None:
    assert classify(Evidence("User unknown", "5.1.10", "550")).reason == "userunknown"


def test_provider_is_known_by_the_host_that_refused() -> None:
    text = "550 5.4.1 Recipient address rejected: Access denied"
    evidence = Evidence(text, "5.4.1", remote_mta="example-com.mail.protection.outlook.com")
    assert classify(evidence).rule.startswith("microsoft:")


def test_provider_is_known_by_a_host_in_capitals_with_a_dot_at_its_end() -> None:
    evidence = Evidence("Refused", "5.7.26", remote_mta="ASPMX.L.GOOGLE.COM.")
    assert classify(evidence).reason == "authfailure"


def test_a_host_that_only_ends_alike_is_not_the_providers() -> None:
    evidence = Evidence("Refused", "5.2.1", remote_mta="mx.notgoogle.com")
    assert classify(evidence).rule == "status:5.2.1"


def test_reporter_that_only_passes_on_a_refusal_lends_it_no_codes() -> None:
    evidence = Evidence("Refused", "5.4.1", remote_mta="mx.example.com",
                        reporting_mta="mail-eopbgr.outbound.protection.outlook.com")  # fmt: skip
    assert classify(evidence).rule == "status:5.4.1"


def test_powermtas_category_decides_before_the_reply_text() -> None:
    evidence = Evidence("550 5.2.1 User unknown\nX-PowerMTA-BounceCategory: bad-mailbox", "5.2.1",
                        command="RCPT")  # fmt: skip
    assert classify(evidence).reason == "userunknown"


def test_bare_code_at_rcpt_is_about_the_address() -> None:
    evidence = Evidence("550 <jane@example.com>", smtp_code="550", command="RCPT")
    assert classify(evidence).reason == "userunknown"


def test_a_4_7_1_that_asks_to_try_again_is_no_block() -> None:
    verdict = classify(Evidence("451 4.7.1 Service unavailable - try again later", "4.7.1", "451"))
    assert category_of(verdict.reason) == "soft"


def test_a_server_that_takes_no_mail_for_now_is_not_one_that_never_does() -> None:
    assert classify(Evidence("Not now", "4.3.2", "451")).reason == "systemerror"
    assert classify(Evidence("Not now", "5.3.2", "554")).reason == "notaccept"


def test_a_command_rejected_with_a_code_of_security_is_no_error_of_syntax() -> None:
    assert classify(Evidence("Command rejected", "5.7.1", "550")).reason == "securityerror"
    assert classify(Evidence("Command rejected", "5.5.1", "500")).reason == "syntaxerror"


def test_address_that_is_being_verified_is_not_gone() -> None:
    text = "450 4.1.1 <jane@example.com>: Recipient address rejected: unverified address: "
    for rest in ("Address verification in progress", "connect to mx.example.com: timed out"):
        verdict = classify(Evidence(text + rest, "4.1.1", "450", command="RCPT"))
        assert category_of(verdict.reason) == "soft"


def test_mailbox_unavailable_with_a_4xx_is_not_gone() -> None:
    text = "Requested mail action not taken: mailbox unavailable"
    assert classify(Evidence(text, smtp_code="450", command="RCPT")).reason == "systemerror"
    assert classify(Evidence(text, smtp_code="550", command="RCPT")).reason == "userunknown"


def test_unregistered_code_means_what_its_subject_does() -> None:
    assert classify(Evidence("Refused", "5.7.999", "550")).reason == "securityerror"
    assert classify(Evidence("Refused", "5.6.77", "550")).reason == "contenterror"
    assert classify(Evidence("Refused", "5.1.99", "550")).reason == "onhold"


def test_delay_without_words_is_expiry() -> None:
    assert classify(Evidence("", "4.5.0", action="delayed")).reason == "expired"


def test_nothing_at_all_is_undefined_and_unknown_words_are_on_hold() -> None:
    assert classify(Evidence("")).reason == "undefined"
    assert classify(Evidence("Something odd came up")).reason == "onhold"


@pytest.mark.parametrize(
    ("code", "reason"),
    [("421", "systemerror"), ("452", "systemfull"), ("503", "syntaxerror"),
     ("530", "securityerror"), ("551", "hasmoved"), ("552", "mailboxfull"),
     ("556", "notaccept"), ("550", "onhold")],
)  # fmt: skip
def test_reply_code_decides_where_nothing_else_does(code: str, reason: str) -> None:
    assert classify(Evidence("No", smtp_code=code)).reason == reason


def test_multiline_reply_codes_do_not_interrupt_a_phrase() -> None:
    text = "550-5.7.26 is not accepted due to 550-5.7.26 domain's DMARC 550 5.7.26 policy"
    assert classify(Evidence(text)).rule == "text:authfailure/dmarc"


def test_address_is_no_part_of_the_text() -> None:
    verdict = classify(Evidence("550 <mailbox.full@example.com> No", "5.1.1", "550"))
    assert verdict.rule == "status:5.1.1"


def test_evidence_is_the_sentence_that_decided() -> None:
    verdict = classify(Evidence("We are sorry.\nThe mailbox is full.\n" + "Goodbye. " * 50))
    assert verdict.evidence == "The mailbox is full."


def test_verdict_names_the_row() -> None:
    verdict = classify(Evidence("552 Quota exceeded for this user"))
    assert verdict.rule == "text:mailboxfull/quota exceeded"
