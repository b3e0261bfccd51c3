"""MTA-STS: the domain's word that mail to it is to be encrypted, and to which hosts (RFC 8461)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from diagnostics.checks.asking import Answered, Resolver, ask
from diagnostics.checks.fetching import Fetch, Fetched
from diagnostics.checks.findings import DnsRecord, Evidence, Finding, unanswered
from diagnostics.checks.mx import MailRoute
from diagnostics.checks.sentences import say
from diagnostics.checks.spf.names import for_query
from diagnostics.checks.tags import read_tags

CHECK = "mta-sts"

Mode = Literal["enforce", "testing", "none"]

LONGEST_AGE = 31_557_600
"""Seconds a policy may be kept at most: a year (RFC 8461 3.2)."""
SHORT_AGE = 86_400
"""Seconds below which a policy protects hardly: a day."""

_BEGINS = re.compile(r"v=STSv1[ \t]*(?:;|$)", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9]{1,32}", re.ASCII)
_FIELD = re.compile(r"([A-Za-z0-9][A-Za-z0-9_.-]{0,31})[ \t]*:[ \t]*(.*?)[ \t]*", re.ASCII)
_PATTERN = re.compile(r"(?:\*\.)?(?:[A-Za-z0-9_-]+\.)+[A-Za-z0-9-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy document."""

    mode: str
    mx: tuple[str, ...]
    """Patterns of allowed hosts, in lower case; `*.` stands for one label."""
    max_age: int
    """Seconds; -1 where it is missing or wrong."""
    faults: tuple[str, ...]

    def allows(self, host: str) -> bool:
        """True if `host` fits one of the patterns (RFC 8461 4.1)."""
        host = host.lower().rstrip(".")
        return any(
            host == pattern or (pattern.startswith("*.") and host.partition(".")[2] == pattern[2:])
            for pattern in self.mx
        )


@dataclass(frozen=True, slots=True)
class MtaSts:
    """What a domain says of MTA-STS."""

    domain: str
    answered: Answered
    texts: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    """What is wrong with the record."""
    fetched: Fetched | None = None
    policy: Policy | None = None
    hosts: tuple[str, ...] = field(default=())
    """The domain's mail hosts."""


def policy_url(domain: str) -> str:
    """Where the policy of `domain` stands (RFC 8461 3.3)."""
    return f"https://mta-sts.{domain}/.well-known/mta-sts.txt"


def mta_sts(domain: str, resolver: Resolver, fetch: Fetch, route: MailRoute) -> MtaSts:
    """Look up the record of `domain` and, if there is one, fetch its policy."""
    hosts = tuple(host.name for host in route.hosts)
    answered = ask(resolver, for_query(f"_mta-sts.{domain}"), "TXT")
    texts = tuple(text for text in answered.strings() if _BEGINS.match(text))
    if len(texts) != 1:
        return MtaSts(domain, answered, texts, hosts=hosts)
    tags = read_tags(texts[0])
    faults = list(tags.faults)
    if not _ID.fullmatch(tags.get("id") or ""):
        faults.append(say("id= is missing, or no 1 to 32 letters and digits"))
    fetched = fetch(policy_url(domain))
    policy = read_policy(fetched.body) if fetched.status == 200 else None
    return MtaSts(domain, answered, texts, tuple(faults), fetched, policy, hosts)


def read_policy(body: bytes) -> Policy:
    """Read a policy document (RFC 8461 3.2); raises nothing."""
    values: dict[str, str] = {}
    patterns: list[str] = []
    faults: list[str] = []
    for line in body.decode("utf-8", "replace").splitlines():
        if not line.strip():
            continue
        found = _FIELD.fullmatch(line)
        if found is None:
            faults.append(say("{line} is no field", line=repr(line[:60])))
        elif found[1] == "mx":
            patterns.append(found[2].lower())
        else:
            values.setdefault(found[1], found[2])
    if values.get("version") != "STSv1":
        faults.append(say("version is not STSv1"))
    mode = values.get("mode", "")
    if mode not in ("enforce", "testing", "none"):
        faults.append(say("mode {mode} is none of enforce, testing, none", mode=repr(mode)))
    age = values.get("max_age", "")
    max_age = int(age) if age.isascii() and age.isdigit() and len(age) <= 10 else -1
    if not 0 <= max_age <= LONGEST_AGE:
        faults.append(say("max_age is no number from 0 to {longest}", longest=LONGEST_AGE))
    faults += [
        say("mx {pattern} is no host", pattern=repr(pattern))
        for pattern in patterns
        if not _PATTERN.fullmatch(pattern)
    ]
    if not patterns and mode != "none":
        faults.append(say("no mx is listed"))
    return Policy(mode, tuple(patterns), max_age, tuple(faults))


def check_mta_sts(
    domain: str, resolver: Resolver, fetch: Fetch, route: MailRoute
) -> tuple[Finding, ...]:
    """Judge MTA-STS for `domain`, whose mail goes by `route`."""
    return tuple(_findings(mta_sts(domain, resolver, fetch, route)))


