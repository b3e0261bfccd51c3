"""The same message reads the same in every process, whatever order its sets have there."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
_READ_ALL = """
from bounces.parsing import parse
from tests.parsing.catalogue import read
two_marks = b"From: a@example.net\\nX-AutoReply: yes\\nPrecedence: auto_reply\\n\\nAway."
for raw in (two_marks, *(case.raw for case in read())):
    print(parse(raw))
"""


def _read_all(seed: str) -> bytes:
    environment = os.environ | {"PYTHONHASHSEED": seed}
    done = subprocess.run(
        [sys.executable, "-c", _READ_ALL],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=True,
    )
    return done.stdout


def test_the_order_of_sets_changes_nothing():
    first, *others = (_read_all(seed) for seed in "1234")
    assert len(first) > 100_000
    assert others == [first] * 3
