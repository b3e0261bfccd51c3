"""Causes of bounces that go astray: they do not arrive, or chase each other."""

from __future__ import annotations

from diagnostics.checks.sentences import say, to_say
from diagnostics.scenarios.cause import LOOP, NO_BOUNCES, Cause
from diagnostics.scenarios.facts import Facts
from diagnostics.scenarios.signs import (
    Sign,
    fact,
    found,
)


def _nothing_sent(facts: Facts) -> str:
    return (
        ""
        if facts.sent
        else say("No sends are reported for the last {days} days.", days=facts.days)
    )


def _silence(facts: Facts) -> str:
    if facts.silent_hours is None:
        return say("No message has ever come in here.")
    if facts.silent_hours < 24:
        return ""
    days = round(facts.silent_hours / 24)
    if days == 1:
        return say("No message of any kind has come in for a day.")
    return say("No message of any kind has come in for {days} days.", days=days)


def _others_arrive(facts: Facts) -> str:
    if facts.silent_hours is None or facts.silent_hours >= 24:
        return ""
    return say("Other messages do come in: the last one within a day.")


def _arriving(facts: Facts) -> str:
    if facts.quiet_hours is None or facts.quiet_hours > 24 or not facts.bounced:
        return ""
    return say(
        "{count} bounces came in {days} days, the last one {hours} hours ago.",
        count=f"{facts.bounced:,}",
        days=facts.days,
        hours=f"{facts.quiet_hours:.0f}",
    )


def _probe(state: str, points: int, words: str) -> Sign:
    return fact(points, lambda facts: say(words) if facts.probe == state else "")


_RETURNED_WORDS = to_say("The last round trip came back: the way is open.")
_LOST = _probe("lost", 30, to_say("The last round trip did not come back."))
_RETURNED = _probe("returned", -60, _RETURNED_WORDS)


def _replier(facts: Facts) -> str:
    loud = [one for one in facts.repliers if one.count >= 5]
    if not loud:
        return ""
    return say(
        "{who} answered {count} times within a day.",
        who=loud[0].text,
        count=f"{loud[0].count:,}",
    )


def _again(facts: Facts) -> str:
    loud = [one for one in facts.repeated if one.count >= 5]
    if not loud:
        return ""
    who, count, days = loud[0].text, f"{loud[0].count:,}", facts.days
    if len(loud) == 1:
        return say("{who} bounced {count} times in {days} days.", who=who, count=count, days=days)
    return say(
        "{who} bounced {count} times in {days} days, and {more} more like it.",
        who=who,
        count=count,
        days=days,
        more=len(loud) - 1,
    )


def _ourselves(facts: Facts) -> str:
    if facts.about_ourselves < 2:
        return ""
    return say(
        "{count} bounces or replies are about addresses of the bounce domain.",
        count=f"{facts.about_ourselves:,}",
    )


def _unattributed(facts: Facts) -> str:
    if facts.unattributed < 5:
        return ""
    if facts.unattributed >= 1000:
        return say("1,000 bounces or more came in that belong to no campaign.")
    return say("{count} bounces came in that belong to no campaign.", count=facts.unattributed)


