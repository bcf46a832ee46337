"""The certificates of a timestamp response, put into the order that DER has for them.

RFC 5652 section 5.1 leaves the certificates of a SignedData outside what is signed, and OpenSSL writes them in the
order of the chain, where DER wants a SET OF sorted; rfc3161-client reads DER alone. Sorting them changes no signature.
"""

from __future__ import annotations

from typing import NamedTuple

_SEQUENCE = 0x30
_CONTEXT = 0xA0
"""[0], constructed: the content of a ContentInfo, and the certificates of a SignedData."""


class _Element(NamedTuple):
    """A DER element: its tag, where it begins, where its content begins and where both end."""

    tag: int
    start: int
    inside: int
    end: int


def in_order(response: bytes) -> bytes:
    """Return a TimeStampResp with its certificates sorted; what is no such thing comes back as it was."""
    try:
        whole = _element(response, 0, len(response))
        token = _child(response, whole, 1, _SEQUENCE)
        signed = _child(response, _child(response, token, 1, _CONTEXT), 0, _SEQUENCE)
        held = _child(response, signed, 3, _CONTEXT)
        certificates = sorted(response[one.start : one.end] for one in _children(response, held))
    except (IndexError, ValueError):
        return response
    return response[: held.inside] + b"".join(certificates) + response[held.end :]


def _child(content: bytes, parent: _Element, number: int, tag: int) -> _Element:
    """Return one child by its number from 0; raises IndexError or ValueError where there is none of that tag."""
    found = _children(content, parent)[number]
    if found.tag != tag:
        raise ValueError
    return found


def _children(content: bytes, parent: _Element) -> list[_Element]:
    found: list[_Element] = []
    at = parent.inside
    while at < parent.end:
        found.append(_element(content, at, parent.end))
        at = found[-1].end
    return found


def _element(content: bytes, start: int, limit: int) -> _Element:
    """Return the element that begins at a place; raises IndexError or ValueError where it goes beyond the limit."""
    length, inside = content[start + 1], start + 2
    if length & 0x80:
        inside += length & 0x7F
        length = int.from_bytes(content[start + 2 : inside], "big")
    if inside + length > limit:
        raise ValueError
    return _Element(content[start], start, inside, inside + length)
