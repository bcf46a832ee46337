"""Base64 of RFC 4648, section 4, of which every value has one text only: others are refused.

A decoder that takes more lets a signed file be changed without its signature noticing.
"""

from __future__ import annotations

import base64
import binascii


def encoded(content: bytes) -> str:
    """Return the base64 text of bytes, with padding and without line breaks."""
    return base64.b64encode(content).decode()


def decoded(text: str) -> bytes:
    """Return the bytes of a base64 text; raises ValueError where it is not how those bytes are written."""
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("it is no base64") from None
    if encoded(content) != text:
        raise ValueError("it is no base64 as it is written: other bits or padding than its bytes need")
    return content
