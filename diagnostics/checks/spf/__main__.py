"""`python -m diagnostics.checks.spf IP SENDER [HELO]`: evaluate and show what each term did."""

from __future__ import annotations

import argparse

from diagnostics.checks.resolving import BoundedResolver
from diagnostics.checks.spf.drawing import draw
from diagnostics.checks.spf.evaluate import check_host


def main(arguments: list[str] | None = None) -> int:
    """Print the result; return 0 for `pass`, 1 for everything else."""
    parser = argparse.ArgumentParser(prog="python -m diagnostics.checks.spf", description=__doc__)
    parser.add_argument("ip", help="the address that mail comes from")
    parser.add_argument("sender", help="the envelope sender, such as bounces@example.com")
    parser.add_argument("helo", nargs="?", default="", help="the name the server greets with")
    parser.add_argument(
        "--nameserver", action="append", default=[], help="ask this address instead of the system's"
    )
    parser.add_argument("--port", type=int, default=53, help="the name server's port")
    given = parser.parse_args(arguments)
    resolver = BoundedResolver(given.nameserver, port=given.port)
    result = check_host(given.ip, given.sender, given.helo, resolver)
    print(draw(result))
    return 0 if result.result == "pass" else 1


if __name__ == "__main__":
    raise SystemExit(main())
