"""Mail services, played: events as each documents them, signed with keys that are made here."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from tests.factories import make_endpoint

NO_USER = "550 5.1.1 <{email}>: Recipient address rejected: User unknown"
_EC_KEY = ec.generate_private_key(ec.SECP256R1())
_RSA_KEY = rsa.generate_private_key(65537, 2048)
_SVIX_KEY = base64.b64encode(b"a key of twenty-four byt").decode()
TOPIC = "arn:aws:sns:eu-west-1:123456789012:bounces"
CERTIFICATE_URL = (
    "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-"
    + "0123456789abcdef" * 2
    + ".pem"
)


@dataclass
class Post:
    """A request as a service sends it."""

    body: bytes
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Service:
    """How one service reports: `bounce(email, campaign, message_id)` and `delivered(...)`."""

    name: str
    secret: str
    bounce: Callable[..., object]
    delivered: Callable[..., object]
    sign: Callable[..., Post]
    tells_message_id: bool = False
    """Whether its events carry the Message-ID header of the mail."""

    def endpoint(self, **fields):
        if self.name == "amazon_ses":
            fields.setdefault("topics", TOPIC)
        return make_endpoint(self.name, self.secret, **fields)

    def post(self, event: object, at: datetime | None = None) -> Post:
        return self.sign(event, at or datetime.now(UTC))


def send(client, endpoint, post: Post, **extra):
    """Post it to the endpoint's address, as the service would."""
    return client.post(
        f"/hooks/{endpoint.token}/",
        post.body,
        content_type=post.content_type,
        headers=post.headers,
        **extra,
    )


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def basic(text: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(text.encode()).decode()}


def _unix(at: datetime) -> int:
    return int(at.timestamp())


def _now() -> datetime:
    return datetime.now(UTC)


def _plain(event: object, at: datetime) -> Post:
    return Post(json.dumps(event).encode())


# --- Brevo, Mailjet, Postmark, SparkPost: unsigned ------------------------------------------------


def _brevo(kind: str, **more):
    def make(email="ann@example.net", campaign="", message_id=""):
        return {
            "event": kind,
            "email": email,
            "id": 26224,
            "ts_epoch": _unix(_now()) * 1000,
            "message-id": f"<{message_id or uuid4()}>",
            "tags": [campaign] if campaign else [],
            **{k: v.format(email=email) for k, v in more.items()},
        }

    return make


def _mailjet(kind: str, **more):
    def make(email="ann@example.net", campaign="", message_id=""):
        return {
            "event": kind,
            "time": _unix(_now()),
            "MessageID": uuid4().int % 10**17,
            "email": email,
            "customcampaign": campaign,
            "Payload": "",
            **more,
        }

    return make


def _postmark(record: str, **more):
    def make(email="ann@example.net", campaign="", message_id=""):
        return {
            "RecordType": record,
            "MessageID": str(uuid4()),
            "ID": uuid4().int % 10**9,
            "Email" if record == "Bounce" else "Recipient": email,
            "Tag": "",
            "Metadata": {"campaign": campaign} if campaign else {},
            "BouncedAt" if record == "Bounce" else "DeliveredAt": _now().isoformat(),
            **{k: str(v).format(email=email) for k, v in more.items()},
        }

    return make


def _sparkpost(kind: str, **more):
    def make(email="ann@example.net", campaign="", message_id=""):
        event = {
            "type": kind,
            "event_id": uuid4().hex,
            "message_id": uuid4().hex,
            "transmission_id": uuid4().hex,
            "raw_rcpt_to": email,
            "rcpt_to": email.lower(),
            "timestamp": str(_unix(_now())),
            "rcpt_meta": {"campaign": campaign} if campaign else {},
            **{k: v.format(email=email) for k, v in more.items()},
        }
        return [{"msys": {"message_event": event}}]

    return make


# --- signed ---------------------------------------------------------------------------------------


def _mailgun(kind: str, **more):
    def make(email="ann@example.net", campaign="", message_id=""):
        status = more.get("delivery-status", {})
        return {
            "event": kind,
            "id": uuid4().hex,
            "timestamp": _now().timestamp(),
            "recipient": email,
            "message": {"headers": {"message-id": message_id or f"{uuid4()}@example.com"}},
            "user-variables": {"campaign": campaign} if campaign else {},
            "tags": [],
            **more,
            "delivery-status": {
                k: v.format(email=email) if isinstance(v, str) else v for k, v in status.items()
            },
        }

    return make