def _findings(found: MtaSts) -> Iterator[Finding]:
    domain, evidence = found.domain, (found.answered.evidence(),)
    to_publish = (DnsRecord(f"_mta-sts.{domain}", "TXT", "v=STSv1; id=1"),)
    if found.answered.outcome == "failed":
        yield unanswered(CHECK, say("The MTA-STS record of {domain}", domain=domain), evidence)
        return
    if not found.texts:
        yield Finding(
            CHECK,
            "info",
            say("{domain} does not use MTA-STS.", domain=domain),
            say("An attacker on the way can make senders deliver unencrypted. It is optional."),
            say(
                "Serve this at {policy_url}, then publish the record:\n{policy}",
                policy_url=policy_url(domain),
                policy=_policy_for(found),
            ),
            evidence,
            to_publish,
        )
        return
    if len(found.texts) > 1:
        yield Finding(
            CHECK,
            "problem",
            say("_mta-sts.{domain} holds {count} records.", domain=domain, count=len(found.texts)),
            say("Senders act as if there were none (RFC 8461 3.1)."),
            say("Delete all but one."),
            evidence,
        )
        return
    for fault in found.faults:
        yield Finding(
            CHECK,
            "problem",
            say("The MTA-STS record of {domain} is wrong: {fault}.", domain=domain, fault=fault),
            say("Senders act as if there were none."),
            say("Correct it."),
            evidence,
            to_publish,
        )
    yield from _about_policy(found)


def _about_policy(found: MtaSts) -> Iterator[Finding]:
    domain, fetched, policy = found.domain, found.fetched, found.policy
    if fetched is None:
        return
    said = fetched.error or f"{fetched.status} {fetched.content_type}\n" + fetched.body.decode(
        "utf-8", "replace"
    )
    evidence = (Evidence(f"GET {fetched.url}", said, fetched.seconds),)
    if policy is None:
        yield Finding(
            CHECK,
            "problem" if fetched.status or fetched.untrusted else "could-not-check",
            say(
                "The MTA-STS policy of {domain} was not served: {why}.",
                domain=domain,
                why=fetched.error or fetched.status,
            ),
            say("The record says there is one; senders that do not find it are not protected."),
            say("Serve this at {url}:\n{policy}", url=fetched.url, policy=_policy_for(found)),
            evidence,
        )
        return
    for fault in policy.faults:
        yield Finding(
            CHECK,
            "problem",
            say("The MTA-STS policy of {domain} is wrong: {fault}.", domain=domain, fault=fault),
            say("Senders ignore a policy that they cannot read."),
            say("Serve this instead:\n{policy}", policy=_policy_for(found)),
            evidence,
        )
    if policy.faults:
        return
    if fetched.content_type != "text/plain":
        yield Finding(
            CHECK,
            "warning",
            say(
                "The MTA-STS policy of {domain} is served as {content_type}.",
                domain=domain,
                content_type=fetched.content_type,
            )
            if fetched.content_type
            else say("The MTA-STS policy of {domain} is served as nothing.", domain=domain),
            say("It should be text/plain (RFC 8461 3.2); some senders refuse anything else."),
            say("Set the content type of the file."),
            evidence,
        )
    missing = [host for host in found.hosts if not policy.allows(host)]
    if missing and policy.mode != "none":
        enforced = policy.mode == "enforce"
        yield Finding(
            CHECK,
            "problem" if enforced else "warning",
            say(
                "The MTA-STS policy of {domain} does not allow its mail host {missing}.",
                domain=domain,
                missing=tuple(missing),
            ),
            say("Senders refuse to deliver there: bounces are lost.")
            if enforced
            else say("When the mode becomes enforce, senders refuse to deliver there."),
            say(
                "Add the host to the policy, then change id in the record:\n{policy}",
                policy=_policy_for(found),
            ),
            evidence,
        )
    if policy.max_age < SHORT_AGE and policy.mode != "none":
        yield Finding(
            CHECK,
            "warning",
            say(
                "The MTA-STS policy of {domain} is kept for {max_age} seconds only.",
                domain=domain,
                max_age=policy.max_age,
            ),
            say("Senders forget it before the next mail, so it protects hardly."),
            say("Set max_age to a week or more."),
            evidence,
        )
    if not missing:
        yield Finding(
            CHECK,
            "ok" if policy.mode == "enforce" else "info",
            say(
                "The MTA-STS policy of {domain} is in mode {mode}.", domain=domain, mode=policy.mode
            ),
            say("Senders deliver only encrypted, and only to hosts it lists.")
            if policy.mode == "enforce"
            else say("Senders deliver as if there were none."),
            ""
            if policy.mode == "enforce"
            else say("Set mode: enforce when TLS reports are clean."),
            evidence,
        )


def _policy_for(found: MtaSts) -> str:
    """The policy that fits the domain's mail hosts."""
    hosts = found.hosts or (f"mail.{found.domain}",)
    mode = found.policy.mode if found.policy and found.policy.mode == "enforce" else "testing"
    return "\n".join(
        ["version: STSv1", f"mode: {mode}", *(f"mx: {host}" for host in hosts), "max_age: 604800"]
    )
