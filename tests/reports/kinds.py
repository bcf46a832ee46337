"""Formats that are no text, and how a golden file holds what they say."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from xml.etree import ElementTree

from pypdf import PdfReader

from limen.reports import formats, report

BINARY = frozenset({"pdf", "xlsx"})
TEXTUAL = tuple(name for name in formats() if name not in BINARY)


def pdf_text(content: bytes) -> str:
    """Return what is on the pages, a form feed between them."""
    return "\f".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def xlsx_text(content: bytes) -> str:
    """Return every text of every part of a workbook, a line each."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        trees = [ElementTree.fromstring(parts.read(name)) for name in parts.namelist() if name.endswith(".xml")]
    return "\n".join(text for tree in trees for text in tree.itertext() if text.strip())


READERS: dict[str, Callable[[bytes], str]] = {"pdf": pdf_text, "xlsx": xlsx_text}


def golden_name(kind: str, name: str) -> str:
    """Return the name of the golden file of an assessment in a format."""
    return f"{kind}-{name}.{'txt' if name in READERS else report(name).EXTENSION}"


def golden_content(name: str, content: bytes) -> bytes:
    """Return what the golden file holds: a text as it is, anything else in words."""
    return READERS[name](content).encode() if name in READERS else content


def readable(name: str, content: bytes) -> str:
    """Return what a report says; from a PDF on one line, since its lines end where the paper does."""
    return " ".join(READERS[name](content).split()) if name in READERS else content.decode()
