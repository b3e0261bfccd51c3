"""Causes of mail that comes back: everything bounces, many soft bounces."""

from __future__ import annotations

from diagnostics.checks.sentences import say, to_say
from diagnostics.scenarios.cause import EVERYTHING, MANY_SOFT, Cause
from diagnostics.scenarios.facts import Facts
from diagnostics.scenarios.signs import (
    Known,
    Sign,
    category,
    fact,
    found,
    many_providers,
    one_provider,
    reasons,
    said,
)

_BLOCKED = ("blocked", "badreputation", "rejected")
_AUTH = ("authfailure",)
_CONTENT = ("spamdetected", "contenterror", "virusdetected", "policyviolation")
_SLOW_DOWN = ("ratelimited", "toomanyconn", "exceedlimit")
_THEIR_TROUBLE = ("systemerror", "systemfull", "mailererror", "suspend", "onhold")
_NO_CONNECTION = ("networkerror", "expired")


def _unauthenticated(points: int) -> Sign:
    return reasons(
        _AUTH,
        points,
        share=0.1,
        what=to_say(
            "{percent} of the bounces ({count} of {total}) are refusals for missing authentication."
        ),
    )


def _blocklists_named(known: Known) -> str:
    named = tuple(
        say("{name} ({count} times)", name=one.text, count=f"{one.count:,}")
        for one in known.facts.named_lists[:3]
    )
    return say("Refusals name blocklists: {named}.", named=named) if named else ""


def _strangers_named(known: Known) -> str:
    """Addresses that refusals name and that nobody wrote down as sending."""
    named = [one for one in known.facts.named_ips if one.text not in known.sending_ips]
    if not named or not known.sending_ips:
        return ""
    return say(
        "Refusals name {ip} ({count} times), which is not among the list's sending addresses.",
        ip=named[0].text,
        count=f"{named[0].count:,}",
    )


def _rose(facts: Facts) -> str:
    if not facts.sent or not facts.sent_before or facts.rate is None:
        return ""
    before = 100 * facts.bounced_before / facts.sent_before
    if facts.rate < 2 * before or facts.rate < 2:
        return ""
    return say(
        "The bounce rate rose from {before} % to {now} %.",
        before=f"{before:.1f}",
        now=f"{facts.rate:.1f}",
    )


def _limits(facts: Facts) -> str:
    if not facts.size_limits:
        return ""
    limits = tuple(f"{limit / 1_048_576:.0f} MB" for limit in facts.size_limits[:3])
    return say("Receivers name their limit: {limits}.", limits=limits)


def _bursts(facts: Facts) -> str:
    if facts.sampled < 20 or facts.busiest < 0.5:
        return ""
    return say(
        "{share} of them came within two hours: mail goes out in bursts.",
        share=f"{100 * facts.busiest:.0f} %",
    )


