"""Sentences for people that keep what they were made of, so that they can be said in any language.

A check writes `say("{host} takes mail for {address}.", host=host, address=address)` and gets
English text. Whoever shows it translates the template and fills in the values anew. No gettext
here: `manage.py translations` collects the first argument of each `say` and `to_say`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from lists.marking import to_say

__all__ = ["Sentence", "Value", "as_data", "filled", "from_data", "say", "to_say"]

_JOINT = to_say(", ")
"""What stands between several values."""

Value: TypeAlias = "str | int | tuple[Value, ...]"
"""A name, a number, a sentence within the sentence, or several of these."""


class Sentence(str):
    """English text, equal to the same text as a plain `str`, with its template and values."""

    __slots__ = ("template", "values")

    template: str
    """The English text with `{names}`; where there are no values, the text itself."""
    values: Mapping[str, Value]

    def __new__(cls, template: str, values: Mapping[str, Value] | None = None) -> Sentence:
        self = super().__new__(cls, filled(template, values or {}))
        self.template = template
        self.values = values or {}
        return self

    def __getnewargs__(self) -> tuple[Any, ...]:
        # For copies and pickles, which would take the text for the template.
        return self.template, self.values

    def in_words(self, translate: Callable[[str], str]) -> str:
        """The sentence with its template, and all sentences within, put through `translate`.

        A translation that asks for what is not among the values is passed over.
        """
        values = {name: _in_words(value, translate) for name, value in self.values.items()}
        try:
            return filled(translate(self.template), values)
        except (LookupError, ValueError, AttributeError):
            return filled(self.template, values)

    def as_data(self) -> dict[str, Any]:
        """The sentence as JSON can hold it."""
        values = {name: as_data(value) for name, value in self.values.items()}
        return {"template": self.template, "values": values}


def say(template: str, /, **values: Value) -> Sentence:
    """The sentence `template`, its `{names}` filled with `values`; several are joined by commas."""
    return Sentence(template, values)


def filled(template: str, values: Mapping[str, Value]) -> str:
    """`template` with `values` in it. Raises `LookupError`, `ValueError` where they do not fit."""
    if not values:
        return template
    return template.format_map({name: _text(value) for name, value in values.items()})


def as_data(value: Any) -> Any:
    """`value` as JSON can hold it: sentences, and what holds them, become data."""
    if isinstance(value, Sentence):
        return value.as_data()
    if isinstance(value, Mapping):
        return {name: as_data(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [as_data(one) for one in value]
    return value


def from_data(data: Any) -> Any:
    """The sentence that `as_data` made `data` of; anything else as it is."""
    if isinstance(data, Mapping) and "template" in data:
        values = {name: from_data(value) for name, value in data.get("values", {}).items()}
        return Sentence(str(data["template"]), values)
    return tuple(from_data(one) for one in data) if isinstance(data, list) else data


def _text(value: Value) -> str:
    if isinstance(value, tuple | list):
        return _JOINT.join(_text(one) for one in value)
    return str(value)


def _in_words(value: Value, translate: Callable[[str], str]) -> str:
    if isinstance(value, Sentence):
        return value.in_words(translate)
    if isinstance(value, tuple):
        return translate(_JOINT).join(_in_words(one, translate) for one in value)
    return str(value)
