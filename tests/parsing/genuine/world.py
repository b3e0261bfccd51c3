"""Everything outside the MTA: a name server, mail hosts that refuse, and one that collects.

Run by `make.py` in a network namespace of its own, which no other traffic can reach or leave.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
from aiosmtpd.smtp import SMTP, Envelope, Session
from scenarios import MTA_HOST, REFUSALS

NETWORK = "192.0.2."
MTA_IP = NETWORK + "7"
DNS_IP = NETWORK + "53"
RECEIVER_IP, COLLECTOR_IP = NETWORK + "25", NETWORK + "26"
CLOSED_IP, REFUSING_IP, DOWN_IP = NETWORK + "27", NETWORK + "28", NETWORK + "29"
WORLD_IPS = (DNS_IP, RECEIVER_IP, COLLECTOR_IP, CLOSED_IP, REFUSING_IP, DOWN_IP)

_HOSTS = {
    MTA_HOST: MTA_IP,
    "mx.example.net": RECEIVER_IP,
    "mx.example.com": COLLECTOR_IP,
    "mx.closed.example": CLOSED_IP,
    "mx.refusing.example": REFUSING_IP,
    "mx.down.example": DOWN_IP,
}
_MX = {
    "example.org": MTA_HOST,
    "example.net": "mx.example.net",
    "example.com": "mx.example.com",
    "closed.example": "mx.closed.example",
    "refusing.example": "mx.refusing.example",
    "down.example": "mx.down.example",
    "nomail.example": "",
}


class NameServer(asyncio.DatagramProtocol):
    """Answers for the names above, NXDOMAIN for all others."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        answer = dns.message.make_response(query, recursion_available=True)
        answer.flags |= dns.flags.AA
        question = query.question[0]
        name = question.name.to_text().rstrip(".").lower()
        if question.rdtype == dns.rdatatype.MX and name in _MX:
            preference = 10 if _MX[name] else 0
            answer.answer.append(
                dns.rrset.from_text(question.name, 60, "IN", "MX", f"{preference} {_MX[name]}.")
            )
        elif question.rdtype == dns.rdatatype.A and name in _HOSTS:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", "A", _HOSTS[name]))
        elif question.rdtype == dns.rdatatype.PTR and name == "7.2.0.192.in-addr.arpa":
            answer.answer.append(
                dns.rrset.from_text(question.name, 60, "IN", "PTR", f"{MTA_HOST}.")
            )
        elif name not in _HOSTS and name not in _MX:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        self.transport.sendto(answer.to_wire(), addr)  # type: ignore[attr-defined]


class Receiver:
    """`mx.example.net`: refuses by the recipient's local part."""

    async def handle_RCPT(self, _: SMTP, __: Session, envelope: Envelope, to: str,
                          options: list[str]) -> str:  # fmt: skip
        refusal = REFUSALS.get(to.partition("@")[0])
        if refusal and refusal.at == "RCPT":
            return refusal.reply
        envelope.rcpt_tos.append(to)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:
        for to in envelope.rcpt_tos:
            refusal = REFUSALS.get(to.partition("@")[0])
            if refusal and refusal.at == "DATA":
                return refusal.reply
        return "250 2.0.0 Ok: queued"


class Refuser:
    """`mx.refusing.example`: takes nothing from our sender."""

    async def handle_MAIL(self, *_: object) -> str:
        return "553 5.1.8 <news@example.com>: Sender address rejected: Domain not found"


class Collector:
    """`mx.example.com`: keeps what comes to the sender."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = 0

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:
        self.count += 1
        content = envelope.original_content or b""
        returned = f"Return-Path: <{(envelope.mail_from or '').strip('<>')}>\n".encode()
        partial = self.folder / f"{self.count:03}.partial"
        partial.write_bytes(returned + content.replace(b"\r\n", b"\n"))
        partial.rename(self.folder / f"{self.count:03}.eml")
        return "250 2.0.0 Ok: queued"


async def _closed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """`mx.closed.example`: does not even greet."""
    writer.write(b"554 mx.closed.example Your IP address is on our block list\r\n")
    await reader.readline()
    writer.write(b"221 Bye\r\n")
    writer.close()


async def serve(folder: Path) -> None:
    """Serve for ever, and say when everything listens."""
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(NameServer, local_addr=(DNS_IP, 53))
    for ip, host, handler in (
        (RECEIVER_IP, "mx.example.net", Receiver()),
        (REFUSING_IP, "mx.refusing.example", Refuser()),
        (COLLECTOR_IP, "mx.example.com", Collector(folder)),
    ):
        await loop.create_server(
            lambda handler=handler, host=host: SMTP(handler, hostname=host, ident="ESMTP"), ip, 25
        )
    await asyncio.start_server(_closed, CLOSED_IP, 25)
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    sys.stdin.readline()  # until make.py has given this namespace its addresses
    asyncio.run(serve(Path(sys.argv[1])))
