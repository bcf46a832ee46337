"""Endpoints as they may be shown: a URL can hold a password, and no output ever does."""

from __future__ import annotations

import re

MARK = "[redacted]"
TELLING = re.compile(r"pass|pwd|secret|token|pin\b|private|api_?key|access_?key", re.IGNORECASE)
"""Names of parameters whose values are credentials."""
_USER = re.compile(r"(?<=://)[^/?#\s]*@")
# A password may hold what ends a host's part; what looks like a port is one, and an `@` in a path is none of a user.
_PASSWORD = re.compile(r"(?<=://)(?!\[)[^/?#@:\s]*:(?!\d{1,5}(?:[/?#]|$))[^@\s]*@")
_PARAMETER = re.compile(r"([?&;])([^=&;?#\s]+)=([^&;#\s]+)")


def without_secret(endpoint: str) -> str:
    """Return an endpoint without the user and password that a URL may hold, and without values that are credentials."""
    bare = _PASSWORD.sub("", _USER.sub("", endpoint))
    return _PARAMETER.sub(lambda one: f"{one[1]}{one[2]}={MARK}" if TELLING.search(one[2]) else one[0], bare)


def holds_password(endpoint: str) -> bool:
    """Return whether an endpoint has a password in it, which belongs into a reference."""
    user = _USER.search(endpoint)
    telling = any(TELLING.search(one[2]) for one in _PARAMETER.finditer(endpoint))
    return (user is not None and ":" in user[0]) or _PASSWORD.search(endpoint) is not None or telling
