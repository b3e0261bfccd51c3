"""`manage.py translations`: bring the catalogues up to date with the source, and compile them."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import unfold
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.management.commands import makemessages

from bounceadmin.pure_words import pure_words

# Read by xgettext and by nothing else; it exists only while that runs.
_COLLECTED = settings.BASE_DIR / "bounceadmin" / "collected_words.py"
_IMPORT = "from django.utils.translation import gettext_noop\n"
_IN_TEMPLATE = re.compile(r"""(?:\{% *trans(?:late)? +|\b_\()(["'])(.+?)\1""")
_IGNORED = [".venv", "data/*", "staticfiles/*", "tests/*", "benchmarks/*", "bounceadmin/demo/*"]
# Changes with every run, and says nothing.
_CREATED = re.compile(r'^"POT-Creation-Date:.*\n', re.M)


class _Collector(makemessages.Command):
    """Django's, which also finds what `diagnostics.checks.sentences` marks."""

    xgettext_options = [
        *makemessages.Command.xgettext_options,
        "--keyword=say",
        "--keyword=to_say",
    ]
    # What is new stays empty, rather than being guessed from its like.
    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]


class Command(BaseCommand):
    help = "Bring locale/ up to date with the source, and compile it. Needs GNU gettext."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="change nothing; fail where something is missing"
        )

    def handle(self, *, check: bool, **_) -> None:
        if shutil.which("xgettext") is None:
            raise CommandError("GNU gettext is not installed: apt-get install gettext.")
        catalogues = [_catalogue(code) for code, _name in settings.LANGUAGES if code != "en"]
        before = {path: path.read_text() for path in catalogues if path.exists()}
        self._collect()
        for path in catalogues:
            text = _CREATED.sub("", path.read_text())
            changed = text != before.get(path)
            if check:
                path.write_text(before.get(path, ""))
                missing = _untranslated(path)
                if changed or missing:
                    raise CommandError(
                        f"{path.parts[-3]} is not complete ({missing or 'outdated'}): run "
                        "manage.py translations, and translate what is empty."
                    )
            else:
                path.write_text(text)
        if not check:
            call_command("compilemessages", ignore_patterns=_IGNORED, verbosity=0)

    def _collect(self) -> None:
        (settings.BASE_DIR / "locale").mkdir(exist_ok=True)
        words = (*pure_words(), *_words_of_unfold())
        _COLLECTED.write_text(_IMPORT + "".join(f"gettext_noop({text!r})\n" for text in words))
        try:
            call_command(
                _Collector(),
                locale=[code for code, _name in settings.LANGUAGES if code != "en"],
                ignore_patterns=_IGNORED,
                no_location=True,
                # Where lines are broken differs by version of gettext.
                no_wrap=True,
                no_obsolete=True,
                verbosity=0,
            )
        finally:
            _COLLECTED.unlink()


def _catalogue(code: str) -> Path:
    return Path(settings.LOCALE_PATHS[0]) / code / "LC_MESSAGES" / "django.po"


def _untranslated(path: Path) -> str:
    """`3 fuzzy translations, 5 untranslated messages`, empty where there are none."""
    done = subprocess.run(
        ["msgfmt", "--check-format", "--statistics", "-o", "/dev/null", str(path)],
        capture_output=True,
        text=True,
        env={"LC_ALL": "C", "PATH": "/usr/bin:/bin:/usr/local/bin"},
        check=False,
    )
    if done.returncode:
        return done.stderr.strip().partition("\n")[0]
    return ", ".join(re.findall(r"\d+ (?:fuzzy|untranslated)[a-z ]*", done.stderr))


def _words_of_unfold() -> Iterator[str]:
    """The words of the admin's look, which brings no catalogue of its own."""
    folder = Path(unfold.__file__).parent / "templates"
    for page in sorted(folder.rglob("*.html")):
        for _quote, text in _IN_TEMPLATE.findall(page.read_text()):
            yield text
