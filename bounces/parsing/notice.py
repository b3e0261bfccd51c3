"""What extractors work on: a message seen as a possible bounce, each view made when asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from bounces.parsing import addresses, original
from bounces.parsing.charsets import fold
from bounces.parsing.headers import HeaderBlock, Headers
from bounces.parsing.mime import Message, Part

MOST_RECIPIENTS = 1000
_MOST_WHOLE_TEXT = 2000
STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status",
                          "text/delivery-status", "message/delivery-report"})  # fmt: skip
_READABLE = frozenset({"text/plain", "text/html", "text/calendar"})


@dataclass(slots=True)
class Finding:
    """What an extractor found out about one recipient; the engine makes a `Report` of it."""

    recipient: str = ""
    diagnostic: str = ""
    """The reply text, or what the reporter says of this recipient."""
    context: str = ""
    """The same with the words around it, where they say more: which command was answered."""
    action: str = ""
    status: str = ""
    """A status that the report states in a field; the engine looks into the text itself."""
    smtp_code: str = ""
    remote_mta: str = ""
    reporting_mta: str = ""
    original_recipient: str = ""
    expanded: str = ""
    """What a local name that failed stands for, where the report tells."""
    command: str = ""
    """The SMTP command that was answered, such as `RCPT`; `PIPE` for a local program."""
    hint: str = ""
    """The reason by the reporter's own classification, for where its text tells none surely."""


_View = TypeVar("_View")


class made_once(Generic[_View]):
    """`functools.cached_property` without the lock that Python 3.11 takes for each."""

    def __init__(self, make: Callable[[Any], _View]) -> None:
        self.make = make
        self.name = make.__name__
        self.__doc__ = make.__doc__

    def __get__(self, notice: Any, owner: type) -> _View:
        view = self.make(notice)
        setattr(notice, self.name, view)
        return view


class Notice:
    """A message and the views that extractors share."""

    def __init__(self, message: Message) -> None:
        self.message = message
        self.headers: Headers = message.headers
        self.sender_as_written = addresses.of_author(self.headers.get("from"))
        """The address in From."""
        self.sender = self.sender_as_written.lower()
        self.subject = self.headers.text("subject")
        self.types = [part.type for part in message.parts]
        """The media types of the parts."""

    @property
    def first_text(self) -> str:
        """The message's first text, whole; empty where it does not begin with one."""
        part = self.message.parts[0] if self.message.parts else None
        return part.text() if part is not None and part.type == "text/plain" else ""

    @made_once
    def status_parts(self) -> list[Part]:
        """The parts with the fields of a delivery status notification: one, rarely more."""
        return [part for part in self.message.parts if part.type in STATUS_TYPES]

    @made_once
    def _words(self) -> tuple[str, str, str]:
        """The report's own words, the same in lower case behind a line end, and what their text
        returns of the original message below them."""
        own: list[str] = []
        folded: list[str] = []
        for part in self._texts():
            text = part.text()
            lower = f"\n{fold(text)}"
            end = original.end_of_report(text, lower)
            if end < len(text):
                own.append(text[: max(end - 1, 0)])
                folded.append(lower[:end])
                return "\n\n".join(own), "\n".join(folded), text[end:]
            own.append(text)
            folded.append(lower)
        return "\n\n".join(own), "\n".join(folded), ""

    def _texts(self) -> list[Part]:
        """The parts that hold the report's own words."""
        plain: list[Part] = []
        others: list[Part] = []
        for part in self.message.parts:
            kind = part.type
            if kind == "text/plain":
                plain.append(part)
            elif kind in _READABLE:
                others.append(part)
            elif kind in original.RETURNED_TYPES or kind in STATUS_TYPES:
                break
        if len(plain) < 2:
            return plain or others[:1]
        # The first text tells; others may be files that belong to it.
        return plain[:1] + [part for part in plain[1:4] if not part.entity.is_attached]

    @property
    def folded(self) -> str:
        """The report's own words in lower case, with a line end before each line."""
        return self._words[1]

    @made_once
    def lines(self) -> list[str]:
        """The lines of the report's own words for people, without the message that it returns."""
        return self._words[0].split("\n")

    @made_once
    def whole_text(self) -> str:
        """The report's own words on one line, as far as they are of use."""
        return " ".join(self._words[0].split())[:_MOST_WHOLE_TEXT]

    @property
    def returned(self) -> str:
        """What the text returns of the original message, below the report's own words."""
        return self._words[2]

    @property
    def attaches_original(self) -> bool:
        """Whether a part of its own returns the original message, or its headers."""
        return not original.RETURNED_TYPES.isdisjoint(self.types)

    @made_once
    def original(self) -> HeaderBlock:
        """The headers of the message that bounced; empty where none is returned."""
        for part in self.message.parts:
            if part.type in original.RETURNED_TYPES:
                return original.headers_of_part(part)
        if self.returned:
            return original.headers_of_text(self.returned)
        # Some send it as a last part without its proper type.
        last = self.message.parts[-1] if len(self.message.parts) > 1 else None
        if last is not None and last.type == "text/plain" and self.status_parts:
            return original.headers_of_text(last.decoded())
        return original.EMPTY
