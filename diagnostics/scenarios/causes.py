"""The causes of the four scenarios: a table of what speaks for each, and what to do then.

Points are how loudly a sign speaks, of 100 in all. A check that found the very thing speaks
loudest, receivers' own words next, the shape of the numbers last. What no sign supports is never
named.
"""

from __future__ import annotations

from diagnostics.scenarios import returning, sending
from diagnostics.scenarios.cause import Cause

CAUSES: tuple[Cause, ...] = (*sending.CAUSES, *returning.CAUSES)