def _sign_mailgun(event: object, at: datetime, key: str = "mailgun key") -> Post:
    moment, token = str(_unix(at)), uuid4().hex
    signature = hmac.new(key.encode(), f"{moment}{token}".encode(), hashlib.sha256).hexdigest()
    signed = {"timestamp": moment, "token": token, "signature": signature}
    return Post(json.dumps({"signature": signed, "event-data": event}).encode())


def _sendgrid(kind: str, **more):
    def make(email="ann@example.net", campaign="", message_id=""):
        event = {
            "email": email,
            "event": kind,
            "timestamp": _unix(_now()),
            "smtp-id": f"<{message_id or uuid4()}>",
            "sg_event_id": uuid4().hex,
            "sg_message_id": f"{uuid4().hex}.filter-1",
            **{k: v.format(email=email) for k, v in more.items()},
        }
        return [event | ({"campaign": campaign} if campaign else {})]

    return make


def _sign_sendgrid(event: object, at: datetime, key=_EC_KEY) -> Post:
    body, moment = json.dumps(event).encode(), str(_unix(at))
    signature = key.sign(moment.encode() + body, ec.ECDSA(SHA256()))
    return Post(
        body,
        headers={
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
            "X-Twilio-Email-Event-Webhook-Timestamp": moment,
        },
    )


def _mailersend(kind: str, **more):
    def make(email="ann@example.net", campaign="", message_id=""):
        return {
            "type": f"activity.{kind}",
            "data": {
                "id": uuid4().hex,
                "type": kind,
                "created_at": _now().isoformat(),
                "email": {
                    "message": {"id": uuid4().hex},
                    "recipient": {"email": email},
                    "tags": [campaign] if campaign else [],
                },
                "morph": more or None,
            },
        }

    return make


def _sign_body(header: str, key: str) -> Callable[..., Post]:
    def sign(event: object, at: datetime, key: str = key) -> Post:
        body = json.dumps(event).encode()
        return Post(
            body, headers={header: hmac.new(key.encode(), body, hashlib.sha256).hexdigest()}
        )

    return sign


def _mailtrap(kind: str, **more):
    def make(email="ann@example.net", campaign="", message_id=""):
        event = {
            "event": kind,
            "message_id": str(uuid4()),
            "event_id": str(uuid4()),
            "sending_stream": "bulk",
            "email": email,
            "timestamp": _unix(_now()),
            "custom_variables": {"campaign": campaign} if campaign else {},
            **more,
        }
        return {"events": [event]}

    return make


def _mandrill(kind: str, **more):
    def make(email="ann@example.net", campaign="", message_id=""):
        mail_id = uuid4().hex
        message = {
            "_id": mail_id,
            "email": email,
            "sender": "news@example.com",
            "metadata": {"campaign": campaign} if campaign else {},
            "tags": [],
            **{k: v.format(email=email) for k, v in more.items()},
        }
        return [{"event": kind, "_id": mail_id, "ts": _unix(_now()), "msg": message}]

    return make


def sign_mandrill(event: object, at: datetime, url: str = "", key: str = "mandrill key") -> Post:
    form = {"mandrill_events": json.dumps(event)}
    signed = url + "".join(name + form[name] for name in sorted(form))
    signature = hmac.new(key.encode(), signed.encode(), hashlib.sha1).digest()
    return Post(
        urlencode(form).encode(),
        "application/x-www-form-urlencoded",
        {"X-Mandrill-Signature": base64.b64encode(signature).decode()},
    )


def _postal(kind: str, **more):
    def make(email="ann@example.net", campaign="", message_id=""):
        message = {
            "id": uuid4().int % 10**9,
            "token": uuid4().hex[:16],
            "direction": "outgoing",
            "message_id": message_id or f"{uuid4()}@rp.example.com",
            "to": email,
            "from": "news@example.com",
            "tag": campaign or None,
        }
        payload = {
            "message": message,
            "status": kind,
            "timestamp": _now().timestamp(),
            **{k: v.format(email=email) for k, v in more.items()},
        }
        return {
            "event": "MessageDeliveryFailed",
            "timestamp": _now().timestamp(),
            "uuid": str(uuid4()),
            "payload": payload,
        }

    return make


