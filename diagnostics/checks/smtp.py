"""A short talk with a mail host that never sends a message: does it take our bounces?

Connects to port 25, reads the banner, says EHLO, goes to TLS where that is offered, and asks at
RCPT whether each address would be taken, from the empty sender that bounces come from. DATA is
never sent.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography import x509

from diagnostics.checks.connecting import CannotConnect, Connect, Connected, Unreached
from diagnostics.checks.findings import Evidence
from diagnostics.checks.sentences import say, to_say
from network.tls import client_context

PORT = 25
LONGEST_LINE = 2048  # octets; RFC 5321 4.5.3.1.5 says 512, and hosts exceed it
MOST_LINES = 100  # in one reply


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long one talk may take."""

    seconds: float = 30.0
    """For all of it."""
    connect_seconds: float = 10.0


STANDARD_BOUNDS = Bounds()


@dataclass(frozen=True, slots=True)
class Reply:
    """What the host said to one command."""

    command: str
    """Empty for the banner."""
    code: int
    lines: tuple[str, ...]
    seconds: float = field(default=0.0, compare=False)

    @property
    def text(self) -> str:
        """The reply as one text, its lines parted by newlines."""
        return "\n".join(self.lines)

    @property
    def kind(self) -> int:
        """The first digit: 2 taken, 4 for now refused, 5 refused."""
        return self.code // 100

    def evidence(self) -> Evidence:
        """The command and the reply."""
        answer = "\n".join(f"{self.code} {line}" for line in self.lines)
        return Evidence(self.command or "connect", answer, self.seconds)


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the host proved of itself with TLS."""

    names: tuple[str, ...]
    not_after: datetime
    trusted: bool
    """True if the chain leads to a known authority and the name is the host's."""
    fault: str
    """Why it is not trusted; empty where it is."""
    protocol: str
    """Such as `TLSv1.3`."""


@dataclass(frozen=True, slots=True)
class SmtpTalk:
    """All that came of one talk."""

    host: str
    address: str = ""
    """The address that was connected to; empty where none was."""
    replies: tuple[Reply, ...] = ()
    extensions: tuple[str, ...] = ()
    """What EHLO offered, in upper case."""
    certificate: Certificate | None = None
    tls_error: str = ""
    """Why STARTTLS failed, where it was offered and did."""
    recipients: tuple[Reply, ...] = ()
    """One reply for each recipient asked about, in order."""
    error: str = ""
    """Why the talk ended before its end; empty where it did not."""
    unreached: Unreached = ""
    """Why there was no connection; with `policy`, `unknown` nothing is known of the host."""

    @property
    def banner(self) -> Reply | None:
        """The greeting, where there was one."""
        return self.replies[0] if self.replies else None

    def evidence(self) -> tuple[Evidence, ...]:
        """The talk, command by command."""
        return tuple(reply.evidence() for reply in self.replies)


class _Told(Exception):
    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class TalkError(_Told):
    """The talk cannot go on; the sentence says why."""


class _Distrusted(_Told):
    """The certificate is not trusted; the sentence says why."""


class _TlsBroken(_Told):
    """No TLS came about; the sentence says why."""


def talk(
    host: str,
    recipients: Sequence[str],
    connect: Connect,
    *,
    port: int = PORT,
    helo: str = "localhost",
    context: ssl.SSLContext | None = None,
    bounds: Bounds = STANDARD_BOUNDS,
) -> SmtpTalk:
    """Talk to `host` and ask whether it takes mail for `recipients`; raises nothing.

    `helo` is our own name. `context` verifies certificates; the system's authorities by default.
    Where a certificate is not trusted or TLS fails, the talk begins again without verification or
    without TLS, as senders do.
    """
    tls = _Tls(context or client_context())
    while True:
        try:
            return _talk_once(host, recipients, connect, port, helo, tls, bounds)
        except _Distrusted as fault:
            tls = _Tls(_lax_context(), fault.why)
        except _TlsBroken as fault:
            tls = _Tls(None, fault.why)


@dataclass(frozen=True, slots=True)
class _Tls:
    """How a talk treats STARTTLS, and what an earlier talk learnt of it."""

    context: ssl.SSLContext | None
    """None: STARTTLS is not tried again."""
    fault: str = ""


def _lax_context() -> ssl.SSLContext:
    context = client_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _talk_once(
    host: str,
    recipients: Sequence[str],
    connect: Connect,
    port: int,
    helo: str,
    tls: _Tls,
    bounds: Bounds,
) -> SmtpTalk:
    deadline = time.monotonic() + bounds.seconds
    try:
        connected = connect(host, port, min(bounds.connect_seconds, bounds.seconds))
    except CannotConnect as fault:
        return SmtpTalk(host, error=fault.why, unreached=fault.unreached)
    dialogue = _Dialogue(connected, deadline)
    found = _Findings()
    error = ""
    try:
        _proceed(dialogue, found, host, recipients, helo, tls)
    except TalkError as fault:
        error = fault.why
    finally:
        dialogue.close()
    return SmtpTalk(
        host,
        connected.address,
        tuple(dialogue.replies),
        found.extensions,
        found.certificate,
        found.tls_error,
        tuple(found.recipients),
        error,
    )


@dataclass(slots=True)
class _Findings:
    """What has been learnt so far."""

    extensions: tuple[str, ...] = ()
    certificate: Certificate | None = None
    tls_error: str = ""
    recipients: list[Reply] = field(default_factory=list)


