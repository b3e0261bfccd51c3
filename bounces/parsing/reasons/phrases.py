"""Phrases of reply texts, and an index that finds those a text contains in one pass.

Texts and phrases are both cut into lower-case words that start with a letter, so that
punctuation, line breaks, reply codes and numbers between the words make no difference. Each phrase
hangs on its rarest whole word; a text is only compared with phrases whose word it contains.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

_WORD = re.compile(r"[^\W\d_][^\W_]*")
_ASCII_WORD = re.compile(r"[a-z][a-z0-9]*")
# It ends before two dots: "ann@example.net...User unknown".
_ADDRESS = re.compile(r"(?<![^\s<>(\[:;,'\"])[^\s@<>(\[:;,'\"]++@(?:[\w\-]|\.(?!\.))*")
_DOMAIN = string.ascii_letters + string.digits + "_.-"
_LOCAL = "".join(c for c in map(chr, range(128)) if not c.isspace() and c not in "@<>([:;,'\"")
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_TWO_SPELLINGS = frozenset(("t", "e", "can", "anti"))
"""Words that are left of spellings which `_in_one_spelling` makes one."""
_GAP = 120
"""How many characters `*` may stand for."""
_COMMON = frozenset(
    (
        "a", "an", "and", "are", "be", "been", "by", "can", "could", "de", "for", "from", "has",
        "have", "in", "is", "it", "la", "mail", "message", "not", "of", "on", "or", "our",
        "please", "sent", "t", "that", "the", "this", "to", "was", "we", "were", "with", "you",
        "your",
    )
)  # fmt: skip


def words_of(text: str) -> list[str]:
    """Cut `text` into the lower-case words that phrases are made of; addresses are left out."""
    if text.isascii():
        text = _without_addresses(text) if "@" in text else text
        words = _ASCII_WORD.findall(text.lower())
    else:
        text = _ADDRESS.sub(" ", text) if "@" in text else text
        text = unicodedata.normalize("NFC", text).replace("İ", "i")
        words = _WORD.findall(text.lower())
    return words if _TWO_SPELLINGS.isdisjoint(words) else _in_one_spelling(words)


def _without_addresses(text: str) -> str:
    """Leave the words that `_ADDRESS.sub(" ", text)` leaves of ASCII, looking around each @."""
    before, *others = text.split("@")
    kept: list[str] = []
    begins = 0
    for after in others:
        rest = before[begins:].rstrip(_LOCAL)
        end = begins + len(rest)
        # An address has a local part, and nothing belongs to two.
        if end < len(before) and (end > begins or not kept):
            kept.append(rest)
            begins = len(after) - len(after.lstrip(_DOMAIN))
            if (dots := after.find("..", 0, begins)) >= 0:
                begins = dots
        else:
            kept.append(before[begins:])
            begins = 0
        before = after
    kept.append(before[begins:])
    return " ".join(kept)


def _in_one_spelling(words: list[str]) -> list[str]:
    """Write "doesn't" as "does not", "can't" and "can not" as "cannot", "e-mail" as "email"."""
    text = f" {' '.join(words)} ".replace(" e mail", " email").replace(" anti spam", " antispam")
    text = text.replace(" can t ", " cannot ").replace(" can not ", " cannot ")
    return text.replace(" won t ", " will not ").replace("n t ", " not ").split()


@dataclass(frozen=True, slots=True)
class Phrase:
    """One row of a table: the reason, the phrase as written, and the parts a text must contain."""

    reason: str
    text: str
    parts: tuple[str, ...]
    rank: int

    def found_in(self, words: str) -> bool:
        """Tell whether `words` (space-separated, space at both ends) has all parts in order."""
        parts = self.parts
        at = words.find(parts[0])
        while at >= 0:
            end = at
            for before, part in pairwise(parts):
                start = end + len(before) - 1
                end = words.find(part, start, start + _GAP + len(part))
                if end < 0:
                    break
            else:
                return True
            at = words.find(parts[0], at + 1)
        return False


def is_unspaced(words: str) -> bool:
    """Whether `words` hold letters of a language that is written without spaces."""
    return _UNSPACED.search(words) is not None


def _parts(phrase: str) -> tuple[str, ...]:
    """Cut `phrase` at `*`; a star that touches a word leaves that end of the word open."""
    pieces = phrase.lower().split("*")
    parts = []
    for number, piece in enumerate(pieces):
        words = " ".join(words_of(piece))
        if not words:
            continue
        closed_left = number == 0 or piece[0].isspace()
        closed_right = number == len(pieces) - 1 or piece[-1].isspace()
        if _UNSPACED.search(words):
            closed_left = closed_right = False
        parts.append(" " * closed_left + words + " " * closed_right)
    return tuple(parts)


_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_LETTERS = str.maketrans({"ł": "l", "ß": "ss", "ı": "i", "ø": "o", "æ": "ae", "œ": "oe"})


def spellings(text: str) -> tuple[str, ...]:
    """Return `text`, and Latin text also without accents, as MTAs that speak only ASCII write."""
    if text.isascii():
        return (text,)
    split = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    plain = "".join(c for c in split if not unicodedata.combining(c))
    spellings = (text, plain, text.translate(_UMLAUTS))
    return tuple(s for s in dict.fromkeys(spellings) if s is text or s.isascii())


def _whole_words(parts: tuple[str, ...]) -> set[str]:
    """Return the words of `parts` that a text must contain as whole words."""
    whole: set[str] = set()
    for part in parts:
        words = part.split()
        if not part.startswith(" "):
            words = words[1:]
        if not part.endswith(" "):
            words = words[:-1]
        whole.update(words)
    return whole


_Row = tuple[int, str, str, Phrase]
"""A phrase behind its rank, another word of it, by which most are ruled out, and its first part."""


class PhraseIndex:
    """Phrases in the order of their importance, found by their rarest word."""

    def __init__(self, rows: Iterable[tuple[str, str]]) -> None:
        """Take rows of (reason, phrase); earlier rows win."""
        phrases = []
        for rank, (reason, text) in enumerate(rows):
            for spelling in spellings(text):
                phrases.append(Phrase(reason, text, _parts(spelling), rank))
        self.phrases: tuple[Phrase, ...] = tuple(phrases)
        counts = Counter(word for phrase in phrases for word in _whole_words(phrase.parts))
        self._by_word: dict[str, list[_Row]] = {}
        """The phrases that hang on each word; those without a whole one hang on an empty one."""
        for phrase in phrases:
            whole = _whole_words(phrase.parts) or {""}
            anchor, *others = sorted(whole, key=lambda w: (w in _COMMON, counts[w], -len(w), w))
            row = (phrase.rank, others[0] if others else anchor, phrase.parts[0], phrase)
            self._by_word.setdefault(anchor, []).append(row)

    def find(self, word_set: frozenset[str], words: str) -> Phrase | None:
        """Return the first phrase in `words`, of which `word_set` are the words, or None."""
        best: Phrase | None = None
        best_rank = len(self.phrases)
        by_word = self._by_word
        anchors = by_word.keys() & word_set
        if "" in by_word and not words.isascii() and _UNSPACED.search(words):
            anchors.add("")
        for anchor in anchors:
            for rank, other, part, phrase in by_word[anchor]:
                if rank >= best_rank:
                    break
                if (
                    (other in word_set or not other)
                    and part in words
                    and (len(phrase.parts) == 1 or phrase.found_in(words))
                ):
                    best, best_rank = phrase, rank
                    break
        return best
