"""What extractors work on: a message seen as a possible bounce, each view made when asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from bounces.parsing import addresses, original
from bounces.parsing.headers import Headers
from bounces.parsing.mime import Message

MOST_RECIPIENTS = 1000


@dataclass(slots=True)
class Finding:
    """What an extractor found out about one recipient; the engine makes a `Report` of it."""

    recipient: str = ""
    diagnostic: str = ""
    action: str = ""
    status: str = ""
    """A status that the report states in a field; the engine looks into the text itself."""
    smtp_code: str = ""
    remote_mta: str = ""
    reporting_mta: str = ""
    original_recipient: str = ""
    command: str = ""
    """The SMTP command that was answered, such as `RCPT TO`."""
    reason: str = ""
    """A reason that the format itself decides, so that the text need not be asked."""


class Notice:
    """A message and the views that extractors share."""

    def __init__(self, message: Message) -> None:
        self.message = message
        self.headers: Headers = message.headers

    @cached_property
    def sender(self) -> str:
        """The address in From, lower case."""
        return addresses.first(self.headers.get("from")).lower()

    @cached_property
    def subject(self) -> str:
        return self.headers.text("subject")

    @cached_property
    def _texts(self) -> tuple[str, str]:
        chosen = []
        for part in self.message.parts:
            if part.type in ("text/plain", "text/html", "text/calendar"):
                chosen.append(part)
            elif part.type in original.RETURNED_TYPES:
                break
        plain = [p for p in chosen if p.type == "text/plain"] or chosen[:1]
        own, rest = [], ""
        for part in plain[:4]:
            before, after = original.split_text(part.text())
            own.append(before)
            if after:
                rest = after
                break
        return "\n".join(own), rest

    @property
    def text(self) -> str:
        """The report's own words for people, without the message that it returns."""
        return self._texts[0]

    @cached_property
    def original(self) -> Headers:
        """The headers of the message that bounced; empty where none is returned."""
        part = original.returned_part(self.message)
        if part is not None:
            return original.headers_of_part(part)
        rest = self._texts[1]
        return original.headers_of_text(rest) if rest else Headers("")
