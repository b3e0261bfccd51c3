"""Settings to paste for sending a campaign with its bounce address, and its domain's DNS. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from lists.addresses import canonical, domain_of

# Where no host is known people put their own in.
ANY_HOST = "mail.example.com"


@dataclass(frozen=True, slots=True)
class Sending:
    """What the settings depend on."""

    bounce_address: str
    header_from: str
    bounce_domain: str
    campaign: int
    """Its number: how the webhooks of mail services tell campaigns apart."""
    mail_host: str = ANY_HOST
    """The host that takes the bounces: this installation's listener or your mailbox's server."""
    sending_ips: tuple[str, ...] = ()
    """Addresses or networks that the mail leaves from."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """Settings of one program. `title` and `note` are English text for gettext."""

    name: str
    title: str
    code: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """A line of a DNS zone."""

    owner: str
    type: str
    value: str
    why: str

    @property
    def line(self) -> str:
        """As a zone file has it."""
        return f"{self.owner}. IN {self.type} {self.value}"


# Name, title, what to paste, what to know. In the code `{bounce}` is the envelope sender and
# `{sender}` the header From.
_PROGRAMS: tuple[tuple[str, str, str, str], ...] = (
    (
        "php",
        "PHP mail()",
        """mail($to, $subject, $body, ['From' => '{sender}'],
    '-f{bounce}');""",
        "The fifth argument is handed to sendmail: -f sets the envelope sender.",
    ),
    (
        "phpmailer",
        "PHPMailer",
        """$mail->setFrom('{sender}');  // people see this
$mail->Sender = '{bounce}';  // bounces go here""",
        "Set Sender after setFrom(), which fills it with the From address otherwise.",
    ),
    (
        "smtplib",
        "Python smtplib",
        """message["From"] = "{sender}"
smtp.send_message(message, from_addr="{bounce}")""",
        "",
    ),
    (
        "django",
        "Django",
        """EmailMessage(
    subject, body, to=[recipient],
    from_email="{bounce}",  # the envelope sender
    headers={{"From": "{sender}"}},  # what people see
).send()""",
        "",
    ),
    (
        "postfix",
        "Postfix",
        """# /etc/postfix/main.cf
sender_canonical_classes = envelope_sender
sender_canonical_maps = hash:/etc/postfix/bounce_senders

# /etc/postfix/bounce_senders
{sender}    {bounce}

# then
postmap /etc/postfix/bounce_senders && postfix reload""",
        "For programs that cannot set an envelope sender. It holds for all mail from this From "
        "address, so one campaign at a time. Header addresses stay as they are.",
    ),
    (
        "ses",
        "Amazon SES",
        """ses = boto3.client("sesv2")
ses.send_email(
    FromEmailAddress="{sender}",
    FeedbackForwardingEmailAddress="{bounce}",
    EmailTags=[{{"Name": "campaign", "Value": "{campaign}"}}],
    Destination={{"ToAddresses": [recipient]}},
    Content=content,
)""",
        "SES keeps its own envelope sender and forwards bounces to this address, while feedback "
        "forwarding is on and the address's domain is a verified identity. Its notifications to a "
        "webhook of ours say more and come sooner; the tag names the campaign in them.",
    ),
    (
        "sendgrid",
        "SendGrid",
        """# In each request to send, for an Event Webhook of ours:
"custom_args": {{"campaign": "{campaign}"}}

# Or without a webhook, by mail:
curl -X PATCH https://api.sendgrid.com/v3/mail_settings/forward_bounce \\
  -H "Authorization: Bearer $SENDGRID_API_KEY" -H "Content-Type: application/json" \\
  -d '{{"enabled": true, "email": "{bounce}"}}'""",
        "SendGrid keeps its own envelope sender. The webhook says more and comes sooner; by mail "
        "the bounces of the whole account go to one address: campaigns are not told apart.",
    ),
    (
        "swaks",
        "swaks, to try it out",
        """swaks --server {host} --to nobody-$(date +%s)@{domain} \\
  --from '{bounce}' --header 'From: {sender}' \\
  --header 'Subject: A bounce, please'""",
        "A mail to a mailbox that does not exist comes back as a bounce. Use a domain of your own.",
    ),
)


def snippets(sending: Sending) -> list[Snippet]:
    """Settings for each program that we know."""
    values = {
        "bounce": sending.bounce_address,
        "sender": sending.header_from,
        "campaign": sending.campaign,
        "host": sending.mail_host,
        "domain": domain_of(sending.header_from),
    }
    return [
        Snippet(name, title, code.format(**values), note) for name, title, code, note in _PROGRAMS
    ]


def records(sending: Sending) -> list[Record]:
    """The DNS records that the domain of the bounce address needs."""
    domain = domain_of(sending.bounce_address)
    found = []
    if domain != domain_of(canonical(sending.header_from)):
        found.append(
            Record(domain, "MX", f"10 {sending.mail_host}.", "Bounces are brought to this host.")
        )
    mechanisms = [term for ip in sending.sending_ips if (term := _mechanism(ip))]
    found.append(
        Record(
            domain,
            "TXT",
            f'"v=spf1 {" ".join(mechanisms or ["mx"])} -all"',
            "These servers, and no others, may send with this envelope sender.",
        )
    )
    return found


def warnings(sending: Sending, domain_shared_with: Sequence[str] = ()) -> list[str]:
    """What is wrong with the bounce address, as sentences for gettext without values.

    `domain_shared_with` are names of lists in other streams with the same bounce domain.
    """
    found = []
    address = canonical(sending.bounce_address)
    sender = canonical(sending.header_from)
    if address == sender:
        found.append(
            "The bounce address is the From address: bounces end up among the answers of people, "
            "and automatic replies look like bounces. Give the campaign an address of its own."
        )
    elif domain_of(address) == domain_of(sender):
        found.append(
            "The bounce address is at the From address's domain. Its MX record brings people's "
            "mail too, so it cannot lead here. Use a subdomain, such as bounces.example.com."
        )
    if domain_of(address) != sending.bounce_domain:
        found.append(
            "The bounce address is not at the list's bounce domain. Signed return paths use the "
            "bounce domain: both then need MX and SPF."
        )
    if domain_shared_with:
        found.append(
            "Another stream uses the same bounce domain. What one stream does to the domain's "
            "reputation hurts the other: give each its own."
        )
    return found


def _mechanism(text: str) -> str:
    """`ip4:192.0.2.1` for an address or a network; empty for anything else."""
    try:
        network = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return ""
    whole = network.prefixlen == network.max_prefixlen
    return f"ip{network.version}:{network.network_address if whole else network}"
