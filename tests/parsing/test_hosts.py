"""The host that was talked to, in the words of mail systems."""

import pytest

from bounces.parsing import hosts

SAID = {
    "host mx.example.net[192.0.2.4] said: 550 No": "mx.example.net",
    "host mx.example.net [192.0.2.4] SMTP error from remote mail server": "mx.example.net",
    "mx.example.net[192.0.2.4]: 550 No": "mx.example.net",
    "MX.EXAMPLE.NET did not like our RCPT TO: 550 No": "mx.example.net",
    "192.0.2.4 does not like recipient. Remote host said: 550 No": "192.0.2.4",
    "connect to mx.example.net[2001:db8::25]:25: Network is unreachable": "mx.example.net",
    "lost connection with mx.example.net[192.0.2.4] while sending DATA": "mx.example.net",
    "conversation with mx.example.net[192.0.2.4] timed out": "mx.example.net",
    "Deferred: Connection refused by mx.example.net.": "mx.example.net",
    "it was rejected by the server for the recipient domain example.net by mx.example.net. "
    "[192.0.2.4].": "mx.example.net",
    "did not accept our requests [mx.example.net 192.0.2.4: timed out]": "mx.example.net",
    "RCPT: <ann@example.net> 192.0.2.4 failed after I sent the message": "192.0.2.4",
    "450 4.4.317 [LastAttemptedServerName=mx.example.net]": "mx.example.net",
    # None of these is a host that was talked to.
    "550 5.1.1 <ann@example.net>: User unknown": "",
    "Host or domain name not found. Name service error for name=example.net": "",
    "Sorry, I couldn't find any host named example.net. (#5.1.2)": "",
    "rejected by policy 5.7.1, see https://example.net/help": "",
}


@pytest.mark.parametrize("said", SAID)
def test_host_that_is_named(said):
    assert hosts.named_in(said) == SAID[said]


def test_the_first_of_several_counts():
    said = (
        "host mx1.example.net[192.0.2.4] said: 450 busy; host mx2.example.net[192.0.2.5] said: no"
    )
    assert hosts.named_in(said) == "mx1.example.net"
