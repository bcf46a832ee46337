"""Arguments that name the user's own policies, shared by every command that loads rules."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from limen.policy.bundle_signature import Trust
    from limen.policy.catalog import Catalog


def add_policies(parser: argparse._ActionsContainer) -> None:
    """Add --policies, and the keys that bundles among them must be signed with."""
    parser.add_argument(
        "--policies",
        action="append",
        default=[],
        type=Path,
        metavar="DIR|FILE",
        help="folder with rules and profiles of your own, or an OPA bundle of them (bundle.tar.gz)",
    )
    parser.add_argument(
        "--bundle-key",
        action="append",
        default=[],
        metavar="[ID=]FILE",
        help="public key (PEM) or HMAC secret; every bundle must then be signed by one of those given",
    )
    parser.add_argument("--bundle-scope", default="", metavar="TEXT", help="scope that bundles must be signed for")


def trust(options: argparse.Namespace) -> Trust | None:
    """Return whose bundles count; raises UsageError where a key is of no use."""
    if not options.bundle_key and not options.bundle_scope:
        return None
    from limen.policy.bundle_signature import trust_from

    return trust_from(tuple(options.bundle_key), options.bundle_scope)


def catalog(options: argparse.Namespace) -> Catalog:
    """Return what is shipped with the user's own; raises PolicyError with all that is wrong with any of it."""
    from limen.policy.catalog import load_catalog

    return load_catalog(tuple(options.policies), trust(options))
