"""The address of OpenBao or Vault: one that says where it is, and on the way to which nothing secret is readable."""

from __future__ import annotations

import ipaddress
from typing import Literal
from urllib.parse import urlsplit


def objection(address: str) -> Literal["", "none", "readable"]:
    """Return what is wrong with an address, empty where nothing is.

    none: it is no https://HOST:PORT. readable: it is http:// to another machine, so that tokens travel in the clear.
    """
    try:
        url = urlsplit(address)
        host = url.hostname or ""
    except ValueError:
        return "none"
    if not host or url.scheme not in ("http", "https") or "@" in address or url.query or url.fragment:
        return "none"
    try:
        local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = host == "localhost"
    return "" if url.scheme == "https" or local else "readable"
