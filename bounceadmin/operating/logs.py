"""The form of a log line: for people or as JSON, and without personal data unless that is wanted.

An address becomes `person-4f1c2a9b@example.net`: the same person has the same name in every line
(as long as SECRET_KEY is the same), and nobody can tell who it is.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import re
from datetime import UTC, datetime

from django.conf import settings

from bounceadmin.operating import ids

# An address in running text, or the value of a query (`?address=ann%40example.net`). Its length
# is bounded, so that a long word without any costs little.
_ADDRESS = re.compile(
    r"""(?P<key>(?<=[?&])[\w-]+=)?
        (?P<local>[^\s<>"'(),:;&?/\[\]{}|@]{1,320}?)
        (?P<at>@|%40)
        (?P<domain>(?:[\w-]{1,63}\.){1,10}[\w-]{2,63}|\[[\w.:]{2,60}\])""",
    re.VERBOSE,
)
# The address of a webhook is a secret, and so is that of the page where a password is set.
_SECRET = re.compile(r"(/hooks/|/password/new/[\w-]+/)[\w-]{8,}")


def without_secrets(text: str) -> str:
    """`text` without what would let others in."""
    return _SECRET.sub(r"\1…", text) if "/hooks/" in text or "/password/new/" in text else text


def mask(text: str) -> str:
    """`text` with a stand-in for the local part of each address."""
    return _ADDRESS.sub(_stand_in, text) if "@" in text or "%40" in text else text


def _stand_in(found: re.Match[str]) -> str:
    key, local = settings.SECRET_KEY.encode(), found["local"].lower().encode(errors="replace")
    digest = hmac.new(key, local, hashlib.sha256).hexdigest()
    return f"{found['key'] or ''}person-{digest[:8]}{found['at']}{found['domain']}"


class LineFormatter(logging.Formatter):
    """A line for people, with its ids at the end."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        marks = "".join(f" {name}={value}" for name, value in ids.current().items())
        return super().formatMessage(record) + (f" [{marks.strip()}]" if marks else "")

    def format(self, record: logging.LogRecord) -> str:
        return _presentable(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object a line: `time`, `level`, `logger`, `message`, the ids, `exception`."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _presentable(record.getMessage()),
            "process": record.process,
            **ids.current(),
        }
        if record.exc_info:
            said["exception"] = _presentable(self.formatException(record.exc_info))
        return json.dumps(said, ensure_ascii=False, default=str)


def _presentable(text: str) -> str:
    text = without_secrets(text)
    return text if settings.LOG_PERSONAL_DATA else mask(text)
