"""Why a request is not taken, as its sender and the admin are told."""

from __future__ import annotations


class RefusedError(Exception):
    """The request is refused with the HTTP status `status`; the text is a sentence."""

    def __init__(self, status: int, sentence: str, problems: list[dict] | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.problems = problems or []


class NotReadableError(Exception):
    """An event that cannot be interpreted. The text says why, for an admin."""
