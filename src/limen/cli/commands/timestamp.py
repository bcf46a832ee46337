"""Take a timestamp over an evidence pack from an authority (RFC 3161), or renew the last one before it ends.

The timestamp covers the Statement, all signatures and all earlier timestamps: with it, nobody can say later that they
were made earlier or later. Take one on the day of the assessment: a first one more than 24 hours later shows a
backdated pack.

--trust names whom you trust to make it: the authority's root certificate in PEM, or a trust file; without it the
answer is written, but nobody has judged it. --renew takes another timestamp over the old ones, and does so only when
the authority's certificate ends within 90 days; run it daily.
"""

from __future__ import annotations

import argparse
import datetime
import os
from pathlib import Path
from typing import TYPE_CHECKING

from limen.cli.console import Console
from limen.errors import Problem, UsageError
from limen.records.statuses import EXIT_CONFORMING

if TYPE_CHECKING:
    from limen.evidence.timestamping import Stamped

SUMMARY = "take or renew a trusted timestamp over an evidence pack"
VARIABLE = "LIMEN_TIMESTAMP_AUTHORITY"
_MOST = 1 << 20


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("pack", metavar="PACK", type=Path, help="folder or zip of an evidence pack")
    parser.add_argument("--authority", metavar="URL", help=f"whom to ask, http or https; default: ${VARIABLE}")
    parser.add_argument("--trust", metavar="FILE", type=Path, help="the authority's root in PEM, or a trust file")
    parser.add_argument("--renew", action="store_true", help="renew the last timestamp, where its end is near")


def run(options: argparse.Namespace, console: Console) -> int:
    """Verify, ask, judge and write."""
    from limen.adapters.timestamp_authority import check_address, timestamped
    from limen.evidence.timestamping import timestamp_pack

    address = options.authority or os.environ.get(VARIABLE, "")
    if not address:
        hint = f"--authority https://tsa.example.org/tsr, or set {VARIABLE}"
        raise UsageError(Problem(message="no timestamp authority is named", hint=hint))
    check_address(address)
    certificates = [] if options.trust is None else _certificates(options.trust)
    with console.progress() as say:
        say("verifying the pack and asking the authority")
        stamped = timestamp_pack(
            options.pack,
            lambda data: timestamped(address, data),
            certificates,
            lambda: datetime.datetime.now(datetime.UTC),
            renew=options.renew,
        )
    _tell(console, options.pack, stamped)
    return EXIT_CONFORMING


def _certificates(path: Path) -> list[bytes]:
    """Return the certificates that a PEM file holds, or those of the authorities of a trust file."""
    from limen.cli.trusting import trust_of

    try:
        with path.open("rb") as file:
            content = file.read(_MOST)
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else "") or "it is no path"
        message = f"{path} can't be read: {why}"
        raise UsageError(Problem(message=message, hint="name the authority's root certificate in PEM")) from None
    if b"-----BEGIN CERTIFICATE-----" in content and b"limen-trust-1" not in content:
        return [content]
    found = [pem.encode() for authority in trust_of(path).authorities for pem in authority.certificates]
    if not found:
        hint = "add authorities: with name and certificates, or name a PEM file"
        raise UsageError(Problem(message=f"{path} names no timestamp authority", hint=hint))
    return found


def _tell(console: Console, path: Path, stamped: Stamped) -> None:
    from limen.reports._words import one_line

    token = stamped.token
    if stamped.removed:
        console.note(f"{stamped.removed} had no response, as an interrupted run leaves it: it was taken away")
    if stamped.name:
        console.out(one_line(f"{path}: {stamped.name}, at {_instant(token.time)} by {token.authority}"))
        if not stamped.trusted:
            console.note("nobody has judged it: name whom you trust to make it, --trust FILE")
    else:
        console.out(f"{path}: no renewal is due, nothing was changed")
    for gap in stamped.lapsed:
        console.note(f"{gap}: what came before is not proven over that time")
    console.out(f"the authority's certificate ends at {_instant(token.until)}: renew by {stamped.due:%Y-%m-%d}")


def _instant(at: datetime.datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