def _proceed(
    dialogue: _Dialogue,
    found: _Findings,
    host: str,
    recipients: Sequence[str],
    helo: str,
    tls: _Tls,
) -> None:
    """The talk itself, from banner to QUIT."""
    _expect(dialogue.read(""), 2, to_say("The host does not greet: {code} {line}"))
    found.extensions = _greet(dialogue, helo)
    if "STARTTLS" in found.extensions:
        if tls.context is None:
            found.tls_error = tls.fault
        elif dialogue.command("STARTTLS").kind != 2:
            found.tls_error = say("it was offered, then refused")
        else:
            found.certificate = dialogue.start_tls(tls.context, host, tls.fault)
            found.extensions = _greet(dialogue, helo)
    if recipients:
        sent = dialogue.command("MAIL FROM:<>")
        _expect(
            sent,
            2,
            to_say("The host refuses the empty sender, which all bounces have: {code} {line}"),
        )
        for recipient in recipients:
            found.recipients.append(dialogue.command(f"RCPT TO:<{_safe(recipient)}>"))
        dialogue.command("RSET")
    dialogue.command("QUIT")


def _greet(dialogue: _Dialogue, helo: str) -> tuple[str, ...]:
    reply = dialogue.command(f"EHLO {_safe(helo)}")
    if reply.kind == 5:
        reply = dialogue.command(f"HELO {_safe(helo)}")
        _expect(reply, 2, to_say("The host refuses the greeting: {code} {line}"))
        return ()
    _expect(reply, 2, to_say("The host refuses the greeting: {code} {line}"))
    return tuple(line.upper() for line in reply.lines[1:])


def _expect(reply: Reply, kind: int, complaint: str) -> None:
    if reply.kind != kind:
        raise TalkError(say(complaint, code=reply.code, line=reply.lines[0]))


def _safe(text: str) -> str:
    """`text` without what could begin another command."""
    return "".join(character for character in text if character.isprintable()).replace(">", "")


class _Dialogue:
    """Commands and replies over one connection, with an end in time."""

    def __init__(self, connected: Connected, deadline: float) -> None:
        self.socket: socket.socket = connected.socket
        self.deadline = deadline
        self.replies: list[Reply] = []
        self._buffer = b""

    def command(self, line: str) -> Reply:
        """Send `line` and return the reply."""
        try:
            self.socket.settimeout(self._left())
            self.socket.sendall(line.encode("utf-8", "replace") + b"\r\n")
        except OSError as error:
            raise TalkError(
                say("The connection broke at {line}: {error}", line=repr(line), error=_words(error))
            ) from error
        return self.read(line)

    def read(self, command: str) -> Reply:
        """Read one reply (RFC 5321 4.2)."""
        began, lines, code = time.monotonic(), [], 0
        while True:
            line = self._line(command)
            digits, separator, text = line[:3], line[3:4], line[4:]
            if not (len(digits) == 3 and digits.isdigit()) or separator not in ("", " ", "-"):
                raise TalkError(say("The host does not speak SMTP: {line}", line=repr(line[:80])))
            code = int(digits)
            lines.append(text)
            if separator != "-":
                break
            if len(lines) >= MOST_LINES:
                raise TalkError(say("A reply has more than {n} lines", n=MOST_LINES))
        reply = Reply(command, code, tuple(lines), time.monotonic() - began)
        self.replies.append(reply)
        return reply

    def start_tls(self, context: ssl.SSLContext, host: str, distrust: str) -> Certificate | None:
        """Go to TLS and return the certificate; `distrust` is why it is known not to be trusted.

        Raises `_Distrusted` where `context` does not trust it; the connection is lost then.
        """
        if self._buffer:
            raise TalkError(say("The host sent more after STARTTLS than it may (RFC 3207 4)"))
        try:
            self.socket.settimeout(self._left())
            secured = context.wrap_socket(self.socket, server_hostname=host)
        except ssl.SSLCertVerificationError as error:
            fault = error.verify_message or say("the certificate is not valid")
            raise _Distrusted(fault) from error
        except (OSError, ValueError) as error:
            raise _TlsBroken(
                say("TLS could not be agreed on ({error})", error=_words(error))
            ) from error
        self.socket = secured
        return _certificate(secured, distrust)

    def close(self) -> None:
        """Close the connection, whatever its state."""
        self.socket.close()

    def _line(self, command: str) -> str:
        while b"\n" not in self._buffer:
            if len(self._buffer) > LONGEST_LINE:
                raise TalkError(say("A reply line is longer than {n} octets", n=LONGEST_LINE))
            try:
                self.socket.settimeout(self._left())
                received = self.socket.recv(4096)
            except OSError as error:
                words = _words(error)
                raise TalkError(
                    say("No reply after {command}: {error}", command=repr(command), error=words)
                    if command
                    else say("No reply: {error}", error=words)
                ) from error
            if not received:
                raise TalkError(
                    say("The host closed the connection after {command}", command=repr(command))
                    if command
                    else say("The host closed the connection before it greeted")
                )
            self._buffer += received
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.removesuffix(b"\r")[:LONGEST_LINE].decode("utf-8", "replace")

    def _left(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TalkError(say("The talk took too long"))
        return left


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return say("no answer in time")
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _certificate(secured: ssl.SSLSocket, distrust: str) -> Certificate | None:
    octets = secured.getpeercert(binary_form=True)
    if not octets:
        return None
    try:
        read = x509.load_der_x509_certificate(octets)
        names = _names(read)
        not_after = read.not_valid_after_utc
    except ValueError:
        names, not_after = (), datetime.fromtimestamp(0, UTC)
    return Certificate(names, not_after, not distrust, distrust, secured.version() or "")


def _names(read: x509.Certificate) -> tuple[str, ...]:
    try:
        extension = read.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    return tuple(extension.value.get_values_for_type(x509.DNSName))
