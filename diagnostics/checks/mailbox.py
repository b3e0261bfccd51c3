"""Does the bounce address take mail? What the talk with each mail host means."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from diagnostics.checks.connecting import Connect
from diagnostics.checks.findings import Evidence, Finding, Status, unanswered
from diagnostics.checks.mx import MailRoute
from diagnostics.checks.ptr import ReverseNames
from diagnostics.checks.sentences import say, to_say
from diagnostics.checks.smtp import STANDARD_BOUNDS, Bounds, Reply, SmtpTalk, talk
from diagnostics.checks.spf.names import is_well_formed

CHECK = "mailbox"
MOST_HOSTS = 3
SOON = timedelta(days=14)

_RELAY = re.compile(r"\brelay(?:ing|ed)?\b", re.IGNORECASE)
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")


@dataclass(frozen=True, slots=True)
class Probed:
    """What the mail hosts of a domain said of some addresses."""

    addresses: tuple[str, ...]
    """The addresses that must be taken."""
    unknown: str
    """The address that does not exist and must be refused."""
    talks: tuple[SmtpTalk, ...]


def probe(
    route: MailRoute,
    addresses: Sequence[str],
    unknown: str,
    connect: Connect,
    *,
    port: int = 25,
    helo: str = "localhost",
    context: ssl.SSLContext | None = None,
    bounds: Bounds = STANDARD_BOUNDS,
) -> Probed:
    """Ask the first mail hosts of `route` about `addresses` and about `unknown`.

    `unknown` is an address at the same domain that surely does not exist, such as one with a
    random local part.
    """
    recipients = (*addresses, unknown)
    talks = tuple(
        talk(
            host.name,
            recipients,
            connect,
            port=port,
            helo=helo,
            context=context,
            bounds=bounds,
        )
        for host in route.reachable[:MOST_HOSTS]
    )
    return Probed(tuple(addresses), unknown, talks)


def findings(probed: Probed, *, now: datetime) -> tuple[Finding, ...]:
    """What the talks mean for the bounces; `now` (with a zone) is for certificates."""
    return tuple(one for talked in probed.talks for one in _about_talk(probed, talked, now))


UNREACHED: dict[str, tuple[Status, str, str]] = {
    "policy": (
        "could-not-check",
        to_say(
            "The settings here forbid connections to internal addresses, so nothing is known of it."
        ),
        to_say("Allow its network in the settings if the host is yours."),
    ),
    "unknown": (
        "could-not-check",
        to_say("Its address could not be looked up, so nothing is known of it."),
        to_say("Try again."),
    ),
    "no address": (
        "problem",
        to_say("Senders cannot reach it either."),
        to_say("Publish its address."),
    ),
    "refused": (
        "problem",
        to_say("Nothing listens on port 25 there: bounces cannot be delivered."),
        to_say("Start the mail server, or open port 25 in the firewall."),
    ),
    "silent": (
        "could-not-check",
        to_say(
            "Either the host is down or shielded, or the network here lets nobody out to port 25,"
            " as many clouds do."
        ),
        to_say(
            "Try `nc -v {host} 25` from another network; if it is silent there too, bounces cannot"
            " arrive."
        ),
    ),
}
"""Why a host was not reached: status, meaning, action."""


def _about_talk(probed: Probed, talked: SmtpTalk, now: datetime) -> Iterator[Finding]:
    host, evidence = talked.host, talked.evidence()
    if talked.unreached:
        status, meaning, action = UNREACHED[talked.unreached]
        yield Finding(
            CHECK,
            status,
            say("The mail host {host} was not reached: {error}.", host=host, error=talked.error),
            say(meaning),
            say(action, host=host),
        )
        return
    if talked.error and not talked.recipients:
        yield Finding(
            CHECK,
            "problem",
            say("{host} does not take mail from here: {error}.", host=host, error=talked.error),
            say("Bounces from hosts that it treats the same cannot arrive."),
            say("See the log of the mail server for the reason."),
            evidence,
        )
    yield from _about_banner(talked)
    yield from _about_tls(talked, now)
    for address, reply in zip((*probed.addresses, probed.unknown), talked.recipients, strict=False):
        if address == probed.unknown:
            yield _about_unknown(host, reply)
        else:
            yield _about_recipient(host, address, reply)


def _about_recipient(host: str, address: str, reply: Reply) -> Finding:
    evidence = (reply.evidence(),)
    if reply.kind == 2:
        return Finding(
            CHECK,
            "ok",
            say("{host} takes mail for {address}.", host=host, address=address),
            say("Bounces sent there are delivered."),
            evidence=evidence,
        )
    if reply.kind == 4:
        return Finding(
            CHECK,
            "warning",
            say(
                "{host} refuses mail for {address} for now: {code} {line}",
                host=host,
                address=address,
                code=reply.code,
                line=reply.lines[0],
            ),
            say("Senders try again; if it is greylisting, their bounces arrive late."),
            say("Exempt the bounce addresses from greylisting, or see why it defers."),
            evidence,
        )
    if _RELAY.search(reply.text):
        domain = address.rpartition("@")[2]
        return Finding(
            CHECK,
            "problem",
            say(
                "{host} is not set up for {domain}: {code} {line}",
                host=host,
                domain=domain,
                code=reply.code,
                line=reply.lines[0],
            ),
            say("The MX leads to a host that takes no mail for the domain: no bounce can arrive."),
            say(
                "Add {domain} to the domains of that host (Postfix: mydestination or"
                " virtual_mailbox_domains), or correct the MX.",
                domain=domain,
            ),
            evidence,
        )
    if _is_about_us(reply):
        return Finding(
            CHECK,
            "could-not-check",
            say(
                "{host} refuses us, not the address: {code} {line}",
                host=host,
                code=reply.code,
                line=reply.lines[0],
            ),
            say("The reply speaks of policy, so it does not tell whether the address exists."),
            say("Ask from the address of a real sender, or see the log of the mail server."),
            evidence,
        )
    return Finding(
        CHECK,
        "problem",
        say(
            "{host} refuses mail for {address}: {code} {line}",
            host=host,
            address=address,
            code=reply.code,
            line=reply.lines[0],
        ),
        say("No bounce can arrive at this address."),
        say("Create the mailbox or alias, or correct the bounce address."),
        evidence,
    )


def _about_unknown(host: str, reply: Reply) -> Finding:
    evidence = (reply.evidence(),)
    if reply.kind == 2:
        return Finding(
            CHECK,
            "warning",
            say("{host} takes mail for addresses that do not exist.", host=host),
            say(
                "If it bounces them later, it answers forgers' victims (backscatter)"
                " and gets listed; if a catch-all keeps them, spam drowns the bounces."
            ),
            say("Let the server refuse unknown recipients at RCPT (550)."),
            evidence,
        )
    if reply.kind == 5 and not _is_about_us(reply):
        return Finding(
            CHECK,
            "ok",
            say("{host} refuses addresses that do not exist.", host=host),
            say("It sends no backscatter."),
            evidence=evidence,
        )
    return Finding(
        CHECK,
        "could-not-check",
        say(
            "{host} did not say whether it refuses unknown addresses: {code}.",
            host=host,
            code=reply.code,
        ),
        say("The reply was temporary or about us."),
        say("Try again later."),
        evidence,
    )


def _is_about_us(reply: Reply) -> bool:
    """True for a refusal by policy (RFC 3463 X.7.x): it says nothing of the mailbox."""
    status = _STATUS.search(reply.text)
    return status is not None and status[1].split(".")[1] == "7"


def _about_banner(talked: SmtpTalk) -> Iterator[Finding]:
    banner = talked.banner
    if banner is None or banner.kind != 2:
        return
    name = banner.lines[0].partition(" ")[0]
    if not is_well_formed(name):
        yield Finding(
            CHECK,
            "info",
            say(
                "{host} greets with {line}, which names no host.",
                host=talked.host,
                line=repr(banner.lines[0]),
            ),
            say("The greeting must begin with the full name of the host (RFC 5321 4.2)."),
            say("Let the mail server call itself {host}.", host=talked.host),
            (banner.evidence(),),
        )


def about_reverse_name(talked: SmtpTalk, found: ReverseNames) -> Finding:
    """Whether the address that answered for a mail host has a name that leads back (FCrDNS).

    A host that only takes mail needs none; one that also sends does, and hosts mostly do both.
    """
    host, address = talked.host, found.ip
    if found.standing == "unknown":
        return unanswered(
            CHECK,
            say("The reverse name of {host} ({address})", host=host, address=address),
            found.evidence(),
        )
    if found.standing == "confirmed":
        return Finding(
            CHECK,
            "ok",
            say(
                "{host} ({address}) is called {confirmed}, and the name leads back to it.",
                host=host,
                address=address,
                confirmed=found.confirmed[0],
            ),
            say("Its address can be told from a stranger's."),
            evidence=found.evidence(),
        )
    return Finding(
        CHECK,
        "info",
        say(
            "The address {address} of {host} has no name that leads back to it.",
            address=address,
            host=host,
        ),
        say("Bounces arrive all the same; but mail that this host sends may be refused for it."),
        say("Ask the provider of the address to set its reverse name to {host}.", host=host),
        found.evidence(),
    )


def _about_tls(talked: SmtpTalk, now: datetime) -> Iterator[Finding]:
    host, certificate = talked.host, talked.certificate
    if talked.banner is None or not talked.extensions:
        return
    if certificate is None:
        offered = bool(talked.tls_error)
        yield Finding(
            CHECK,
            "warning" if offered else "info",
            say("STARTTLS fails at {host}: {tls_error}.", host=host, tls_error=talked.tls_error)
            if offered
            else say("{host} does not offer STARTTLS.", host=host),
            say("Bounces travel readable for anyone on the way; some senders refuse to send so."),
            say("Give the mail server a certificate and let it offer STARTTLS."),
            talked.evidence(),
        )
        return
    evidence = (
        Evidence("certificate names", "\n".join(certificate.names) or "none"),
        Evidence("valid until", certificate.not_after.isoformat()),
        Evidence("protocol", certificate.protocol),
    )
    if certificate.not_after <= now + SOON:
        past = certificate.not_after <= now
        day = f"{certificate.not_after:%Y-%m-%d}"
        yield Finding(
            CHECK,
            "warning",
            say("The certificate of {host} ended on {day}.", host=host, day=day)
            if past
            else say("The certificate of {host} ends on {day}.", host=host, day=day),
            say("Senders that verify it (MTA-STS, DANE) stop delivering."),
            say("Renew it."),
            evidence,
        )
    if not certificate.trusted:
        yield Finding(
            CHECK,
            "info",
            say(
                "The certificate of {host} is not trusted: {fault}.",
                host=host,
                fault=certificate.fault,
            ),
            say("Most senders encrypt all the same; those that verify (MTA-STS) do not deliver."),
            say("Use a certificate of a public authority for {host}.", host=host),
            evidence,
        )
    else:
        yield Finding(
            CHECK,
            "ok",
            say("{host} offers STARTTLS with a trusted certificate.", host=host),
            say("Bounces travel encrypted."),
            evidence=evidence,
        )
