"""Reply texts of MTAs, one file a language: reason -> phrases, most telling reasons first."""

from __future__ import annotations

from bounces.parsing.reasons.texts import (
    chinese,
    dutch,
    english_address,
    english_content,
    english_domain,
    english_mailbox,
    english_network,
    english_pace,
    english_rules,
    english_sender,
    english_server,
    english_system,
    french,
    german,
    italian,
    japanese,
    korean,
    pairs,
    pairs_asia,
    pairs_europe,
    pairs_north,
    polish,
    portuguese,
    russian,
    spanish,
    turkish,
)
from bounces.parsing.reasons.texts.ranking import FIRST, REPLY_WORDS, TOGETHER, WEAK, WORDS

ORDER: tuple[str, ...] = (
    "suppressed", "virusdetected", "authfailure", "norelaying", "requireptr", "ratelimited",
    "mailboxfull", "exceedlimit", "toomanyconn", "mesgtoobig", "hasmoved", "suspend",
    "badreputation", "blocked", "notcompliantrfc", "failedstarttls", "filtered", "contenterror",
    "spamdetected", "policyviolation", "notaccept", "rejected", "hostunknown", "networkerror",
    "userunknown", "securityerror", "syntaxerror", "systemfull", "systemerror", "mailererror",
    "expired",
)  # fmt: skip
"""Where a text holds phrases of two reasons, the reason that stands earlier here has it."""

LANGUAGES: dict[str, dict[str, tuple[str, ...]]] = {
    "English": {
        **english_address.PHRASES,
        **english_domain.PHRASES,
        **english_mailbox.PHRASES,
        **english_server.PHRASES,
        **english_pace.PHRASES,
        **english_sender.PHRASES,
        **english_content.PHRASES,
        **english_rules.PHRASES,
        **english_system.PHRASES,
        **english_network.PHRASES,
    },
    "German": german.PHRASES,
    "French": french.PHRASES,
    "Spanish": spanish.PHRASES,
    "Portuguese": portuguese.PHRASES,
    "Italian": italian.PHRASES,
    "Dutch": dutch.PHRASES,
    "Polish": polish.PHRASES,
    "Russian": russian.PHRASES,
    "Japanese": japanese.PHRASES,
    "Chinese": chinese.PHRASES,
    "Korean": korean.PHRASES,
    "Turkish": turkish.PHRASES,
}

TEXT_ROWS: tuple[tuple[str, str], ...] = (
    *FIRST,
    *(
        (reason, phrase)
        for reason in ORDER
        for phrases in LANGUAGES.values()
        for phrase in phrases.get(reason, ())
    ),
)
"""(reason, phrase) of every language, the most telling first."""

PAIR_ROWS = (*pairs.PAIRS, *pairs_europe.PAIRS, *pairs_north.PAIRS)
"""(reason, subjects, things said), for texts that hold no phrase."""

UNSPACED_ROWS = pairs_asia.UNSPACED_PAIRS
"""The same of languages without spaces."""

WORD_ROWS = WORDS
"""(reason, word), for texts that only name what it is about."""

REPLY_WORD_ROWS = REPLY_WORDS
"""(reason, word), for texts that are no longer than a reply."""

TOGETHER_ROWS = TOGETHER
"""(reason of a phrase, words, reason), where the words beside a phrase say more than it does."""

WEAK_ROWS = WEAK
"""(reason, phrase) that yield to telling codes and to the SMTP command."""
