"""Text as YAML: one double-quoted scalar, whatever the text holds."""

from __future__ import annotations


def quoted(text: str) -> str:
    """Return text as a double-quoted YAML scalar on one line; what is invisible is escaped, so that review sees it."""
    return '"' + "".join(map(_character, text)) + '"'


def _character(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
