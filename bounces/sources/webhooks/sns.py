"""Amazon SNS: what it signs and how, and which addresses are really Amazon's. No network here.

As "Verifying the signatures of Amazon SNS messages" in Amazon's developer guide says.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from cryptography.x509.oid import NameOID

NOTIFICATION = "Notification"
SUBSCRIPTION = "SubscriptionConfirmation"
UNSUBSCRIPTION = "UnsubscribeConfirmation"

_SIGNED = {
    NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    SUBSCRIPTION: (
        "Message",
        "MessageId",
        "SubscribeURL",
        "Timestamp",
        "Token",
        "TopicArn",
        "Type",
    ),
}
_SIGNED[UNSUBSCRIPTION] = _SIGNED[SUBSCRIPTION]
_HASHES: dict[str, type[HashAlgorithm]] = {"1": SHA1, "2": SHA256}
_ARN = re.compile(r"arn:aws(?:-cn|-us-gov)?:sns:([a-z0-9-]{3,30}):\d{12}:[\w-]{1,256}(?:\.fifo)?")
_HOST = re.compile(r"sns\.([a-z0-9-]{3,30})\.amazonaws\.com(?:\.cn)?")
_CERTIFICATE_PATH = re.compile(r"/SimpleNotificationService-[0-9a-f]{32}\.pem")
_COMMON_NAME = re.compile(r"sns(?:\.[a-z0-9-]{3,30})?\.amazonaws\.com(?:\.cn)?")
_LEAST_KEY_BITS = 2048


class BadMessageError(Exception):
    """The message is not one of Amazon's; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class SnsMessage:
    """The fields that matter, all of them text."""

    fields: Mapping[str, str]

    @property
    def type(self) -> str:
        """`Notification`, `SubscriptionConfirmation` or `UnsubscribeConfirmation`."""
        return self.fields["Type"]

    @property
    def topic(self) -> str:
        """The topic's ARN."""
        return self.fields["TopicArn"]

    @property
    def certificate_url(self) -> str:
        """Where the certificate is, on a host of Amazon's in the topic's own region."""
        return self.fields["SigningCertURL"]

    @property
    def subscribe_url(self) -> str:
        """Where a subscription is confirmed, for one topic, on a host of Amazon's."""
        return self.fields["SubscribeURL"]


def is_topic(arn: str) -> bool:
    """Whether `arn` names an SNS topic."""
    return bool(_ARN.fullmatch(arn))


def read(found: Any) -> SnsMessage:
    """Check the shape of a decoded body and where its addresses point. BadMessageError else."""
    if not isinstance(found, dict) or found.get("Type") not in _SIGNED:
        raise BadMessageError("The body is no message of Amazon SNS.")
    fields = {name: value for name, value in found.items() if isinstance(value, str)}
    needed = {"Signature", "SignatureVersion", "SigningCertURL", *_SIGNED[fields["Type"]]}
    missing = needed - {"Subject"} - fields.keys()
    if missing:
        raise BadMessageError(f"The message lacks {', '.join(sorted(missing))}.")
    if not is_topic(fields["TopicArn"]):
        raise BadMessageError("The topic is none of Amazon SNS.")
    _certificate_place(fields["SigningCertURL"], fields["TopicArn"])
    if fields["Type"] == SUBSCRIPTION:
        _subscribe_place(fields["SubscribeURL"], fields["TopicArn"])
    return SnsMessage(fields)


def canonical(message: SnsMessage) -> bytes:
    """What is signed: names and values, each on a line, in the order of their names."""
    lines = [
        f"{name}\n{message.fields[name]}\n"
        for name in _SIGNED[message.type]
        if name in message.fields
    ]
    return "".join(lines).encode()


def verify(message: SnsMessage, certificate: bytes, now: datetime) -> None:
    """Raise BadMessageError unless `certificate` (PEM) is valid `now` and made the signature."""
    algorithm = _HASHES.get(message.fields["SignatureVersion"])
    if algorithm is None:
        raise BadMessageError("The signature is of a version that is not known.")
    key = _key_of(certificate, now)
    try:
        signature = base64.b64decode(message.fields["Signature"], validate=True)
        key.verify(signature, canonical(message), padding.PKCS1v15(), algorithm())
    except (InvalidSignature, binascii.Error, ValueError):
        raise BadMessageError("The signature does not hold.") from None


def _key_of(certificate: bytes, now: datetime) -> rsa.RSAPublicKey:
    try:
        found = x509.load_pem_x509_certificate(certificate)
        key = found.public_key()
    except (ValueError, TypeError):
        raise BadMessageError("The certificate cannot be read.") from None
    if not found.not_valid_before_utc <= now <= found.not_valid_after_utc:
        raise BadMessageError("The certificate is not valid now.")
    names = [str(name.value) for name in found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    if not any(_COMMON_NAME.fullmatch(name) for name in names):
        raise BadMessageError("The certificate is not one of Amazon SNS.")
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < _LEAST_KEY_BITS:
        raise BadMessageError("The certificate's key is too weak.")
    return key


def _certificate_place(url: str, topic: str) -> None:
    parts = _amazon(url, topic)
    if not _CERTIFICATE_PATH.fullmatch(parts.path) or parts.query:
        raise BadMessageError("The certificate is not where Amazon keeps them.")


def _subscribe_place(url: str, topic: str) -> None:
    parts = _amazon(url, topic)
    query = parse_qs(parts.query)
    if (
        parts.path not in ("", "/")
        or query.get("Action") != ["ConfirmSubscription"]
        or query.get("TopicArn") != [topic]
    ):
        raise BadMessageError("The address to confirm at is for something else.")


def _amazon(url: str, topic: str):
    """Split an address that must be on Amazon's host for the topic's region, by TLS."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadMessageError("An address in the message is broken.") from None
    host = _HOST.fullmatch(parts.hostname or "")
    region = _ARN.fullmatch(topic)
    if (
        parts.scheme != "https"
        or host is None
        or region is None
        or host[1] != region[1]
        or parts.netloc != parts.hostname
        or port is not None
        or parts.fragment
    ):
        raise BadMessageError("An address in the message is not on Amazon's host for the topic.")
    return parts