def _sign_postal(event: object, at: datetime, key=_RSA_KEY) -> Post:
    body = json.dumps(event).encode()
    signature = key.sign(body, padding.PKCS1v15(), SHA1())
    return Post(body, headers={"X-Postal-Signature": base64.b64encode(signature).decode()})


def _resend(kind: str, **more):
    def make(email="ann@example.net", campaign="", message_id=""):
        return {
            "type": kind,
            "created_at": _now().isoformat(),
            "data": {
                "email_id": str(uuid4()),
                "to": [email],
                "from": "news@example.com",
                "tags": [{"name": "campaign", "value": campaign}] if campaign else [],
                **more,
            },
        }

    return make


def sign_svix(event: object, at: datetime, key: str = _SVIX_KEY, number: str = "") -> Post:
    body, moment, number = json.dumps(event).encode(), str(_unix(at)), number or f"msg_{uuid4()}"
    signed = f"{number}.{moment}.".encode() + body
    signature = base64.b64encode(hmac.new(base64.b64decode(key), signed, hashlib.sha256).digest())
    return Post(
        body,
        headers={
            "svix-id": number,
            "svix-timestamp": moment,
            "svix-signature": f"v1,AAAA v1,{signature.decode()}",
        },
    )


def _unisender(kind: str, status: str, response: str = ""):
    def make(email="ann@example.net", campaign="", message_id=""):
        data = {
            "job_id": uuid4().hex,
            "email": email,
            "status": kind,
            "event_time": _now().strftime("%Y-%m-%d %H:%M:%S"),
            "metadata": {"campaign": campaign} if campaign else {},
            "delivery_info": {
                "delivery_status": status,
                "destination_response": response.format(email=email),
            },
        }
        event = {"event_name": "transactional_email_status", "event_data": data}
        return {"auth": "", "events_by_user": [{"user_id": 1, "events": [event]}]}

    return make


def _sign_unisender(event: object, at: datetime, key: str = "unisender key") -> Post:
    event = {**event, "auth": "0" * 32}  # type: ignore[dict-item]
    body = json.dumps(event).encode()
    auth = hashlib.md5(body.replace(b"0" * 32, key.encode())).hexdigest()
    return Post(body.replace(b"0" * 32, auth.encode()))


# --- Amazon SES by SNS ----------------------------------------------------------------------------


def _ses(kind: str, **more):
    def make(email="ann@example.net", campaign="", message_id=""):
        details = json.loads(json.dumps(more).replace("{email}", email))
        return {
            "eventType": kind,
            "mail": {
                "messageId": message_id.partition("@")[0] or uuid4().hex,
                "timestamp": _now().isoformat(),
                "source": "news@example.com",
                "sourceArn": "arn:aws:ses:eu-west-1:123456789012:identity/example.com",
                "destination": [email],
                "headers": [],
                "tags": {"campaign": [campaign]} if campaign else {},
            },
            **details,
        }

    return make


