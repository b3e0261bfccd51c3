"""The tree that says what each term did."""

from __future__ import annotations

import json

import dns.resolver
import pytest

from diagnostics.checks.spf import Trace, draw
from diagnostics.checks.spf.__main__ import main
from tests.diagnostics.checks.spf_cases import CLIENT, judge

ZONES = {
    "example.com": {"A": ["192.0.2.99"]},
    "spf.example.net": {"TXT": ["v=spf1 a:one.example.net include:deep.example.net ~all"]},
    "one.example.net": {"A": ["198.51.100.1"]},
    "deep.example.net": {"TXT": ["v=spf1 ip4:203.0.113.1 a:two.example.net -all"]},
    "two.example.net": {"A": [CLIENT]},
}


def traced(record: str, **options: object) -> Trace:
    trace = judge(record, ZONES, **options).trace  # type: ignore[arg-type]
    assert trace is not None
    return trace


def test_each_term_says_what_it_and_all_below_it_cost() -> None:
    root = traced("v=spf1 a include:spf.example.net mx -all")
    assert root.lookups == 5
    assert [(step.term, step.lookups) for step in root.children] == [
        ("a", 1),
        ("include:spf.example.net", 4),
        ("mx", 0),
        ("-all", 0),
    ]
    assert [(step.term, step.lookups) for step in root.children[1].children] == [
        ("a:one.example.net", 1),
        ("include:deep.example.net", 2),
        ("~all", 0),
    ]


def test_the_tree_shows_the_way_to_the_term_that_matched() -> None:
    node, way = traced("v=spf1 a include:spf.example.net -all"), []
    while found := [step for step in node.children if step.matched]:
        node = found[0]
        way.append((node.domain, node.term))
    assert way == [
        ("example.com", "include:spf.example.net"),
        ("spf.example.net", "include:deep.example.net"),
        ("deep.example.net", "a:two.example.net"),
    ]
    assert node.why == "192.0.2.10 is two.example.net's (192.0.2.10/32)."


def test_terms_after_the_match_are_not_reached() -> None:
    root = traced("v=spf1 +all a mx redirect=example.net")
    assert [step.outcome for step in root.children] == ["match", "not reached", "not reached"]


def test_an_error_below_is_an_error_all_the_way_up() -> None:
    bad = {"deep.example.net": {"TXT": dns.resolver.LifetimeTimeout}}
    root = judge("v=spf1 include:spf.example.net -all", ZONES | bad).trace
    assert root is not None
    assert root.outcome == root.children[0].outcome == "temperror"
    assert root.children[0].children[1].outcome == "temperror"
    assert root.children[0].children[1].queries[0].evidence().answer == (
        "the name servers did not answer in time"
    )


def test_a_term_keeps_its_questions_and_answers_as_evidence() -> None:
    root = traced("v=spf1 a -all")
    assert root.queries[0].evidence().query == "TXT example.com"
    evidence = root.children[0].queries[0].evidence()
    assert (evidence.query, evidence.answer) == ("A example.com", "192.0.2.99")
    assert evidence.seconds >= 0


def test_the_record_that_was_evaluated_stands_at_its_node() -> None:
    root = traced("v=spf1 include:spf.example.net -all")
    assert root.record == "v=spf1 include:spf.example.net -all"
    assert root.children[0].record == "v=spf1 a:one.example.net include:deep.example.net ~all"
    assert root.children[0].target == "spf.example.net"


def test_the_tree_can_be_kept_as_json() -> None:
    data = json.loads(json.dumps(traced("v=spf1 a include:spf.example.net -all").as_data()))
    assert data["children"][1]["children"][0]["term"] == "a:one.example.net"
    assert data["children"][0]["queries"][0]["query"] == "A example.com"
    assert data["lookups"] == 5


def test_the_tree_is_drawn_as_text() -> None:
    lines = draw(judge("v=spf1 a include:spf.example.net mx -all", ZONES)).splitlines()
    assert lines[1:] == [
        "5 lookups, 0 void",
        "example.com: v=spf1 a include:spf.example.net mx -all",
        "├ · a [1]  192.0.2.10 is none of example.com's addresses.",
        "├ ✓ include:spf.example.net [4]  spf.example.net says pass.",
        "│ ├ · a:one.example.net [1]  192.0.2.10 is none of one.example.net's addresses.",
        "│ ├ ✓ include:deep.example.net [2]  deep.example.net says pass.",
        "│ │ ├ · ip4:203.0.113.1  The client is not in this network.",
        "│ │ ├ ✓ a:two.example.net [1]  192.0.2.10 is two.example.net's (192.0.2.10/32).",
        "│ │ └   -all",
        "│ └   ~all",
        "├   mx",
        "└   -all",
    ]


def test_it_can_be_asked_from_a_shell(name_server: int, capsys: pytest.CaptureFixture[str]) -> None:
    server = ["--nameserver", "127.0.0.1", "--port", str(name_server)]
    assert main(["192.0.2.3", "bounces@example.com", *server]) == 0
    assert capsys.readouterr().out.startswith("pass: ")
    assert main(["203.0.113.1", "bounces@example.com", *server]) == 1
    assert capsys.readouterr().out.startswith("fail: ")


def test_a_syntax_fault_names_the_term_in_the_reason() -> None:
    assert "'foo:bar'" in judge("v=spf1 foo:bar -all").reason
