"""What enhanced status codes say where no text does (RFC 3463 and IANA's registry of them).

The class (4 or 5) does not change the reason, only how long it lasts, so rows are keyed by subject
and detail. Codes in `_VAGUE` are sent for too many things to outrank the SMTP command.
"""

from __future__ import annotations

_TABLE: tuple[tuple[str, str, str], ...] = (
    # subject.detail, reason, meaning (RFC 3463 section 3 unless another source is named)
    ("1.0", "userunknown", "other address status"),
    ("1.1", "userunknown", "bad destination mailbox address"),
    ("1.2", "hostunknown", "bad destination system address"),
    ("1.3", "userunknown", "bad destination mailbox address syntax"),
    ("1.4", "filtered", "destination mailbox address ambiguous"),
    ("1.5", "userunknown", "destination address valid, in a failure"),
    ("1.6", "hasmoved", "destination mailbox has moved, no forwarding address"),
    ("1.7", "rejected", "bad sender's mailbox address syntax"),
    ("1.8", "rejected", "bad sender's system address"),
    ("1.9", "systemerror", "message relayed to a non-compliant mailer (RFC 3886)"),
    ("1.10", "notaccept", "recipient address has null MX (RFC 7505)"),
    ("2.0", "filtered", "other or undefined mailbox status"),
    ("2.1", "suspend", "mailbox disabled, not accepting messages"),
    ("2.2", "mailboxfull", "mailbox full"),
    ("2.3", "exceedlimit", "message length exceeds administrative limit"),
    ("2.4", "filtered", "mailing list expansion problem"),
    ("3.0", "systemerror", "other or undefined mail system status"),
    ("3.1", "systemfull", "mail system full"),
    ("3.2", "notaccept", "system not accepting network messages"),
    ("3.3", "systemerror", "system not capable of selected features"),
    ("3.4", "mesgtoobig", "message too big for system"),
    ("3.5", "systemerror", "system incorrectly configured"),
    ("3.6", "systemerror", "requested priority was changed (RFC 6710)"),
    ("4.0", "networkerror", "other or undefined network or routing status"),
    ("4.1", "expired", "no answer from host"),
    ("4.2", "networkerror", "bad connection"),
    ("4.3", "systemerror", "directory server failure"),
    ("4.4", "hostunknown", "unable to route"),
    ("4.5", "systemerror", "mail system congestion"),
    ("4.6", "networkerror", "routing loop detected"),
    ("4.7", "expired", "delivery time expired"),
    ("4.8", "networkerror", "retry on IPv4 (IANA registry)"),
    ("5.0", "syntaxerror", "other or undefined protocol status"),
    ("5.1", "syntaxerror", "invalid command"),
    ("5.2", "syntaxerror", "syntax error"),
    ("5.3", "toomanyconn", "too many recipients"),
    ("5.4", "syntaxerror", "invalid command arguments"),
    ("5.5", "syntaxerror", "wrong protocol version"),
    ("5.6", "syntaxerror", "authentication exchange line is too long (RFC 4954)"),
    ("6.0", "contenterror", "other or undefined media error"),
    ("6.1", "contenterror", "media not supported"),
    ("6.2", "contenterror", "conversion required and prohibited"),
    ("6.3", "contenterror", "conversion required but not supported"),
    ("6.4", "contenterror", "conversion with loss performed"),
    ("6.5", "contenterror", "conversion failed"),
    ("6.6", "contenterror", "message content not available (RFC 4468)"),
    ("6.7", "contenterror", "non-ASCII addresses not permitted (RFC 6531)"),
    ("6.8", "contenterror", "UTF-8 reply required, not permitted (RFC 6531)"),
    ("6.9", "contenterror", "UTF-8 header cannot be transferred (RFC 6531)"),
    ("6.10", "contenterror", "deprecated alias of x.6.8 (RFC 6531)"),
    ("7.0", "securityerror", "other or undefined security status"),
    ("7.1", "securityerror", "delivery not authorized, message refused"),
    ("7.2", "policyviolation", "mailing list expansion prohibited"),
    ("7.3", "securityerror", "security conversion required but not possible"),
    ("7.4", "securityerror", "security features not supported"),
    ("7.5", "securityerror", "cryptographic failure"),
    ("7.6", "securityerror", "cryptographic algorithm not supported"),
    ("7.7", "securityerror", "message integrity failure"),
    ("7.8", "securityerror", "authentication credentials invalid (RFC 4954)"),
    ("7.9", "securityerror", "authentication mechanism too weak (RFC 4954)"),
    ("7.10", "failedstarttls", "encryption needed (RFC 5248)"),
    ("7.11", "failedstarttls", "encryption required for the authentication (RFC 4954)"),
    ("7.12", "securityerror", "password transition needed (RFC 4954)"),
    ("7.13", "suspend", "user account disabled (RFC 5248)"),
    ("7.14", "securityerror", "trust relationship required (RFC 5248)"),
    ("7.15", "policyviolation", "priority level is too low (RFC 6710)"),
    ("7.16", "mesgtoobig", "message too big for the specified priority (RFC 6710)"),
    ("7.17", "hasmoved", "mailbox owner has changed (RFC 7293)"),
    ("7.18", "hasmoved", "domain owner has changed (RFC 7293)"),
    ("7.19", "systemerror", "RRVS test cannot be completed (RFC 7293)"),
    ("7.20", "authfailure", "no passing DKIM signature found (RFC 7372)"),
    ("7.21", "authfailure", "no acceptable DKIM signature found (RFC 7372)"),
    ("7.22", "authfailure", "no valid author-matched DKIM signature found (RFC 7372)"),
    ("7.23", "authfailure", "SPF validation failed (RFC 7372)"),
    ("7.24", "authfailure", "SPF validation error (RFC 7372)"),
    ("7.25", "requireptr", "reverse DNS validation failed (RFC 7372)"),
    ("7.26", "authfailure", "multiple authentication checks failed (RFC 7372)"),
    ("7.27", "rejected", "sender address has null MX (RFC 7505)"),
    ("7.28", "ratelimited", "mail flood detected (IANA registry)"),
    ("7.29", "authfailure", "ARC validation failure (RFC 8617)"),
    ("7.30", "failedstarttls", "REQUIRETLS support required (RFC 8689)"),
)

_FOR_NOW = {"3.2": "systemerror"}
"""What a 4 changes: a server that takes no mail just now is not one that never does."""
_BY_CODE = {detail: reason for detail, reason, _ in _TABLE}
_VAGUE = frozenset(("1.0", "2.0", "3.0", "4.0", "5.0", "6.0", "7.0", "7.1"))
_BY_SUBJECT = {subject: _BY_CODE[f"{subject}.0"] for subject in "34567"}
"""What codes stand for that are in no registry; those of address and mailbox say too little."""
CODES: tuple[str, ...] = tuple(_BY_CODE)
"""The subject and detail of every code that the table knows, such as `1.1`."""


def reason_of_status(status: str, vague: bool = True) -> str:
    """Return the reason that `status` (such as `5.1.1`) stands for, or empty.

    Codes that are sent for anything (x.x.0 and x.7.1) and unregistered ones count only if `vague`
    is set.
    """
    if status[:2] not in ("4.", "5."):
        return ""
    detail = status[2:]
    if status[0] == "4" and (reason := _FOR_NOW.get(detail)):
        return reason
    if not vague:
        return "" if detail in _VAGUE else _BY_CODE.get(detail, "")
    return _BY_CODE.get(detail, "") or _BY_SUBJECT.get(detail.partition(".")[0], "")
