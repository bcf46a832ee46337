"""Assess, and write an evidence pack that somebody can verify who trusts neither limen nor you.

The inputs are copied into the pack first, and judged there: what is packed is what was judged. The pack appears whole
or not at all; nothing is ever written over. The run log says that the run began before anything is
judged, so that a failed run can't be dropped and a lucky one can't be picked.

PATH is a boundaries.yaml or its folder; without it, boundaries.yaml is looked for here and upwards.
Exit codes are those of limen check.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from limen.cli.console import Console
from limen.cli.selecting import add_selection

SUMMARY = "assess, and write an evidence pack"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is assessed, and how the pack is sealed."""
    add_selection(parser)
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="PACK", help="new folder, or file whose name ends in .zip"
    )
    parser.add_argument(
        "--key", action="append", default=[], metavar="REF",
        help="sign as producer: a PEM file, pkcs11:…, vault:MOUNT/KEY or aws-kms:KEY; repeated for several",
    )  # fmt: skip
    parser.add_argument(
        "--passphrase-from", action="append", default=[], metavar="REF",
        help="where a key's passphrase or PIN is kept, without a terminal: env:NAME, file:PATH, vault:PATH#FIELD; "
        "one a --key, in order",
    )  # fmt: skip
    parser.add_argument(
        "--signing-policy",
        type=Path,
        metavar="FILE",
        help="how many must sign, and who approved profiles and frameworks",
    )
    parser.add_argument(
        "--previous", type=Path, metavar="PACK", help="the pack before: what has vanished since is listed"
    )
    parser.add_argument(
        "--sensitivity", action="append", default=[], type=Path, metavar="FILE",
        help="output of limen mutate --format json, or known-bad results; repeated for several",
    )  # fmt: skip
    parser.add_argument("--log", type=Path, metavar="DIR", help="run log (default: .limen/log beside the declaration)")
    parser.add_argument(
        "--log-key", default="", metavar="REF", help="Ed25519 key that signs its head (default: its own)"
    )
    parser.add_argument(
        "--witness", action="append", default=[], type=Path, metavar="FILE",
        help="who cosigns the log's head: name, URL and public key; repeated for several",
    )  # fmt: skip
    parser.add_argument(
        "--timestamp", default="", metavar="URL", help="take a timestamp (RFC 3161) from this authority"
    )
    parser.add_argument(
        "--token-key",
        metavar="ID=REF",
        help="puts tokens by this key in place of identifiers and secrets in the inputs; REF is env:NAME, file:PATH or "
        "vault:PATH (default: a pack whose inputs hold one is refused)",
    )
    parser.add_argument("--operator", default="", metavar="NAME", help="who runs it; not said otherwise")


def run(options: argparse.Namespace, console: Console) -> int:
    """Assess, pack, print the verdict with the pack's root, and return 0, 1 or 3."""
    from limen.cli.packing import packed

    return packed(options, console)
