"""The address of an OPA server, and the token for it: what may be sent where."""

from __future__ import annotations

import ipaddress
import os
import re
from urllib.parse import SplitResult, urlsplit

import msgspec

from limen.errors import Problem, UsageError
from limen.policy.engines import TOKEN_VARIABLE, URL, URL_VARIABLE, EngineOptions

_PORTS = {"http": 80, "https": 443}
_TOKEN = re.compile(r"[\x21-\x7e]+\Z")
_MOST = 64 << 10
"""Bytes of a token file beyond which it is none."""


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where an OPA server is."""

    host: str
    """As a URL spells it: an IPv6 address in brackets."""
    port: int
    path: str
    """What comes before /v1, without slashes at its ends; mostly empty."""
    tls: bool

    def __str__(self) -> str:
        """Return the URL, which holds no secret."""
        end = f"/{self.path}" if self.path else ""
        return f"{'https' if self.tls else 'http'}://{self.host}:{self.port}{end}"


def address_of(options: EngineOptions) -> Address:
    """Return where the server is; raise UsageError where the URL can't be used, or must not."""
    text = options.url or os.environ.get(URL_VARIABLE, "") or URL
    if "@" in text:  # before it is read, so that no message shows a part of it
        message = "the engine's URL holds an @, as before a host stands after a user name or password"
        raise _refused(message, f"use {TOKEN_VARIABLE} for a token")
    try:
        url = urlsplit(text)
        port = url.port or _PORTS.get(url.scheme, 0)
    except ValueError as error:
        raise _refused("the engine's URL can't be read", str(error)) from None
    shown = f"{url.scheme}://{(url.hostname or '')}"
    if url.scheme not in _PORTS or not url.hostname:
        raise _refused(f"the engine's URL is {text!r}", "expected https://HOST:PORT, or http://127.0.0.1:PORT")
    if url.query or url.fragment:
        raise _refused(f"the engine's URL {shown} has a query or fragment", "expected https://HOST:PORT/PATH")
    if url.scheme == "http" and not _loopback(url):
        message = f"{shown} would carry verdicts and token over the network in plaintext, where anybody can change them"
        raise _refused(message, "use https, or an OPA on this host")
    if url.scheme == "http" and (options.ca or options.certificate):
        raise _refused(f"{shown} has no TLS, and a CA file or certificate was given", "write https://")
    host = f"[{url.hostname}]" if ":" in url.hostname else url.hostname
    return Address(host=host, port=port, path=url.path.strip("/"), tls=url.scheme == "https")


def token_of(options: EngineOptions) -> str:
    """Return the bearer token from its file or from the environment, or an empty text; it is never shown.

    Raises UsageError where it can't be read or can't be a token.
    """
    if options.token_file is None:
        place, text = TOKEN_VARIABLE, os.environ.get(TOKEN_VARIABLE, "").strip()
        if not text:
            return ""
    else:
        place = str(options.token_file)
        try:
            with options.token_file.open("rb") as file:
                text = file.read(_MOST).decode("ascii").strip()
        except OSError as error:
            raise _refused(f"the token file {place} can't be read: {error.strerror}", "name another") from None
        except UnicodeDecodeError:
            text = ""
    if not _TOKEN.match(text):
        raise _refused(f"{place} holds no token", "expected one line of visible ASCII characters")
    return text


def _loopback(url: SplitResult) -> bool:
    host = url.hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _refused(message: str, hint: str) -> UsageError:
    return UsageError(Problem(message=message, hint=hint))
