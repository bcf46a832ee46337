"""Office Open XML workbook (ISO/IEC 29500): the auditors' workpaper, in which no text is a formula or a link."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from limen.errors import Problem, UsageError
from limen.records.assessment import Assessment
from limen.reports import Options
from limen.reports._reality import of_reality
from limen.reports._words import cut, one_line
from limen.reports._workpaper import Cell, Sheet, controls, exceptions, kinds, population, summary, waivers
from limen.reports._workpaper_decisions import results, sample
from limen.reports._workpaper_reality import attempts, claims

EXTENSION = "xlsx"
IN_ALL = False
BINARY = True
NEEDS = "xlsxwriter"
MOST_CHARACTERS = 8_000
"""Characters of a cell; Excel takes no more than 32,767 units of UTF-16, and nobody reads as many."""
_TRAPS = ("=", "+", "-", "@")
"""What a spreadsheet takes for the beginning of a formula, once somebody edits the cell or copies it elsewhere."""


def render(assessment: Assessment, options: Options) -> bytes:
    """Return the workbook: the same bytes for the same assessment; raises UsageError where XlsxWriter is missing."""
    try:
        import xlsxwriter
    except ImportError:
        raise UsageError(
            Problem(message="a workbook needs the package xlsxwriter", hint="pip install 'limen[evidence]'")
        ) from None
    content = io.BytesIO()
    # In memory: `constant_memory` leaves rows in the temporary folder where a run is killed, and there are few of them.
    how = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    workbook = xlsxwriter.Workbook(content, how)
    workbook.set_properties(
        {
            "title": cut(f"limen workpaper: {one_line(assessment.system_title)}", 200),
            "subject": cut(one_line(assessment.verdict()), 200),
            "author": "limen",
            "created": datetime.fromisoformat(assessment.assessed_at).astimezone(UTC).replace(tzinfo=None),
        }
    )
    styles = {name: workbook.add_format(style) for name, style in _STYLES.items()}
    for sheet in _sheets(assessment):
        _write(workbook.add_worksheet(sheet.name), sheet, styles)
    workbook.close()
    return content.getvalue()


_CELL = {"text_wrap": True, "valign": "top"}
_STYLES: dict[str, dict[str, Any]] = {
    "note": _CELL | {"num_format": "@", "italic": True},
    "heading": _CELL | {"num_format": "@", "bold": True, "bg_color": "#DDE6EE", "bottom": 1},
    "text": _CELL | {"num_format": "@"},
    "trap": _CELL | {"num_format": "@", "quote_prefix": True},
    "number": {"valign": "top", "num_format": "General"},
}


def _sheets(assessment: Assessment) -> Iterator[Sheet]:
    yield summary(assessment)
    yield population(assessment)
    yield kinds(assessment)
    yield sample(assessment)
    yield results(assessment)
    yield exceptions(assessment)
    yield waivers(assessment)
    yield controls(assessment)
    if of_reality(assessment):
        yield claims(assessment)
        yield attempts(assessment)


def _write(worksheet: Any, sheet: Sheet, styles: dict[str, Any]) -> None:
    """Write a sheet: notes, headings, then the table."""
    last = len(sheet.columns) - 1
    for column, (_, width) in enumerate(sheet.columns):
        worksheet.set_column(column, column, width)
    across = sum(width for _, width in sheet.columns)
    for row, note in enumerate(sheet.notes):
        text = _text(note)
        worksheet.set_row(row, 15.0 * (1 + len(text) // min(across, _SCREEN)))
        worksheet.merge_range(row, 0, row, _reach(sheet), "", styles["note"])
        worksheet.write_string(row, 0, text, styles["trap" if text.startswith(_TRAPS) else "note"])
    head = len(sheet.notes)
    for column, (heading, _) in enumerate(sheet.columns):
        worksheet.write_string(head, column, heading, styles["heading"])
    row = head
    for row, cells in enumerate(sheet.rows, head + 1):
        for column, cell in enumerate(cells):
            _put(worksheet, row, column, cell, styles)
    worksheet.autofilter(head, 0, row, last)
    worksheet.freeze_panes(head + 1, 0)
    worksheet.repeat_rows(head)
    worksheet.set_landscape()
    worksheet.set_paper(9)  # A4
    worksheet.fit_to_pages(1, 0)
    worksheet.set_header("&Llimen workpaper&R&A")
    worksheet.set_footer("&RPage &P of &N")


_SCREEN = 140
"""Characters of a note before it takes another line: about what a screen shows."""


def _reach(sheet: Sheet) -> int:
    """Return the last of the columns over which notes go, so that they are read without scrolling sideways."""
    across = 0
    for column, (_, width) in enumerate(sheet.columns):
        across += width
        if across >= _SCREEN:
            return column
    return len(sheet.columns) - 1


def _put(worksheet: Any, row: int, column: int, cell: Cell, styles: dict[str, Any]) -> None:
    if not isinstance(cell, str):
        worksheet.write_number(row, column, cell, styles["number"])
    elif cell:
        text = _text(cell)
        worksheet.write_string(row, column, text, styles["trap" if text.startswith(_TRAPS) else "text"])


def _text(text: str) -> str:
    """Return printable text on one line that fits a cell, and says where it was cut."""
    plain = one_line(text)
    if len(plain) <= MOST_CHARACTERS:
        return plain
    return f"{plain[:MOST_CHARACTERS]}… ({len(plain) - MOST_CHARACTERS:,} more characters)"
