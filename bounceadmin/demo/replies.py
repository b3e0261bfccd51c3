"""What receiving hosts say when they refuse: one row a situation.

Codes and wordings follow what the providers publish on their postmaster pages; `{rcpt}`,
`{domain}` and `{ip}` (of the sending host) are filled in.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reply:
    """A refusal as a sending host sees it. `code` is empty where there was no conversation."""

    code: str
    status: str
    text: str
    category: str
    """What it must be understood as; the test walks this table."""
    host: str = "mx.{domain}"

    def said(self, rcpt: str, ip: str) -> str:
        """The reply line: code, enhanced status code and text."""
        text = self.text.format(rcpt=rcpt, domain=rcpt.rpartition("@")[2], ip=ip)
        return " ".join(filter(None, (self.code, self.status if self.code else "", text)))

    def mx(self, rcpt: str) -> str:
        """The host that said it."""
        return self.host.format(domain=rcpt.rpartition("@")[2])


_GOOGLE = "gmail-smtp-in.l.google.com"
_OUTLOOK = "outlook-com.olc.protection.outlook.com"
_YAHOO = "mta7.am0.yahoodns.net"

REPLIES: dict[str, Reply] = {
    # --- the address is at fault -----------------------------------------------------------------
    "unknown": Reply(
        "550", "5.1.1", "<{rcpt}>: Recipient address rejected: User unknown", "hard"
    ),
    "gmail-unknown": Reply(
        "550", "5.1.1", "The email account that you tried to reach does not exist. Please try "
        "double-checking the recipient's email address for typos or unnecessary spaces.",
        "hard", _GOOGLE,
    ),
    "outlook-unknown": Reply(
        "550", "5.5.0", "Requested action not taken: mailbox unavailable (S2017062302).",
        "hard", _OUTLOOK,
    ),
    "yahoo-unknown": Reply(
        "554", "5.0.0", "delivery error: dd This user doesn't have a {domain} account ({rcpt}) [0]",
        "hard", _YAHOO,
    ),
    "orange-unknown": Reply(
        "550", "5.1.1", "<{rcpt}>: Adresse d au moins un destinataire invalide. Invalid "
        "recipient. OFR204_416", "hard", "smtp-in.orange.fr",
    ),
    "exchange-unknown": Reply(
        "550", "5.1.10", "RESOLVER.ADR.RecipientNotFound; Recipient {rcpt} not found by SMTP "
        "address lookup", "hard", "acme-example.mail.protection.outlook.com",
    ),
    "no-host": Reply(
        "", "5.4.4", "Host or domain name not found. Name service error for name={domain} type=A: "
        "Host not found", "hard", "",
    ),
    # --- it may work later -----------------------------------------------------------------------
    "full": Reply("552", "5.2.2", "<{rcpt}>: user is over quota", "soft"),
    "gmail-full": Reply(
        "452", "4.2.2", "The recipient's inbox is out of storage space and inactive. Please direct "
        "the recipient to clear out space.", "soft", _GOOGLE,
    ),
    "yahoo-deferred": Reply(
        "421", "4.7.0", "[TSS04] Messages from {ip} temporarily deferred due to unexpected volume "
        "or user complaints", "block", _YAHOO,
    ),
    "gmail-rate": Reply(
        "421", "4.7.28", "Gmail has detected an unusual rate of mail originating from your IP "
        "address [{ip}]. To protect our users, mail has been temporarily rate limited.",
        "soft", _GOOGLE,
    ),
    "busy": Reply("421", "4.7.0", "Too many connections from {ip}, try again later", "soft"),
    "timeout": Reply(
        "", "4.4.1", "connect to mx.{domain}[192.0.2.44]:25: Connection timed out", "soft"
    ),
    "too-big": Reply("552", "5.3.4", "Message size exceeds fixed maximum message size", "soft"),
    # --- the sender or the message is refused ----------------------------------------------------
    "outlook-blocked": Reply(
        "550", "5.7.1", "Unfortunately, messages from [{ip}] weren't sent. Please contact your "
        "Internet service provider since part of their network is on our block list (S3140).",
        "block", _OUTLOOK,
    ),
    "spam": Reply("554", "5.7.1", "Message rejected as spam by content filter", "block"),
    "gmail-unauthenticated": Reply(
        "550", "5.7.26", "This mail has been blocked because the sender is unauthenticated. Gmail "
        "requires all senders to authenticate with either SPF or DKIM.", "block", _GOOGLE,
    ),
    "icloud-policy": Reply(
        "554", "5.7.1", "[CS01] Message rejected due to local policy.", "block",
        "mx01.mail.icloud.com",
    ),
    "blocklist": Reply(
        "554", "5.7.1", "Service unavailable; Client host [{ip}] blocked using zen.spamhaus.org",
        "block",
    ),
}  # fmt: skip
