"""PDF/A-2a, tagged for PDF/UA-1, from a template of ours and values: no text of a user's is ever markup."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from limen.errors import Problem, UsageError
from limen.reports import pages
from limen.reports.pages.glyphs import said


def typeset(template: str, values: Mapping[str, Any], pictures: Mapping[str, str], moment: str) -> bytes:
    """Return a PDF: the same bytes for the same values, on any machine, at any time.

    Args:
        template: A file of limen.reports/templates, set behind paper.typ; it reads no file.
        values: What it sets in type; every text in it is made drawable here, so that none can be forgotten.
        pictures: SVG by the name under which the template has it; the caller made its texts drawable.
        moment: When the document was made, RFC 3339; it goes into the metadata in place of the clock.

    Raises:
        UsageError: The typesetter is not installed.
    """
    try:
        import typst
    except ImportError:
        raise UsageError(
            Problem(message="a PDF needs the typesetter typst", hint="pip install 'limen[evidence]'")
        ) from None
    made = datetime.fromisoformat(moment).astimezone(UTC)
    day = {"year": made.year, "month": made.month, "day": made.day}
    time = {"hour": made.hour, "minute": made.minute, "second": made.second}
    inputs = {"values": msgspec.json.encode({**_drawable(values), "made": {**day, **time}}).decode(), **pictures}
    return typst.compile(  # type: ignore[type-var]  # the stub has one type for input and root
        _template("paper.typ") + _template(template),
        root=pages.__path__[0],  # no template leaves it; the folder that we are in, the default, may be gone
        sys_inputs=inputs,
        ignore_system_fonts=True,
        timestamp=made,
        pdf_standards=["a-2a", "ua-1"],  # ISO 19005-2, level A: archival and searchable; ISO 14289-1: readable aloud
    )


def _template(name: str) -> bytes:
    found = pkgutil.get_data("limen.reports", f"templates/{name}")
    if found is None:
        raise FileNotFoundError(name)
    return found


def _drawable(value: Any) -> Any:
    """Return a value in which every text is drawable."""
    if isinstance(value, str):
        return said(value)
    if isinstance(value, Mapping):
        return {name: _drawable(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_drawable(part) for part in value]
    return value
