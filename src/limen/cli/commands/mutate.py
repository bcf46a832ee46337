"""Break what should be noticed, once each, and see whether it is.

`declaration` weakens every value of a boundaries file: what no rule notices is a blind spot of the policies.
`policy` bends every expression of every rule: what no test notices is a gap in the rule's tests.
"""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Any

from limen.cli.console import Console

SUMMARY = "measure what the rules and their tests would miss"

_KINDS = {
    "declaration": ("limen.cli.mutating_declaration", "weaken each declared value; find what no rule notices"),
    "policy": ("limen.cli.mutating_policy", "bend each expression of a rule; find what no test notices"),
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the two subcommands, each with its own arguments."""
    kinds = parser.add_subparsers(title="what to mutate", dest="mutated", metavar="WHAT", required=True)
    for name, (module, summary) in _KINDS.items():
        mutating: Any = import_module(module)
        kind = kinds.add_parser(
            name,
            help=summary,
            description=(mutating.__doc__ or "").strip(),
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        mutating.arguments(kind)
        kind.add_argument("--no-color", action="store_true", help="no colour, even on a terminal")
        kind.set_defaults(parser=kind)


def run(options: argparse.Namespace, console: Console) -> int:
    """Run the chosen kind and return its exit code."""
    mutating: Any = import_module(_KINDS[options.mutated][0])
    return int(mutating.run(options, console))
