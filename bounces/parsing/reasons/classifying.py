"""Chooses the reason for one recipient of a report: the first rule that answers has it.

The order: the provider's own codes and phrases; phrases of any MTA, from the most telling reason
down; codes that are chosen with care; what is said near a subject; other codes that say one thing;
words that name the matter; the SMTP command; and last phrases and codes that say many things.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bounces.parsing.reasons.commands import command_marked_in, command_said_in, state_in
from bounces.parsing.reasons.evidence import NEAR, Evidence, Verdict
from bounces.parsing.reasons.framing import (
    behind_code,
    reply_in,
    sentence_with,
    split_host,
    without_dialogue,
    without_farewell,
    without_frame,
)
from bounces.parsing.reasons.generalizing import for_anybody, provider_at
from bounces.parsing.reasons.meanings import (
    ADDRESS_FORMATS,
    BEFORE_MAIL,
    BY_COMMAND,
    BY_FORMAT,
    BY_REPLY,
    BY_STATUS,
    GREETING,
    KEPT_FOR_PIPE,
    PLAIN,
    PUT_OFF,
    SILENT,
    TELLING,
    UNHEARD,
    YIELDING,
)
from bounces.parsing.reasons.pairs import Pair, PairIndex, UnspacedPairs
from bounces.parsing.reasons.phrases import PhraseIndex, words_of
from bounces.parsing.reasons.providers import PROVIDERS, Provider
from bounces.parsing.reasons.status import reason_of_status
from bounces.parsing.reasons.texts import (
    PAIR_ROWS,
    REPLY_WORD_ROWS,
    TEXT_ROWS,
    TOGETHER_ROWS,
    UNSPACED_ROWS,
    WEAK_ROWS,
    WORD_ROWS,
)

_LIMIT = 8192
"""How many characters of a diagnostic are read; what matters stands at its beginning or end."""

_LONGEST_REPLY = 300
"""How many characters the words of a text have that is a reply rather than a reporter's letter."""
_USUAL = 1500
"""How many characters a reply and its codes have that are worth remembering."""

_TEXTS = PhraseIndex(TEXT_ROWS)
_PAIRS = PairIndex(PAIR_ROWS)
_UNSPACED = UnspacedPairs(UNSPACED_ROWS)
_TOGETHER = tuple((of, frozenset(words.split()), reason) for of, words, reason in TOGETHER_ROWS)
_ABOUT = PhraseIndex(WORD_ROWS)
_ABOUT_REPLY = PhraseIndex((*WORD_ROWS, *REPLY_WORD_ROWS))
_WEAK = PhraseIndex(WEAK_ROWS)
_WORDS: dict[str, Provider] = {word: p for p in reversed(PROVIDERS) for word in p.words}
_BY_FORMAT: dict[str, Provider] = {form: p for p in PROVIDERS for form in p.formats}
_RANK: dict[str, int] = {p.name: rank for rank, p in enumerate(PROVIDERS)}
_INDEXES: dict[str, PhraseIndex] = {p.name: PhraseIndex(p.phrases) for p in PROVIDERS}

_FROM_HOST = re.compile(r"from \[?\d{1,3}\.\d{1,3}\.\d")
"""Where mail is refused that comes from an IP address, its sender is not what is refused."""
_IP = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])")
_CURT = 4
"""How many words say no more than "try again later"."""


class _Case:
    """One classification: the evidence and the views of its text that the rules share."""

    __slots__ = (
        "_command",
        "evidence",
        "host",
        "said",
        "text",
        "word_set",
        "words",
    )

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.text = text = _shortened(evidence.diagnostic)
        # The dialogue tells the command where nothing else does.
        self.said, self.host = split_host(without_dialogue(text) if evidence.command else text)
        words = words_of(self.said)
        self.words = without_farewell(f" {' '.join(words)} ")
        self.word_set = frozenset(words)
        """The words of the text, as `PhraseIndex.find` takes them."""
        self._command: str | None = None

    @property
    def command(self) -> str:
        """The SMTP command that was refused, from the evidence or else from the text."""
        if self._command is None:
            stated = self.evidence.command.split()
            marked = stated[0].upper() if stated else command_marked_in(self.text)
            if marked is None:
                marked = command_said_in(self.word_set, self.words)
            self._command = marked
        return self._command

    @property
    def is_for_now(self) -> bool:
        """Whether the code says that it may work later (RFC 5321 4.2.1: 4yz)."""
        return (self.evidence.status or self.evidence.smtp_code).startswith("4")

    def verdict(self, reason: str, rule: str, phrase: str = "") -> Verdict:
        """What a rule answers; `classify` quotes the sentence with `phrase` in its place."""
        return tuple.__new__(Verdict, (reason, rule, phrase))


def classify(evidence: Evidence) -> Verdict:
    """Return the reason for one recipient, the rule that gave it, and the text that rule read."""
    text, status, code, action = evidence[:4]
    # Fields may be long, too, in reports that are forged.
    if len(text) + len(status) + len(code) + len(action) <= _USUAL:
        reason, rule, phrase = _judge_before(for_anybody(evidence))
    else:
        reason, rule, phrase = _judge(evidence)
        text = _shortened(text)
    quoted = sentence_with(phrase, text) if phrase or reason != "undefined" else ""
    return tuple.__new__(Verdict, (reason, rule, quoted))


