"""The four scenarios: from what checks found and what our own events say to a ranked cause. Pure.

facts    what our own events say, as a value
causes   the table: each cause, the signs that speak for it and how loudly, and the next step;
         its rows stand in `sending` (mail that comes back) and `returning` (bounces astray)
signs    what a sign looks at
ranking  the causes in the order of what speaks for them
offer    which scenario to offer for a band
"""

from diagnostics.scenarios.facts import Facts, Provider, Said
from diagnostics.scenarios.offer import offered
from diagnostics.scenarios.ranking import Ranked, rank

__all__ = ["Facts", "Provider", "Ranked", "Said", "offered", "rank"]