CAUSES: tuple[Cause, ...] = (
    # --- bounces do not arrive ----------------------------------------------------------------
    Cause(
        "mx-broken",
        (NO_BOUNCES,),
        "The bounce domain's MX leads nowhere.",
        "Publish the MX that the check suggests.",
        (found("mx", 65), _LOST, fact(10, _silence), _RETURNED),
        check="mx",
    ),
    Cause(
        "mailbox-refuses",
        (NO_BOUNCES,),
        "The mail host refuses the bounce address.",
        "Create the mailbox or alias, with everything behind a plus sign (bounces+…) going the"
        " same way.",
        (found("mailbox", 65), _LOST, fact(10, _silence), _RETURNED),
        check="mailbox",
    ),
    Cause(
        "host-silent",
        (NO_BOUNCES,),
        "The mail host may not be reachable from outside.",
        "Ask from another network (nc -v HOST 25); open port 25 in its firewall if it is silent"
        " there too.",
        (
            found("mailbox", 30, status="could-not-check", words="not reached"),
            _LOST,
            fact(15, _silence),
            _RETURNED,
        ),
        check="mailbox",
    ),
    Cause(
        "mta-sts",
        (NO_BOUNCES,),
        "The MTA-STS policy keeps senders from delivering.",
        "Correct the policy as the check says, and change its id.",
        (found("mta-sts", 45), _LOST, _RETURNED),
        check="mta-sts",
    ),
    Cause(
        "not-fetched",
        (NO_BOUNCES,),
        "Bounces may lie where nobody fetches them.",
        "See that a mailbox is set up to be fetched, that the listener runs or that the pipe is in"
        " the mail server's aliases; then send a round trip.",
        (
            fact(35, _silence),
            found("mailbox", 20, status="ok", words="takes mail for"),
            _LOST,
            _RETURNED,
        ),
    ),
    Cause(
        "not-understood",
        (NO_BOUNCES,),
        "Messages arrive but are not processed.",
        "Look at the failed messages and their errors; if many wait, see that a worker runs.",
        (
            fact(
                40,
                lambda f: (
                    say("{count} messages wait.", count=f"{f.pending:,}")
                    if f.pending >= 100
                    else ""
                ),
            ),
            fact(
                30,
                lambda f: (
                    say("{count} messages failed.", count=f"{f.failed:,}") if f.failed else ""
                ),
            ),
        ),
    ),
    Cause(
        "other-envelope",
        (NO_BOUNCES,),
        "Mail may be sent with another envelope sender than the campaign's bounce address.",
        "Let the sending program take its envelope sender (Return-Path) from the campaign here.",
        (
            fact(35, _unattributed),
            fact(10, _others_arrive),
            fact(
                20,
                lambda f: (
                    say("Sends are reported, but not one event came.")
                    if f.sent >= 500 and not f.bounced
                    else ""
                ),
            ),
        ),
    ),
    Cause(
        "unverified",
        (NO_BOUNCES,),
        "Bounces arrive, but nothing proves that they are about mail you sent.",
        "Send with signed return paths, or report the Message-IDs you send.",
        (
            fact(
                50,
                lambda f: (
                    say(
                        "{unverified} bounces are unverified, {counted} are counted.",
                        unverified=f"{f.unverified:,}",
                        counted=f"{f.bounced:,}",
                    )
                    if f.unverified > f.bounced
                    else ""
                ),
            ),
        ),
    ),
    Cause(
        "nothing-sent",
        (NO_BOUNCES,),
        "Nothing was sent, as far as is known here.",
        "Report what is sent, or see why the sending program does not.",
        (fact(55, _nothing_sent),),
    ),
    Cause(
        "arriving",
        (NO_BOUNCES,),
        "Bounces do arrive.",
        "Nothing needs doing; send a round trip to be sure of the whole way.",
        (fact(60, _arriving), _probe("returned", 25, _RETURNED_WORDS)),
    ),
    # --- a bounce loop ------------------------------------------------------------------------
    Cause(
        "own-autoreply",
        (LOOP,),
        "Something of yours answers at the bounce address.",
        "Switch off the automatic reply, forwarding or ticket system on the bounce address, and"
        " let nothing there send mail: bounces have an empty sender and must never be answered.",
        (
            fact(60, _ourselves),
            fact(
                15,
                lambda f: (
                    say(
                        "{count} automatic replies came in {days} days.",
                        count=f"{f.autoreplies:,}",
                        days=f.days,
                    )
                    if f.autoreplies >= 20
                    else ""
                ),
            ),
        ),
    ),
    Cause(
        "their-autoreply",
        (LOOP,),
        "Somebody's automatic reply answers every message.",
        "Suppress that address, and tell its owner: a reply must be sent once, and never to an"
        " empty sender (RFC 3834).",
        (fact(60, _replier),),
    ),
    Cause(
        "mailed-again",
        (LOOP,),
        "Addresses that bounce are mailed again and again.",
        "Let the sending program ask here before it sends, or take over the suppressions.",
        (fact(60, _again),),
    ),
    Cause(
        "backscatter",
        (LOOP,),
        "Bounces of forged mail come to your domain (backscatter).",
        "They count for nothing here. Publish SPF with -all and DMARC with p=reject, so that"
        " receivers refuse the forgeries instead of bouncing them.",
        (
            fact(35, _unattributed),
            found("mailbox", 25, status="warning", words="do not exist"),
            fact(
                15,
                lambda f: (
                    say("{count} bounces are unverified.", count=f"{f.unverified:,}")
                    if f.unverified >= 20
                    else ""
                ),
            ),
        ),
        check="mailbox",
    ),
)
