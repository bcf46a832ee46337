"""Documents of a fixed form: what is signed says exactly what its format has, in one text only.

A document has no other members than those of its form and is written as RFC 8785 has it, so that there is no room for
a name that stands twice or for anything that a reader passes over.
"""

from __future__ import annotations

import re
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from limen.integrity.canonical import DEEPEST, CanonicalError, recanonical

Hex = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
"""A SHA-256 in hex."""
Count = Annotated[int, Meta(ge=0)]
"""How many of something there are."""
_ODD = re.compile(rb"(?:\A|[:,\[])-?\d++(?:[.eE]|(?<=\d{15}))")
"""A float or an integer of 15 digits, which orjson might not write as RFC 8785 does; or a text like one."""
_ASTRAL = re.compile(rb"[\xf0-\xff]")
"""A character beyond the BMP: in a name, orjson sorts it otherwise than RFC 8785."""
T = TypeVar("T")


class Form(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What has no other members than those it names."""


def is_canonical(line: bytes) -> bool:
    """Return whether bytes are the RFC 8785 text of a JSON value."""
    import orjson

    try:
        deep = line.count(b"[") + line.count(b"{") > DEEPEST
        if not deep and not _ODD.search(line) and (line.isascii() or not _ASTRAL.search(line)):
            return orjson.dumps(orjson.loads(line), option=orjson.OPT_SORT_KEYS) == line
        return recanonical(line)[1] == line
    except (CanonicalError, ValueError, TypeError, RecursionError):
        return False


def read_form(content: bytes, form: type[T]) -> T:
    """Return a document of a form; raises ValueError where it is none, or not the RFC 8785 text of one."""
    try:
        found = msgspec.json.decode(content, type=form)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(str(error)[:300]) from None
    if not is_canonical(content):
        raise ValueError("it is not written as RFC 8785 has it, each name once")
    return found
