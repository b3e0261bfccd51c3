"""docs/settings.md has every setting that the code reads, and no other, with its default."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ROW = re.compile(r"^\| `([A-Z_]+)` \| (.+?) \| (.*?) \| (.+) \|$", re.MULTILINE)
UNITS = {"KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
# Read by gunicorn, and by the library that talks to the bucket.
OF_OTHERS = {"WEB_CONCURRENCY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}


def documented() -> dict[str, str]:
    """Name -> default, as the table has them."""
    rows = ROW.findall((ROOT / "docs/settings.md").read_text())
    names = [name for name, *_ in rows]
    assert len(names) == len(set(names)), "a name stands there twice"
    return {name: default for name, default, *_ in rows}


def read_by(path: str, reader: str) -> Iterator[tuple[str, ast.expr | None]]:
    """Names that a file asks `reader` (`env`, `environ`) for, with the expression of a default."""
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        asked = ast.unparse(node.func.value).split(".")[-1] == reader
        if asked and node.args and isinstance(node.args[0], ast.Constant):
            named = [word.value for word in node.keywords if word.arg == "default"]
            yield node.args[0].value, next(iter([*named, *node.args[1:]]), None)


def in_settings() -> dict[str, ast.expr | None]:
    found = read_by("bounceadmin/settings.py", "env")
    return {name: default for name, default in found if name.isupper()}


def in_compose() -> set[str]:
    return set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "compose.yaml").read_text()))


def test_every_setting_is_documented_and_no_other():
    at_the_start = {name for name, _ in read_by("bounceadmin/management/commands/up.py", "environ")}
    assert len(in_settings()) > 60 and len(at_the_start) == 4, "this test finds them no more"
    known = set(in_settings()) | at_the_start | in_compose() | OF_OTHERS
    assert set(documented()) == known


def test_defaults_are_those_of_the_code():
    table = documented()
    for name, expression in in_settings().items():
        text = ast.unparse(expression)
        if not re.fullmatch(r"[\d *_.]+|True|False|'[\w.@-]+'", text):
            continue  # made up, or of another setting: the table says it in words
        value = eval(text)
        assert table[name] in _ways_to_write(value), name


def _ways_to_write(value: object) -> set[str]:
    if isinstance(value, bool):
        return {f"`{str(value).lower()}`"}
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int):
        sizes = {f"{value // size} {unit}" for unit, size in UNITS.items() if value % size == 0}
        return {f"`{value}`", *sizes}
    return {f"`{value}`"}
