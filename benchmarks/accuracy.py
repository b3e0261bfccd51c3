"""Agreement with a corpus of real bounces whose truth is known, and every disagreement.

    python -m benchmarks.accuracy [--corpus FOLDER] [--fold 1/3] [--without 1/3] [--quiet]

The corpus is a folder with `messages/*.eml` and `truth.jsonl`, a line a message: its file, and per
recipient the reason, status, reply code, action, host and hardness. `--fold 1/3` takes a third of
the messages (by a digest of their names), `--without 1/3` the rest: rules are written on the one
and measured on the other.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bounces.parsing import ParsedMessage, Report, parse
from bounces.parsing.reasons import category_of

CORPUS = Path(__file__).parents[2] / "shared/data/bounces/sisimai"
FIELDS = ("kind", "recipients", "status", "reply", "action", "category", "hard", "reason", "rhost")
INFORMATIVE = frozenset({"rhost"})
"""Fields that are counted, but whose disagreements are not listed."""

# The truth says `delayed` wherever its reason is `expired`, also of a report that gives up.
_EITHER = ("delayed", "failed")
_OTHER_NAMES = {"speeding": "ratelimited"}
_NOT_A_BOUNCE = {"feedback": "complaint", "vacation": "autoreply", "delivered": "delivered"}
# The truth's own inventions: a status made from a reason, an address where there is none.
_MADE_UP_STATUS = re.compile(r"[245]\.0\.9\d\d")
_MADE_UP_ADDRESS = re.compile(r"@libsisimai\.org\.invalid$")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One field of one message (or recipient) beside its truth."""

    file: str
    field: str
    reason: str
    """The true reason of the recipient it is about, "" where it is about the message."""
    ours: str
    truth: str
    rule: str = ""

    @property
    def agrees(self) -> bool:
        return self.ours == self.truth


def kind_of(results: list[dict[str, Any]]) -> str:
    """The kind of a message by its truth."""
    if not results:
        return "no bounce"
    first = results[0]
    if kind := _NOT_A_BOUNCE.get(first["reason"]):
        return kind
    return "delayed" if {r["action"] for r in results} == {"delayed"} else "bounce"


def compare(file: str, parsed: ParsedMessage, results: list[dict[str, Any]]) -> list[Comparison]:
    """Every field of a message that the truth says something about."""
    kind = kind_of(results)
    ours = parsed.kind
    if kind == "delayed" and ours == "bounce":
        kind = ours  # see _EITHER
    if kind == "no bounce":
        return [
            Comparison(file, "kind", "", kind if ours in ("autoreply", "other") else ours, kind)
        ]
    found = [Comparison(file, "kind", "", ours, kind)]
    true_names = [_address(r["recipient"]) for r in results]
    our_names = [r.recipient.lower() for r in parsed.reports]
    found.append(
        Comparison(file, "recipients", "", *(" ".join(sorted(n)) for n in (our_names, true_names)))
    )
    waiting: dict[str, list[Report]] = defaultdict(list)
    for report in parsed.reports:
        waiting[report.recipient.lower()].append(report)
    for at, (name, result) in enumerate(zip(true_names, results, strict=True)):
        if waiting[name]:
            report = waiting[name].pop(0)
        elif at < len(parsed.reports):
            report = parsed.reports[at]
        else:
            report = Report("", "", "")
        found += _compare_recipient(file, report, result)
    return found


def _compare_recipient(file: str, report: Report, result: dict[str, Any]) -> list[Comparison]:
    reason = _OTHER_NAMES.get(result["reason"], result["reason"])
    pairs = {
        "action": (report.action, _action(report, result)),
        "category": (report.category, category_of(reason)),
        "hard": (str(report.category == "hard"), str(bool(result["hard"]))),
        "reason": (report.reason, reason),
        "rhost": (report.remote_mta, str(result["rhost"]).lower()),
    }
    if reason not in _NOT_A_BOUNCE or reason == "delivered":
        pairs["reply"] = (report.smtp_code, str(result["reply"]))
        if not _MADE_UP_STATUS.fullmatch(result["status"]):
            pairs["status"] = (report.status, result["status"])
    return [Comparison(file, f, reason, *pair, report.rule) for f, pair in pairs.items()]


def _action(report: Report, result: dict[str, Any]) -> str:
    action = str(result["action"])
    return report.action if action == "delayed" and report.action in _EITHER else action


def _address(name: str) -> str:
    return "" if _MADE_UP_ADDRESS.search(name) else name.lower()


def in_fold(file: str, fold: str) -> bool:
    """Whether a file belongs to fold `K/N`, the K-th of N parts."""
    number, _, folds = fold.partition("/")
    return hashlib.sha256(file.encode()).digest()[0] % int(folds) == int(number) - 1


def read_corpus(corpus: Path, fold: str = "", without: str = "") -> list[Comparison]:
    """Parse the messages of `fold` that are not in the fold `without`, and compare."""
    found: list[Comparison] = []
    for line in (corpus / "truth.jsonl").read_text().splitlines():
        truth = json.loads(line)
        file = truth["file"]
        if (not fold or in_fold(file, fold)) and not (without and in_fold(file, without)):
            raw = (corpus / "messages" / file).read_bytes()
            found += compare(file, parse(raw), truth["results"])
    return found


def print_agreement(found: list[Comparison]) -> None:
    """Print the share that agrees, by field and by reason."""
    print(f"{len({c.file for c in found})} messages\n\n{'field':16}{'agree':>7}{'of':>6}{'%':>8}")
    for field in FIELDS:
        _print_row(field, [c for c in found if c.field == field])
    print(f"\n{'reason':16}{'agree':>7}{'of':>6}{'%':>8}")
    reasons = [c for c in found if c.field == "reason"]
    for reason, _ in Counter(c.reason for c in reasons).most_common():
        _print_row(reason, [c for c in reasons if c.reason == reason])


def _print_row(name: str, chosen: list[Comparison]) -> None:
    if chosen:
        agree = sum(c.agrees for c in chosen)
        print(f"{name:16}{agree:7}{len(chosen):6}{100 * agree / len(chosen):8.1f}")


def print_disagreements(found: list[Comparison]) -> None:
    """Print a line for each field that differs."""
    wrong = [c for c in found if not c.agrees and c.field not in INFORMATIVE]
    print(f"\n{len(wrong)} disagreements: file, field, ours | truth, our rule")
    for c in wrong:
        rule = f"  [{c.rule}]" if c.rule and c.field in ("reason", "category", "hard") else ""
        print(f"{c.file:30} {c.field:11}{c.ours or '-'} | {c.truth or '-'}{rule}")


def main(arguments: list[str] | None = None) -> int:
    """Print the agreement; 0 also where there is no corpus to agree with."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--fold", default="", help="1/3: only the first third")
    parser.add_argument("--without", default="", help="1/3: all but the first third")
    parser.add_argument("--quiet", action="store_true", help="list no disagreements")
    options = parser.parse_args(arguments)
    if not (options.corpus / "truth.jsonl").is_file():
        print(f"Accuracy is not measured: there is no corpus at {options.corpus}.")
        return 0
    found = read_corpus(options.corpus, options.fold, options.without)
    print_agreement(found)
    if not options.quiet:
        print_disagreements(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
