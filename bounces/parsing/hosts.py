"""The host that was talked to, as mail systems name it in running text."""

from __future__ import annotations

import re

_MOST = 400
"""A reporter names the host before it quotes it, or at once behind a short reply."""
_NAME = r"[A-Za-z0-9][\w-]{0,62}(?:\.[\w-]{1,63})+"
# Behind it stands its IP address, or what it did.
_DID = (
    r"\.?(?=:?[ \[(]{1,2}\d|[^\w\s]? (?:does not like|did not like|refused|rejected|but |said|says|"
    r"failed|replied|replies|reports|responded|answered|returned|issued|established)| \(|:? ?$)"
)
_FIRST = re.compile(rf"({_NAME}){_DID}")
_SURELY = re.compile(rf"\[?({_NAME})(?![\w@-])")
_PERHAPS = re.compile(rf"[ \t]{{0,8}}<?({_NAME})(?:>|{_DID})")
_BEHIND_RECIPIENT = re.compile(rf"[^<>]{{1,320}}> ({_NAME}){_DID}")
# Google: `[mx.example.net 192.0.2.25: timed out]`
_BEFORE_ADDRESS = re.compile(rf"({_NAME})\.? \d{{1,3}}\.\d{{1,3}}\.\d{{1,3}}\.\d{{1,3}}: ")
# Words before the name of a host and hardly of anything else, by letters that they share, and how
# it goes on behind them. Plain search for each is many times as fast as one expression of all.
_WORDS = {
    "alking to ": {"alking to ": _SURELY},
    "onnect": dict.fromkeys(
        ("onnected to ", "connect to ", "connection to ", "onnection with "), _SURELY
    ),
    " with ": dict.fromkeys(("onversation with ", "timed out with "), _SURELY),
    " by ": {"refused by ": _SURELY, "accepted by ": _SURELY, " by ": _PERHAPS},
    "ost ": {"remote host ": _SURELY, "MX host ": _SURELY, "host ": _PERHAPS},
    "ost: ": {"reply from host: ": _SURELY, "host: ": _PERHAPS, "Host: ": _PERHAPS},
    "host, ": {"host, ": _PERHAPS},
    "erver": {"erver ": _PERHAPS, "erver: ": _PERHAPS, "ServerName=": _SURELY},
    "dns;": {"MTA: dns; ": _SURELY, "system: dns;": _SURELY},
    "delivery via ": {"delivery via ": _SURELY},
    "RCPT: <": {"RCPT: <": _BEHIND_RECIPIENT},
    "[": {"[": _BEFORE_ADDRESS},
}
_MOST_TRIES = 4


def named_in(said: str, most: int = _MOST) -> str:
    """The first host that what is said of a recipient names, lower case; empty if none."""
    match = _FIRST.match(said)
    if match is not None:
        return match[1].lower()
    host = ""
    # Only what stands before the first one that was found is searched for another.
    before = said[:most]
    for sign, words in _WORDS.items():
        if sign not in before:
            continue
        for word, behind in words.items():
            at, tries = before.find(word), _MOST_TRIES
            while at >= 0 and tries:
                if (match := behind.match(said, at + len(word))) is not None:
                    before, host = before[:at], match[1].lower()
                    break
                at, tries = before.find(word, at + 1), tries - 1
    return host
