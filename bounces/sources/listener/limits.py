"""What one peer, one session and all of them together may use. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Beyond each a peer gets a temporary refusal (4xx), but for the size of a message (552)."""

    message_bytes: int
    connections: int = 200
    connections_per_peer: int = 50
    """An MTA of yours is one peer."""
    transfers: int = 20
    """Messages that are received at once: so many times `message_bytes` is the most memory."""
    recipients: int = 100
    """RFC 5321 4.5.3.1.8 asks for at least 100."""
    refused_recipients: int = 50
    """Of one session: who guesses addresses is hung up on."""
    idle_seconds: float = 300.0
    """For a command, and for the whole of DATA (RFC 5321 4.5.3.2.7)."""
    session_seconds: float = 3600.0
    stop_seconds: float = 8.0
    """For messages under way when it is to stop."""
