"""The reasons a message can bounce for, the category each decides, and words for a person.

The names are those of Sisimai's taxonomy, the widest published one, so that results compare.
"""

from __future__ import annotations

from dataclasses import dataclass

from bounces.parsing.types import Category


@dataclass(frozen=True, slots=True)
class ReasonInfo:
    """A reason, its category, and what a person should know and do."""

    name: str
    category: Category
    sentence: str
    advice: str


_HARD_ADVICE = "Stop mailing this address. Ask the person for a working one by another road."
_WAIT_ADVICE = "Nothing to do now; it may work later. An address that keeps failing is suppressed."

_TABLE: tuple[tuple[str, Category, str, str], ...] = (
    ("userunknown", "hard", "The mailbox does not exist.", _HARD_ADVICE),
    ("hostunknown", "hard", "The domain does not exist or has no mail server.",
     "Check the domain for a typing error. If there is none, stop mailing this address."),
    ("hasmoved", "hard", "The person has moved to another address.",
     "Stop mailing the old address. Ask for the new one; do not add it unasked."),
    ("notaccept", "hard", "The domain accepts no mail at all.", _HARD_ADVICE),
    ("suppressed", "hard", "Your mail service did not send: the address is on its own stop list.",
     "Take the address off that list first, if you know that it works again."),
    ("authfailure", "block",
     "The receiver could not verify that the message is really yours (SPF, DKIM or DMARC).",
     "Run the SPF, DKIM and DMARC checks on your sending domain and publish what they ask for."),
    ("badreputation", "block",
     "The receiver turned you away because of your sending reputation.",
     "Send less for a while, only to people who open your mail, and look at the provider's "
     "postmaster tools."),
    ("blocked", "block", "The receiver has blocked your mail server's address.",
     "Run the blocklist check on your sending IP addresses and ask the list for removal."),
    ("contenterror", "block", "The receiver could not accept how the message is built.",
     "Look at the attachments, headers and character sets of this campaign."),
    ("failedstarttls", "block", "No encrypted connection to the receiver could be made.",
     "Have the encryption (TLS) settings and certificates of your mail server checked."),
    ("norelaying", "block", "The server that was asked does not take mail for this domain.",
     "Run the MX check on the recipient's domain, and check your own server's routing."),
    ("notcompliantrfc", "block", "The receiver found the message badly formed.",
     "Check the message's headers and line lengths; a test with another mail program helps."),
    ("policyviolation", "block", "The message breaks a rule of the receiver's.",
     "Read the reply text: it names the rule, often with a link to what to do."),
    ("rejected", "block", "The receiver refused your sender address.",
     "Check that the sender's domain exists, has a mail server and passes SPF. A closed mailing "
     "list takes mail of its members only."),
    ("requireptr", "block", "Your mail server's address has no proper name in DNS.",
     "Ask your provider for a reverse DNS (PTR) record whose name leads back to the address."),
    ("securityerror", "block", "The receiver refused the message for security reasons.",
     "Read the reply text; it may ask for a login or restrict who may write to this address."),
    ("spamdetected", "block", "The receiver took the message for spam.",
     "Review this campaign's wording, links and list before you send more."),
    ("virusdetected", "block", "The receiver found a virus or a dangerous link in the message.",
     "Check the attachments and links, and the computer and website they come from."),
    ("exceedlimit", "soft", "The message is over a limit set for this mailbox.",
     "Make the message smaller, or ask the person to have the limit raised."),
    ("expired", "soft", "The receiver's server could not be reached in time.",
     _WAIT_ADVICE),
    ("filtered", "soft",
     "The receiver's server turned the message away for this person, often by a filter of theirs.",
     "Nothing to do at once. If it repeats, the person filters your mail or the address is gone: "
     "ask by another road."),
    ("mailboxfull", "soft", "The mailbox is full.", _WAIT_ADVICE),
    ("mailererror", "soft", "A program that handles the person's mail failed.", _WAIT_ADVICE),
    ("mesgtoobig", "soft", "The message is too large for the receiver.",
     "Make the message smaller: link to files rather than attach them."),
    ("networkerror", "soft", "The network or the domain's DNS failed on the way.", _WAIT_ADVICE),
    ("onhold", "soft", "The receiver gave a reason that we do not know yet.",
     "Read the reply text. If it is clear to you, tell us, so that a rule can be added."),
    ("ratelimited", "soft", "You are sending faster than this receiver allows.",
     "Lower the sending rate to this provider; waiting mail will then go through."),
    ("suspend", "soft", "The mailbox is switched off for now.", _WAIT_ADVICE),
    ("syntaxerror", "soft", "The two mail servers did not understand each other.",
     "Have your mail server's log checked for the command that failed."),
    ("systemerror", "soft", "The receiving server had an error of its own.", _WAIT_ADVICE),
    ("systemfull", "soft", "The receiving server has run out of disk space.", _WAIT_ADVICE),
    ("toomanyconn", "soft", "Too many connections or recipients at once for this receiver.",
     "Lower the number of parallel connections and of recipients per message."),
    ("undefined", "soft", "The report does not say why.",
     "Read the original message; it may say more than we could take from it."),
    ("delivered", "", "The message was delivered.", ""),
    ("feedback", "", "The person reported the message as spam.",
     "Do not mail this person again unless they ask for it."),
    ("vacation", "", "An automatic reply; the message did arrive.", ""),
)  # fmt: skip

REASONS: dict[str, ReasonInfo] = {row[0]: ReasonInfo(*row) for row in _TABLE}


def category_of(reason: str) -> Category:
    """Return the category that `reason` decides; an unknown name counts as `soft`."""
    info = REASONS.get(reason)
    return info.category if info else "soft"
