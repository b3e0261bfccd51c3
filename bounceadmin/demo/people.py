"""Invented recipients: made-up names at the domains of big providers and of reserved names.

Nothing is ever sent to them: the demo only takes in bounces that it wrote itself.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

_FIRST = (
    "agnes akira aline amara anton beata bela carla cecil dario dora edda elio enzo fatima felix "
    "freya gita greta hanna henrik ida ilse imre ines ivo jana joris juna kai kenji klara lars "
    "lea linus lotte luca maja marek mila mona nadia nils noor odile olga oskar paula pavel petra "
    "quirin rana remi rosa ruben sanna selma sven tara tilda tomas ulla uma vera viktor wanda "
    "willem yara yuki zeno zora"
)
_LAST = (
    "abel achterberg almeida arden bakker baumfeld bergmann bianchi blomqvist brandt cardoso "
    "castell dahl darrow delacour dorn eklund engel faber falk ferreira fontane garnier gruber "
    "haldane hartog hedlund iwata jansen jarvi kaminski kestrel kovacs lindholm lorenz lund "
    "maertens marchetti mori morgenroth nakano nemeth norgaard okonkwo olsen palmgren perrault "
    "quist rademaker ravn rinaldi sandoval sato seidel sorel stroud takeda tamm thorsen ulrich "
    "valdez vinter wagner westergaard wolff yamane zeller zwart"
)
# Each provider's people write their names in their own way.
_PATTERNS = ("{first}.{last}{n}", "{first}{last}{n}", "{f}.{last}{n}", "{last}.{first}{n}")


def people(source: random.Random, domains: dict[str, float]) -> Iterator[str]:
    """New addresses without end, spread over `domains` by their weights."""
    first_names, last_names = _FIRST.split(), _LAST.split()
    names, weights = list(domains), list(domains.values())
    seen: set[str] = set()
    while True:
        first, last = source.choice(first_names), source.choice(last_names)
        number = source.choice(("", "", "", source.randrange(2, 999)))
        pattern = source.choice(_PATTERNS)
        local = pattern.format(first=first, last=last, f=first[0], n=number)
        address = f"{local}@{source.choices(names, weights)[0]}"
        if address not in seen:
            seen.add(address)
            yield address
