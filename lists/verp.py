"""Variable envelope return paths: the recipient inside the bounce address, signed. Pure.

    bounces+user=recipient.com@…                plain: readable by anyone, proves nothing
    bounces+user=recipient.com=2f=k3x…@…        signed: campaign 2f (base 36) and a keyed signature
    bounces+=9zk=2f=k3x…@…                      short: subscriber 9zk where the rest is too long
    bounces-campaign-87@…                       a whole campaign's: names no recipient

A signature makes a bounce's recipient trustworthy: who was never mailed cannot be suppressed by a
forger. Letters, digits, `.`, `_` and `-` of the recipient stand for themselves, every other octet
of its UTF-8 form is `%` and two hex digits; nothing depends on upper or lower case, because hosts
on the way may change it.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass

from lists.addresses import MAX_LOCAL_OCTETS, Address, is_plain, parse_address

SIGNATURE_CHARACTERS = 12  # 60 bits: 10^18 guesses for one forged bounce
_SIGNED_OCTETS = 10  # The first ones, which these characters (5 bits each) are made of.
_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789._-")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_ESCAPE = re.compile(rb"%([0-9a-f]{2})")
_OF_A_CAMPAIGN = re.compile(r"[^+@]+-campaign-([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class ReturnPath:
    """What a bounce address says.

    Of `recipient` and `recipient_id` (the short form) one at most is there: a campaign's own
    address names nobody.
    """

    recipient: str
    recipient_id: int | None
    campaign_id: int | None
    signed: bool
    """The signature is there and holds."""


class NeedsNumberError(ValueError):
    """Only the short form fits, which names the recipient by a number."""


def make(recipient: str, bounce_domain: str, *, prefix: str = "bounces") -> str:
    """The plain form. ValueError where `recipient` is no address or does not fit 64 octets."""
    local = f"{prefix}+{_encode(_parsed(recipient))}"
    if len(local) > MAX_LOCAL_OCTETS:
        raise ValueError("The recipient does not fit into a plain return path.")
    return f"{local}@{bounce_domain}"


def make_for_campaign(campaign_id: int, bounce_domain: str, *, prefix: str = "bounces") -> str:
    """The one address of a whole campaign, for senders that cannot set one for each recipient."""
    return f"{prefix}-campaign-{campaign_id}@{bounce_domain}"


def make_signed(
    recipient: str,
    bounce_domain: str,
    campaign_id: int,
    keys: Sequence[str],
    *,
    recipient_id: int | None = None,
    prefix: str = "bounces",
) -> str:
    """The signed form, by the first of `keys`; the short one where that exceeds 64 octets.

    ValueError where `recipient` is no address, NeedsNumberError where the short form is needed
    without `recipient_id`.
    """
    payload = f"{_encode(_parsed(recipient))}={_base36(campaign_id)}"
    local = f"{prefix}+{payload}={_sign(keys[0], payload, bounce_domain)}"
    if len(local) > MAX_LOCAL_OCTETS:
        if recipient_id is None:
            raise NeedsNumberError("The recipient needs the short form, and so an id.")
        payload = f"={_base36(recipient_id)}={_base36(campaign_id)}"
        local = f"{prefix}+{payload}={_sign(keys[0], payload, bounce_domain)}"
    return f"{local}@{bounce_domain}"


def read(address: str, keys: Sequence[str]) -> ReturnPath | None:
    """What a bounce address says; None where it is no return path of ours or its text is broken.

    A signature that does not hold (any of `keys` will do) leaves `signed` False.
    """
    local, _, domain = address.strip().strip("<>").lower().rpartition("@")
    if of_a_campaign := _OF_A_CAMPAIGN.fullmatch(local):
        return ReturnPath("", None, int(of_a_campaign[1]), signed=False)
    _, plus, payload = local.partition("+")
    fields = payload.split("=")
    if not plus or len(local) > 4 * MAX_LOCAL_OCTETS or len(fields) not in (2, 4):
        return None
    recipient, recipient_id = "", None
    if fields[0]:
        recipient = _decode(fields[0], fields[1])
        if not recipient:
            return None
    else:
        recipient_id = _from_base36(fields[1])
        if recipient_id is None or len(fields) != 4:
            return None
    if len(fields) == 2:
        return ReturnPath(recipient, None, None, signed=False)
    campaign_id = _from_base36(fields[2])
    if campaign_id is None:
        return None
    body = "=".join(fields[:3])
    given = fields[3].encode()
    signed = any(hmac.compare_digest(_sign(key, body, domain).encode(), given) for key in keys)
    return ReturnPath(recipient, recipient_id, campaign_id, signed)


def _parsed(recipient: str) -> Address:
    address = parse_address(recipient)
    if address is None:
        raise ValueError(f"{recipient!r} is no address.")
    return address


def _encode(address: Address) -> str:
    local = "".join(
        chr(octet) if octet in _PLAIN else f"%{octet:02x}" for octet in address.local.encode()
    )
    # An address literal has brackets and colons, which the escape makes harmless too.
    domain = "".join(
        chr(octet) if octet in _PLAIN else f"%{octet:02x}" for octet in address.domain.encode()
    )
    return f"{local}={domain}"


def _decode(local: str, domain: str) -> str:
    plain = f"{local}@{domain}"
    if "%" not in plain and is_plain(plain):
        return plain
    try:
        parts = [
            _ESCAPE.sub(lambda hit: bytes.fromhex(hit[1].decode()), part.encode()).decode()
            for part in (local, domain)
        ]
    except UnicodeError:
        return ""
    address = parse_address(str(Address(parts[0], parts[1])))
    return str(address) if address else ""


def _sign(key: str, payload: str, bounce_domain: str) -> str:
    text = f"{payload}@{bounce_domain.lower()}"
    digest = hmac.digest(key.encode(), text.encode(), "sha256")
    return base64.b32encode(digest[:_SIGNED_OCTETS]).decode().lower()[:SIGNATURE_CHARACTERS]


def _base36(number: int) -> str:
    if number < 0:
        raise ValueError("Ids are not negative.")
    text = ""
    while number >= 36:
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return _DIGITS[number] + text


def _from_base36(text: str) -> int | None:
    # 13 digits hold 64 bits.
    return int(text, 36) if re.fullmatch(r"[0-9a-z]{1,13}", text) else None
