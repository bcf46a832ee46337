"""List every crossing with its effective posture and label.

A crossing is a flow whose ends lie in different zones or tenants. Every value says where it came from.
"""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from limen.cli.console import Console
from limen.records.assessment import CrossingRow
from limen.reports._words import one_line, printable

SUMMARY = "list every crossing with its effective posture and label"
_POSTURE = {
    "in_transit.protocol": "protocol",
    "in_transit.tls.min": "TLS",
    "in_transit.tls.mutual": "mutual TLS",
    "authn.method": "authn",
    "audit.ledger": "ledger",
}
"""Posture that the table shows, with the column's head."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "path", nargs="?", type=Path, metavar="PATH", help="boundaries.yaml or its folder (default: looked for upwards)"
    )
    parser.add_argument("-f", "--format", choices=("table", "json", "csv"), default="table", help="default: table")
    parser.add_argument(
        "--all", action="store_true", help="in the table, show every posture value and where it came from"
    )


def run(options: argparse.Namespace, console: Console) -> int:
    """Print the crossings; no rule is judged."""
    import datetime

    from limen.analysis.crossings import crossing_rows
    from limen.analysis.facts import facts
    from limen.assess import locator, places_as_typed
    from limen.loading import find, load

    path = find(options.path or Path())
    with places_as_typed(path.parent):
        loaded = load(path)
        locate = locator(loaded)
        found = facts(loaded.declaration, as_of=datetime.datetime.now(datetime.UTC).date(), locate=locate)
    rows = crossing_rows(found, locate)
    if options.format == "json":
        import orjson

        console.out_bytes(orjson.dumps([as_data(row) for row in rows], option=orjson.OPT_INDENT_2) + b"\n")
    elif options.format == "csv":
        console.out_bytes(as_csv(rows))
    elif not rows:
        console.out(f"no crossings: no flow of {loaded.declaration.system.id} leaves its zone or tenant")
    elif options.all:
        for row in rows:
            _print_whole(row, console)
    else:
        _print_table(rows, console)
    return 0


def as_data(row: CrossingRow) -> dict[str, Any]:
    """Return a crossing as plain data, each posture value with where it came from."""
    return {
        "flow": row.flow,
        "from": {"component": row.source, "zone": row.source_zone},
        "to": {"component": row.target, "zone": row.target_zone},
        "crosses": list(row.crosses),
        "trust_change": row.trust_change,
        "carries": list(row.carries),
        "returns": list(row.returns),
        "assumed": row.assumed,
        "label": row.label,
        "posture": {
            path: {"value": value, "from": row.provenance.get(path, "")} for path, value in sorted(row.posture.items())
        },
        "location": str(row.location),
    }


def as_csv(rows: Sequence[CrossingRow]) -> bytes:
    """Return crossings as CSV (RFC 4180), one row each; a cell that a spreadsheet would run gets an apostrophe."""
    paths = sorted({path for row in rows for path in row.posture})
    heads = [
        "flow",
        "from",
        "from_zone",
        "to",
        "to_zone",
        "crosses",
        "trust_change",
        "carries",
        "returns",
        "assumed",
        "label",
    ]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([*heads, *paths, *(f"{path} from" for path in paths), "location"])
    for row in rows:
        cells = [
            row.flow, row.source, row.source_zone, row.target, row.target_zone, "; ".join(row.crosses),
            str(row.trust_change), "; ".join(row.carries), "; ".join(row.returns), str(row.assumed).lower(), row.label,
            *(row.posture.get(path, "") for path in paths),
            *(row.provenance.get(path, "") for path in paths),
            str(row.location),
        ]  # fmt: skip
        writer.writerow([_inert(cell) for cell in cells])
    return text.getvalue().encode()


def _inert(cell: str) -> str:
    cell = printable(cell)
    is_number = cell.lstrip("-").isdigit()
    return f"'{cell}" if cell.lstrip()[:1] in ("=", "+", "-", "@") and not is_number else cell


def _print_table(rows: Sequence[CrossingRow], console: Console) -> None:
    from limen.cli.tables import table

    shown = [path for path in _POSTURE if any(path in row.posture for row in rows)]
    heads = ("flow", "from", "to", "crosses", "label", *(_POSTURE[path] for path in shown))
    cells = [
        (
            row.flow, row.source, row.target, ", ".join(row.crosses), row.label + (" (assumed)" if row.assumed else ""),
            *(row.posture.get(path, "-") for path in shown),
        )
        for row in rows
    ]  # fmt: skip
    table(console, heads, cells)


def _print_whole(row: CrossingRow, console: Console) -> None:
    console.out(console.styled(f"{row.flow}: {row.source} → {row.target}", "bold"))
    console.out(f"  {one_line(str(row.location))}  {', '.join(row.crosses)}; trust {row.trust_change:+d}")
    moved = f"carries {', '.join(row.carries) or 'nothing'}; returns {', '.join(row.returns) or 'nothing'}"
    console.out(f"  {moved}; label {row.label}")
    for path, value in sorted(row.posture.items()):
        console.out(f"  {path:<28} {value:<24} {row.provenance.get(path, '')}".rstrip())
    console.out("")