def _judge(evidence: Evidence) -> Verdict:
    case = _Case(evidence)
    return _by_provider(case) or _by_text(case) or _by_code(case)


_judge_before = lru_cache(maxsize=2048)(_judge)
"""A host refuses many recipients in the same words; so do all hosts of a provider."""


def _shortened(text: str) -> str:
    return text if len(text) <= _LIMIT else text[: _LIMIT // 2] + "\n" + text[-_LIMIT // 2 :]


def _by_provider(case: _Case) -> Verdict | None:
    """Ask the provider that refused the message, if it is a known one."""
    provider = _provider_of(case)
    if provider is None:
        return None
    if provider.code is not None:
        for match in provider.code.finditer(case.text.lower()):
            if reason := provider.codes.get(match[1], ""):
                return case.verdict(reason, f"{provider.name}:{match[1]}", match[1])
    phrase = _INDEXES[provider.name].find(case.word_set, case.words)
    if phrase is not None:
        reason = phrase.reason
        if reason == "mesgtoobig":
            reason = _sharpened(reason, case)
        return case.verdict(reason, f"{provider.name}:{phrase.text}", phrase.parts[0])
    status = case.evidence.status
    if reason := provider.statuses.get(status, ""):
        return case.verdict(reason, f"{provider.name}:{status}")
    return None


def _provider_of(case: _Case) -> Provider | None:
    """Find the provider by the host that refused, by words in its reply, or by the reporter."""
    evidence = case.evidence
    remote = evidence.remote_mta or case.host
    if remote and (provider := provider_at(remote)):
        return provider
    if words := _WORDS.keys() & case.word_set:
        return min([_WORDS[word] for word in words], key=lambda p: _RANK[p.name])
    if not remote:
        provider = provider_at(evidence.reporting_mta)
        if provider is not None and provider.reports:
            return provider
    return _BY_FORMAT.get(evidence.format)


def _by_text(case: _Case) -> Verdict | None:
    """Ask the phrases that any MTA may write."""
    reply = without_frame(case.words)
    words = case.word_set if reply is case.words else frozenset(reply.split())
    phrase = _TEXTS.find(words, reply)
    if phrase is None:
        return None
    reason = _in_its_place(_together(phrase.reason, case), phrase.text, case)
    return case.verdict(reason, f"text:{phrase.reason}/{phrase.text}", phrase.parts[0])


def _together(reason: str, case: _Case) -> str:
    """Return what `reason` means beside other words of the text."""
    if (reason, case.evidence.status[2:]) not in BY_STATUS:
        for of, beside, more in _TOGETHER:
            if of == reason and not beside.isdisjoint(case.word_set):
                reason = more
    return reason


def _by_pair(case: _Case, said: str = "") -> Verdict | None:
    """Ask what is said near the word for a mailbox, a sender, a server ..."""
    if not said:
        said = behind_code(case.said, case.evidence.smtp_code) or case.said
    pair = _pair_in(said)
    if pair is None:
        return None
    if pair.reason == "systemerror" and case.command in BEFORE_MAIL:
        return None  # "Service not available" is what a server tells those it wants no mail of
    reason = _in_its_place(_together(pair.reason, case), pair.said, case)
    return case.verdict(reason, f"text:{pair.reason}/{pair.subject}{NEAR}{pair.said}", pair.said)


def _pair_in(said: str) -> Pair | None:
    words = reply_in(f" {' '.join(words_of(_IP.sub(' ip ', said)))} ")
    return _PAIRS.find(frozenset(words.split()), words) or _UNSPACED.find(words)


def _in_its_place(reason: str, words: str, case: _Case) -> str:
    """Return what `reason`, found by `words`, means with this code and at this command."""
    reason = _sharpened(reason, case)
    command = case.command
    if command == "PIPE" and reason not in KEPT_FOR_PIPE:
        return "mailererror"
    if command == "MAIL" and reason in ("hostunknown", "userunknown"):
        return "rejected"
    if command == "DATA" and reason == "hostunknown":
        return "rejected"  # the recipient's host is the one that answers
    if reason == "notaccept" and case.is_for_now and case.evidence.status[2:] == "3.2":
        return "systemerror"
    if reason == "expired" and "refused" in words and _is_a_refusal(case.evidence):
        return "blocked"  # who answers was reached
    if command == "CONN" and reason == "hostunknown":
        return "requireptr"  # nothing was named yet but the host that connects
    if command in BEFORE_MAIL and reason in ("rejected", "hostunknown", "userunknown"):
        return "blocked"
    evidence = case.evidence
    if reason == "hostunknown" and evidence.smtp_code[:1] == "4" and evidence.status[2:4] != "1.":
        return "networkerror"  # a host that answers so could not look it up for the moment
    if reason == "rejected" and " from " in case.words and _FROM_HOST.search(case.text):
        return "blocked"
    if reason == "userunknown":
        if case.is_for_now and "available" in words:
            return "systemerror"
        if not _is_about_the_address(case):
            return "filtered"
    return reason


def _is_a_refusal(evidence: Evidence) -> bool:
    """Tell whether a host refused for good, rather than a reporter that could not reach it."""
    return evidence.smtp_code[:1] == "5" and evidence.status[2:3] != "4"


def _sharpened(reason: str, case: _Case) -> str:
    """Return the narrower reason that the enhanced status code makes of `reason`."""
    return BY_STATUS.get((reason, case.evidence.status[2:]), reason)


def _is_about_the_address(case: _Case) -> bool:
    """Tell whether "user unknown" was said of the address alone.

    A server that first reads the message and then says so has a filter of its recipient's behind
    it: mobile carriers answer unwanted mail that way.
    """
    evidence = case.evidence
    return (
        reason_of_status(evidence.status) == "userunknown"
        or evidence.status[2:4] == "1."
        or case.command == "RCPT"
        or (not case.command and evidence.format in ADDRESS_FORMATS)
    )


def _by_code(case: _Case) -> Verdict:
    """Decide without telling words: by status, command, format, weak phrases and reply code."""
    evidence = case.evidence
    status, command = evidence.status, case.command
    if command == "PIPE":
        return case.verdict("mailererror", "command:PIPE")
    pair = _by_pair(case) if status[2:] in YIELDING else None
    if pair and (pair.reason == "mailboxfull" or status[2:] == "2.1"):
        return pair
    if status[2:3] in TELLING and (reason := reason_of_status(status, vague=False)):
        return case.verdict(reason, f"status:{status}")
    if verdict := pair or _by_pair(case):
        return verdict
    if status[2:3] == "5" and command in GREETING and evidence.smtp_code not in UNHEARD:
        return case.verdict(BY_COMMAND[command], f"command:{command}")
    if reason := reason_of_status(status, vague=False):
        return case.verdict(reason, f"status:{status}")
    about = _ABOUT if len(case.words) > _LONGEST_REPLY else _ABOUT_REPLY
    if word := about.find(case.word_set, case.words):
        return case.verdict(word.reason, f"text:{word.reason}/{word.text}", word.text)
    if case.is_for_now and command not in BEFORE_MAIL:
        verdict = _by_weak_phrase(case)
        if status in PUT_OFF and (not verdict or _is_curt(verdict, case)):
            return case.verdict("ratelimited", f"status:{status}")
        if verdict:
            return verdict
    if status[2:] != "7.1" and (state := state_in(case.text)):
        return case.verdict(state.reason, f"gmail:state {state.number}", f"state {state.number}")
    if reason := BY_COMMAND.get(command, ""):
        return case.verdict(reason, f"command:{command}")
    if reason := BY_FORMAT.get(evidence.format, ""):
        return case.verdict(reason, f"format:{evidence.format}")
    if status in ("5.7.0", "5.7.1"):
        if evidence.smtp_code in PLAIN:
            return case.verdict(BY_REPLY[evidence.smtp_code], f"reply:{evidence.smtp_code}")
        return case.verdict(reason_of_status(status), f"status:{status}")
    if verdict := _by_weak_phrase(case):
        return verdict
    action = evidence.action.lower()
    if action in ("delayed", "expired"):
        return case.verdict("expired", f"action:{action}")
    if status[2:] != "0.0" and (reason := reason_of_status(status)):
        return case.verdict(reason, f"status:{status}")
    if reason := BY_REPLY.get(evidence.smtp_code, ""):
        return case.verdict(reason, f"reply:{evidence.smtp_code}")
    if command == "RCPT" and evidence.smtp_code[:2] == "55" and not case.word_set:
        return case.verdict("userunknown", "command:RCPT")
    if verdict := _by_address(case):
        return verdict
    if case.word_set or evidence.smtp_code or status:
        return case.verdict("onhold", "none")
    return Verdict("undefined", "none", "")


def _is_curt(verdict: Verdict, case: _Case) -> bool:
    return verdict.reason == "systemerror" and len(reply_in(case.words).split()) <= _CURT


def _by_address(case: _Case) -> Verdict | None:
    """Ask what is said near the address itself, where no word stands for the mailbox."""
    recipient = case.evidence.recipient
    if not recipient or recipient not in case.said:
        return None
    return _by_pair(case, case.said.replace(recipient, " recipient "))


def _by_weak_phrase(case: _Case) -> Verdict | None:
    phrase = _WEAK.find(case.word_set, case.words)
    if phrase is None:
        return None
    reason = _together(phrase.reason, case)
    if reason == "hostunknown" and ("@" in case.text or case.command == "RCPT"):
        reason = "userunknown"
    if reason == "userunknown":
        if case.evidence.status[2:] not in SILENT:
            return None
        if not _is_about_the_address(case):
            reason = "filtered"
    return case.verdict(reason, f"text:{phrase.reason}/{phrase.text}", phrase.parts[0])
