"""`python -m limen.probes.leak`: a list of canaries to plant, derived from LIMEN_CANARY_SEED or from chance."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import time

import msgspec

from limen.probes.leak.canaries import KINDS, CanaryList, derive


def main() -> int:
    """Write the list to standard output; the same seed and run give the same canaries."""
    parser = argparse.ArgumentParser(prog="python -m limen.probes.leak", description=__doc__)
    parser.add_argument("--run", default="", help="name of the run (default: a new one)")
    parser.add_argument("--kind", action="append", choices=KINDS, help="kind of canary (default: one of each)")
    given = parser.parse_args()
    seed = os.environ.get("LIMEN_CANARY_SEED", "").encode() or secrets.token_bytes(32)
    found = derive(seed, given.run or secrets.token_hex(8), given.kind or KINDS)
    listed = msgspec.json.encode(CanaryList(canaries=found, sent_at=int(time.time())))
    sys.stdout.write(msgspec.json.format(listed, indent=2).decode() + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
