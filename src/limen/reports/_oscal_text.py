"""Texts, tokens and properties as OSCAL's datatypes have them (https://pages.nist.gov/OSCAL/reference/datatypes/)."""

from __future__ import annotations

import re
from typing import Any

from limen.reports._words import one_line

NAMESPACE = "https://limen.dev/ns/oscal"
"""Namespace of properties and facets that are limen's own."""
NOTHING = "-"
"""Stands for a text that is empty where OSCAL wants one."""
# What Markdown or OSCAL ({{ insert: param }}) would take for markup, and what a renderer would make a link of.
_MARKUP = re.compile(
    r"[\\*`~^\[\]<>{}|&@]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|:(?=//)|(?<=www)\.|^[-+=#]", re.IGNORECASE
)
_LIST = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")
_NO_TOKEN = re.compile(r"[^A-Za-z0-9._-]")


def string(text: str) -> str:
    """Return a text as a string of OSCAL: one line, not empty, no blank at either end."""
    return one_line(text).strip() or NOTHING


def line(text: str) -> str:
    """Return a text as markup-line in which no reader finds markup."""
    return _LIST.sub(r"\1\\\2", _MARKUP.sub(r"\\\g<0>", string(text)))


def prose(*paragraphs: str) -> str:
    """Return texts as markup-multiline, a paragraph each; empty ones are left out."""
    return "\n\n".join(line(text) for text in paragraphs if text) or NOTHING


def prop(name: str, value: object) -> dict[str, Any]:
    """Return a property of limen's own."""
    return {"name": name, "ns": NAMESPACE, "value": string(str(value))}


def props(**values: object) -> list[dict[str, Any]]:
    """Return a property for each value that is there; underscores in names become hyphens."""
    return [prop(name.replace("_", "-"), value) for name, value in values.items() if value not in ("", None)]


def token(text: str) -> str:
    """Return a name as a token: brackets become dots, as NIST writes SC-8(1) as sc-8.1, and it begins with a letter."""
    plain = _NO_TOKEN.sub("-", text.replace("(", ".").replace(")", ""))
    return plain if plain[:1].isalpha() else f"_{plain}"


def filled(fields: dict[str, Any]) -> dict[str, Any]:
    """Return an object without empty members, which OSCAL does not have."""
    return {name: value for name, value in fields.items() if value not in ([], {}, "", None)}
