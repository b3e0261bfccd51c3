"""Damages messages as gateways and attackers do; the same seed, the same damage."""

from __future__ import annotations

import random

PIECES = (
    b"", b"\n", b"\n\n", b"\r", b"\0", b"\xff", b"\x1b$B", b"\x1b(B", b"--", b"=?", b"?=", b"=",
    b"<", b">", b"@", b":", b";", b'"', b"(", b"Content-Type: multipart/mixed; boundary=x\n\n--x\n",
    b"Content-Transfer-Encoding: base64\n", b"Content-Type: text/plain; charset=utf-16\n",
    b"Content-Type: text/plain; charset=punycode\n", b"Final-Recipient: rfc822;\n", b"From ",
    b"{" * 50, b"[" * 50, b"\\x{FFFFFFFF}", b"=?utf-8?b?////?=", b"a" * 3000, b"<" * 3000,
    b"@" * 3000, b"550 " * 500, b"5.1.1 " * 500,
)  # fmt: skip


def mutate(raw: bytes, other: bytes, seed: int) -> bytes:
    """`raw` with a few damages, some of them cut from `other`."""
    chance = random.Random(seed)
    data = bytearray(raw)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(data) + 1)
        end = min(at + chance.choice((1, 3, 20, 200)), len(data))
        match chance.randrange(6):
            case 0:
                del data[at:end]
            case 1:
                data[at:at] = chance.choice(PIECES)
            case 2:
                data[at:end] = bytes(chance.randrange(256) for _ in range(end - at))
            case 3:
                start = chance.randrange(len(other) + 1)
                data[at:at] = other[start : start + chance.choice((10, 100, 1000))]
            case 4:
                data[at:at] = data[at:end]
            case 5:
                del data[at:]
    return bytes(data)
