"""Tables: drawn by rich on a terminal, tab-separated where the output is piped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from limen.cli.console import Console
from limen.reports._words import one_line


def table(console: Console, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table with a head; plain tab-separated lines where the output is no colour terminal."""
    safe = [[one_line(cell) for cell in row] for row in rows]
    if not console.color:
        for row in [list(heads), *safe]:
            console.out("\t".join(row))
        return
    from rich.box import SIMPLE_HEAD
    from rich.console import Console as Screen
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for index, head in enumerate(heads):
        drawn.add_column(head, overflow="fold", no_wrap=index == 0)
    for row in safe:
        drawn.add_row(*(Text(cell) for cell in row))
    Screen(file=console.stdout, width=console.width, force_terminal=True).print(drawn)