CAUSES: tuple[Cause, ...] = (
    # --- everything bounces -------------------------------------------------------------------
    Cause(
        "blocklisted",
        (EVERYTHING, MANY_SOFT),
        "Your sending address or domain is on a blocklist.",
        "Stop sending from it, find what put it there (a bought list, a hacked account), then ask"
        " the blocklist to take it off. Asking first gets it listed again.",
        (
            found("blocklists", 55),
            Sign(35, _blocklists_named),
            reasons(
                _BLOCKED,
                25,
                share=0.3,
                what=to_say(
                    "{percent} of the bounces ({count} of {total}) are refusals of your server."
                ),
            ),
            Sign(10, _strangers_named),
        ),
        "blocked",
        "blocklists",
    ),
    Cause(
        "spf",
        (EVERYTHING, MANY_SOFT),
        "SPF does not let your servers send for the bounce domain.",
        "Publish the SPF record that the check suggests; what it corrects counts within its TTL.",
        (
            found("spf", 50),
            _unauthenticated(25),
            said(r"\bspf\b|sender policy framework", 25),
            found("dmarc-reports", 10, words="address of yours"),
        ),
        "authfailure",
        "spf",
    ),
    Cause(
        "dmarc",
        (EVERYTHING,),
        "DMARC fails: neither SPF nor DKIM passes for the domain that people see.",
        "Let the bounce domain align with the header From, or sign with DKIM as its domain; the"
        " DMARC check says which.",
        (
            found("dmarc", 40),
            said(r"\bdmarc\b|5\.7\.26|unauthenticated", 30),
            found("dmarc-reports", 25, words="address of yours"),
            _unauthenticated(15),
        ),
        "authfailure",
        "dmarc",
    ),
    Cause(
        "dkim",
        (EVERYTHING,),
        "DKIM signatures cannot be verified.",
        "Publish the key again as your mail server shows it, or sign with a selector that works.",
        (
            found("dkim", 45),
            said(r"\bdkim\b", 25),
            _unauthenticated(15),
        ),
        "authfailure",
        "dkim",
    ),
    Cause(
        "reverse-name",
        (EVERYTHING, MANY_SOFT),
        "The sending address has no reverse name that leads back to it.",
        "Have the provider of the address set its PTR record to the name your server greets with.",
        (
            found("ptr", 45),
            reasons(
                ("requireptr",),
                40,
                share=0.05,
                what=to_say(
                    "{percent} of the bounces ({count} of {total})"
                    " are refusals for a missing reverse name."
                ),
            ),
            said(r"reverse (?:dns|host|name|lookup)|\bptr\b|rdns|fcrdns", 25),
        ),
        "requireptr",
        "ptr",
    ),
    Cause(
        "one-provider-blocks",
        (EVERYTHING,),
        "One provider refuses your mail; the others take it.",
        "Stop mailing that provider now. Look up your address in its postmaster tools, read the"
        " reply it gives, and ask for delisting with what you have changed.",
        (
            one_provider("block", 45),
            category(
                "block",
                20,
                share=0.5,
                what=to_say("{percent} of the bounces are refusals of your server or message."),
            ),
            reasons(
                _BLOCKED,
                10,
                share=0.3,
                what=to_say(
                    "{percent} of the bounces ({count} of {total})"
                    " speak of your server's reputation."
                ),
            ),
            fact(10, _rose),
        ),
        "blocked",
    ),
    Cause(
        "content",
        (EVERYTHING,),
        "Receivers take the message for spam or forbid what is in it.",
        "Send one message to a test mailbox at a provider that refuses it; change links, subject"
        " and attachments one at a time until it passes.",
        (
            reasons(
                _CONTENT,
                45,
                share=0.3,
                what=to_say(
                    "{percent} of the bounces ({count} of {total})"
                    " judge the message, not the server."
                ),
            ),
            said(r"\bspam\b|content|\burl\b|phish|virus", 20),
            found("blocklists", 10, words="domain"),
        ),
        "spamdetected",
    ),
    Cause(
        "dead-addresses",
        (EVERYTHING,),
        "The list holds many addresses that do not exist.",
        "Take the dead addresses off and find where they came from: an old file, a bought list, a"
        " form without confirmation. Confirm new addresses before mailing them.",
        (
            category(
                "hard",
                45,
                share=0.5,
                what=to_say("{percent} of the bounces are about addresses that do not exist."),
            ),
            reasons(
                ("userunknown", "hostunknown"),
                15,
                share=0.5,
                what=to_say("{percent} of the bounces ({count} of {total}) say so in words."),
            ),
            many_providers("hard", 15),
            fact(10, _rose),
        ),
        "userunknown",
    ),
    Cause(
        "sender-domain",
        (EVERYTHING,),
        "The bounce domain itself does not work, so receivers refuse its mail.",
        "Publish the MX (and an address) of the bounce domain: many receivers refuse senders they"
        " could not answer.",
        (
            found("mx", 45),
            said(
                r"sender.{0,40}(?:domain|address).{0,40}(?:not exist|not found|resolve|verify)", 35
            ),
            reasons(
                ("rejected", "notcompliantrfc"),
                15,
                share=0.2,
                what=to_say("{percent} of the bounces ({count} of {total}) refuse the sender."),
            ),
        ),
        "rejected",
        "mx",
    ),
    # --- many soft bounces --------------------------------------------------------------------
    Cause(
        "too-fast",
        (MANY_SOFT,),
        "Mail goes out faster than receivers take it.",
        "Send more slowly to the providers named here: fewer connections at once, fewer messages a"
        " minute; warm up new addresses over weeks.",
        (
            reasons(
                _SLOW_DOWN,
                45,
                share=0.25,
                what=to_say(
                    "{percent} of the bounces ({count} of {total})"
                    " say that it was too much at once."
                ),
            ),
            said(r"too many|rate.?limit|throttl|too fast|slow down|4\.7\.28|try again later", 20),
            fact(20, _bursts),
            one_provider("soft", 10),
        ),
        "ratelimited",
    ),
    Cause(
        "full-mailboxes",
        (MANY_SOFT,),
        "Many mailboxes are full: people no longer read them.",
        "Mail those who have opened nothing for half a year less often, or not at all; a mailbox"
        " that stays full is given up.",
        (
            reasons(
                ("mailboxfull",),
                55,
                share=0.3,
                what=to_say("{percent} of the bounces ({count} of {total}) are full mailboxes."),
            ),
            many_providers("soft", 10),
            said(r"quota|mailbox (?:is )?full|over.?quota|5\.2\.2|4\.2\.2", 15),
        ),
        "mailboxfull",
    ),
    Cause(
        "too-large",
        (MANY_SOFT,),
        "The message is larger than receivers take.",
        "Make it smaller: link to files instead of attaching them, compress images.",
        (
            reasons(
                ("mesgtoobig",),
                55,
                share=0.1,
                what=to_say(
                    "{percent} of the bounces ({count} of {total})"
                    " say that the message is too large."
                ),
            ),
            fact(20, _limits),
            said(r"size limit|too (?:big|large)|5\.3\.4|message size", 15),
        ),
        "mesgtoobig",
    ),
    Cause(
        "receiver-down",
        (MANY_SOFT,),
        "One provider has trouble of its own.",
        "Wait: senders try again for days. Look at it again tomorrow, and keep its addresses.",
        (
            one_provider("soft", 30),
            reasons(
                (*_THEIR_TROUBLE, *_NO_CONNECTION),
                30,
                share=0.3,
                what=to_say(
                    "{percent} of the bounces ({count} of {total}) speak of a failing server."
                ),
            ),
        ),
        "systemerror",
    ),
    Cause(
        "own-network",
        (MANY_SOFT,),
        "Your sending server does not get through to many providers.",
        "See whether the server reaches port 25 of other hosts and whether its resolver answers:"
        " a firewall, IPv6 without a route or a dead resolver look just like this.",
        (
            reasons(
                _NO_CONNECTION,
                40,
                share=0.4,
                what=to_say(
                    "{percent} of the bounces ({count} of {total})"
                    " are connections that did not come about."
                ),
            ),
            many_providers("soft", 25),
        ),
        "networkerror",
    ),
    Cause(
        "greylisted",
        (MANY_SOFT,),
        "Receivers put first mail off on purpose (greylisting).",
        "Nothing is wrong if the sending server tries again from the same address; see that it"
        " does, and that it does not give up within the hour.",
        (
            said(r"gr[ea]y.?list", 50),
            reasons(
                ("onhold",),
                20,
                share=0.2,
                what=to_say("{percent} of the bounces ({count} of {total}) are put on hold."),
            ),
        ),
        "onhold",
    ),
    Cause(
        "reputation",
        (MANY_SOFT,),
        "Receivers defer your mail because they do not trust the sender.",
        "See to SPF, DKIM and reverse names first, mail only people who read you for two weeks,"
        " and watch whether the deferrals end.",
        (
            said(r"reputation|temporarily deferred|unusual|suspicious|complaint|4\.7\.0", 35),
            found("blocklists", 20),
            found("spf", 15),
            found("ptr", 10),
            category("block", 10, share=0.2, what=to_say("{percent} of the bounces are refusals.")),
        ),
        check="spf",
    ),
)