def certificate(
    key=_RSA_KEY, name: str = "sns.amazonaws.com", days: tuple[int, int] = (-1, 30)
) -> bytes:
    """A certificate like those that SNS signs with."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(_now() + timedelta(days=days[0]))
        .not_valid_after(_now() + timedelta(days=days[1]))
    )
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM)


def sns_message(kind: str, message: object, at: datetime, version: str = "2", **more) -> dict:
    """A signed message of SNS; `more` are fields that are changed before it is signed."""
    text = message if isinstance(message, str) else json.dumps(message)
    fields = {
        "Type": kind,
        "MessageId": str(uuid4()),
        "TopicArn": TOPIC,
        "Message": text,
        "Timestamp": at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE_URL,
    }
    names = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
    if kind != "Notification":
        names = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
        fields |= {
            "Token": "f" * 64,
            "SubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription"
            f"&TopicArn={TOPIC}&Token={'f' * 64}",
        }
    fields |= more
    signed = "".join(f"{name}\n{fields[name]}\n" for name in names if name in fields)
    algorithm = SHA1() if version == "1" else SHA256()
    signature = _RSA_KEY.sign(signed.encode(), padding.PKCS1v15(), algorithm)
    return fields | {"Signature": base64.b64encode(signature).decode()}


def sns_post(fields: dict) -> Post:
    headers = {"x-amz-sns-message-type": fields["Type"]}
    return Post(json.dumps(fields).encode(), "text/plain; charset=UTF-8", headers)


def _sign_sns(event: object, at: datetime) -> Post:
    return sns_post(sns_message("Notification", event, at))


def _pem_body(key) -> str:
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return "\n".join(pem.decode().splitlines()[1:-1])


_SES_BOUNCE = {
    "bounce": {
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "reportingMTA": "dsn; a1-2.smtp-out.amazonses.com",
        "bouncedRecipients": [
            {
                "emailAddress": "{email}",
                "action": "failed",
                "status": "5.1.1",
                "diagnosticCode": f"smtp; {NO_USER}",
            }
        ],
    }
}

SERVICES = {
    service.name: service
    for service in (
        Service(
            "amazon_ses", "",
            _ses("Bounce", **_SES_BOUNCE),
            _ses("Delivery", delivery={"recipients": ["{email}"], "smtpResponse": "250 ok"}),
            _sign_sns, tells_message_id=True,
        ),
        Service(
            "brevo", "",
            _brevo("hard_bounce", reason=NO_USER), _brevo("delivered"),
            _plain, tells_message_id=True,
        ),
        Service(
            "mailersend", "mailersend key",
            _mailersend("hard_bounced", object="recipient_bounce", reason="User unknown",
                        readable_reason=NO_USER.format(email="ann@example.net")),
            _mailersend("delivered"), _sign_body("Signature", "mailersend key"),
        ),
        Service(
            "mailgun", "mailgun key",
            _mailgun("failed", severity="permanent", reason="bounce",
                     **{"delivery-status": {"code": 550, "message": NO_USER,
                                            "mx-host": "mx.example.net"}}),
            _mailgun("delivered"), _sign_mailgun, tells_message_id=True,
        ),
        Service(
            "mailjet", "",
            _mailjet("bounce", hard_bounce=True, error="user unknown"),
            _mailjet("sent"), _plain,
        ),
        Service(
            "mailtrap", "mailtrap key",
            _mailtrap("bounce", response="550 5.1.1 no such user", response_code=550),
            _mailtrap("delivery"), _sign_body("Mailtrap-Signature", "mailtrap key"),
        ),
        Service(
            "mandrill", "mandrill key",
            _mandrill("hard_bounce", bounce_description="bad_mailbox", diag=f"smtp;{NO_USER}"),
            _mandrill("send"), sign_mandrill,
        ),
        Service(
            "postal", _pem_body(_RSA_KEY),
            _postal("HardFail", details="Permanent failure", output=NO_USER), _postal("Sent"),
            _sign_postal, tells_message_id=True,
        ),
        Service(
            "postmark", "",
            _postmark("Bounce", Type="HardBounce", Details=f"smtp;{NO_USER}"),
            _postmark("Delivery"), _plain,
        ),
        Service(
            "resend", f"whsec_{_SVIX_KEY}",
            _resend("email.bounced", bounce={
                "type": "Permanent", "subType": "General",
                "message": "The recipient's email provider sent a hard bounce message.",
            }),
            _resend("email.delivered"), sign_svix,
        ),
        Service(
            "sendgrid", _pem_body(_EC_KEY),
            _sendgrid("bounce", type="bounce", status="5.1.1", reason=NO_USER),
            _sendgrid("delivered", response="250 ok"), _sign_sendgrid, tells_message_id=True,
        ),
        Service(
            "sparkpost", "",
            _sparkpost("bounce", bounce_class="10", error_code="550", raw_reason=NO_USER),
            _sparkpost("delivery"), _plain,
        ),
        Service(
            "unisender_go", "unisender key",
            _unisender("hard_bounced", "err_user_unknown", NO_USER),
            _unisender("delivered", "ok_delivered"), _sign_unisender,
        ),
    )
}  # fmt: skip
