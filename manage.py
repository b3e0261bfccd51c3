#!/usr/bin/env python
"""Django's command line."""

import os
import sys
import traceback

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

# An MTA's pipe takes any exit code but this one for "lose the message": `ingest` gives the codes
# that mean something, and whatever else goes wrong must bring the message back later.
_IS_PIPE = sys.argv[1:2] == ["ingest"] and "-" in sys.argv[2:]
_MEANT = {os.EX_OK, os.EX_DATAERR, os.EX_NOINPUT, os.EX_TEMPFAIL}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bounceadmin.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"{error}")


def main_of_pipe() -> None:
    try:
        main()
    except SystemExit as end:
        if (end.code or 0) in _MEANT:
            raise
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except Exception:
        traceback.print_exc()
    else:
        return
    sys.exit(os.EX_TEMPFAIL)


if __name__ == "__main__":
    main_of_pipe() if _IS_PIPE else main()
