"""All keys of a Redis database and what they hold, by its own protocol (RESP2), bounded."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from limen.probes.interface import AttemptError, Context
from limen.probes.leak.places import Place
from limen.probes.leak.searching import Search
from limen.probes.leak.tables import secret_of

_MOST = 512 << 20
"""Bytes of one answer at most: Redis itself keeps no longer string."""
_DEEPEST = 8
_READERS: dict[bytes, tuple[bytes, ...]] = {
    b"string": (b"GET",),
    b"list": (b"LRANGE", b"0", b"-1"),
    b"set": (b"SMEMBERS",),
    b"zset": (b"ZRANGE", b"0", b"-1"),
    b"hash": (b"HGETALL",),
    b"stream": (b"XRANGE", b"-", b"+"),
}
"""By type of key, what reads all of it; the key goes behind the first word."""


class _ReplyError(Exception):
    """An answer that says no."""


def look_in_redis(search: Search, place: Place, trust: Path | None, context: Context) -> None:
    """Look through the keys and values of one database; a key of a type of a module is unread.

    Raises AttemptError where the server can't be read.
    """
    context.pace(place.host)
    where = f"{place.host}:{place.port or 6379}"
    try:
        with _connected(place, trust, context) as connection:
            wire = _Wire(connection, context)
            if place.credential:
                user, _, password = secret_of(place, context).reveal().rpartition(":")
                wire.ask(b"AUTH", *([user.encode()] if user else []), password.encode())
            if place.path:
                wire.ask(b"SELECT", place.path.encode())
            for key in _keys(wire):
                reader = _READERS.get(wire.ask(b"TYPE", key))
                if reader is None:
                    search.unread += 1
                    continue
                value = wire.ask(reader[0], key, *reader[1:])
                search.stream(key.decode("utf-8", "replace"), _flat(value))
    except _ReplyError as error:
        raise AttemptError(f"{where} refuses to be read: {error}") from None
    except TimeoutError:
        raise AttemptError(f"{where} did not answer in time") from None
    except (ConnectionError, EOFError):
        raise AttemptError(f"{where} refuses or ends connections", again=True) from None
    except (OSError, ValueError) as error:
        raise AttemptError(f"{where} does not answer as Redis: {type(error).__name__}") from None


def _keys(wire: _Wire) -> Iterator[bytes]:
    cursor, seen = b"0", set()
    while True:
        answer = wire.ask(b"SCAN", cursor, b"COUNT", b"500")
        if not (isinstance(answer, list) and len(answer) == 2 and isinstance(answer[1], list)):
            raise ValueError
        for key in answer[1]:
            if key not in seen:
                seen.add(key)
                yield key
        cursor = answer[0]
        if cursor == b"0":
            return


def _flat(value: Any) -> Iterator[bytes]:
    """Yield the texts of an answer, each on a line, so that two of them make no third."""
    if isinstance(value, list):
        for one in value:
            yield from _flat(one)
    elif isinstance(value, bytes):
        yield value + b"\n"


def _connected(place: Place, trust: Path | None, context: Context) -> socket.socket:
    left = context.remaining(10.0)
    plain = socket.create_connection((place.host, place.port or 6379), timeout=left)
    if place.scheme == "redis":
        return plain
    try:
        tls = ssl.create_default_context(cafile=None if trust is None else str(trust))
        return tls.wrap_socket(plain, server_hostname=place.host)
    except BaseException:
        plain.close()
        raise


class _Wire:
    """Asks and reads answers, within the time that the attempt has."""

    def __init__(self, connection: socket.socket, context: Context) -> None:
        self._connection, self._context, self._kept = connection, context, bytearray()

    def ask(self, *words: bytes) -> Any:
        """Return the answer to a command."""
        sent = b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%b\r\n" % (len(word), word) for word in words)
        self._connection.settimeout(self._context.remaining())
        self._connection.sendall(sent)
        return self._answer(_DEEPEST)

    def _answer(self, depth: int) -> Any:
        line = self._line()
        kind, rest = line[:1], line[1:]
        if kind == b"+" or kind == b":":
            return rest
        if kind == b"-":
            raise _ReplyError(rest.split(b" ")[0].decode("ascii", "replace")[:40])
        length = int(rest)
        if kind == b"$":
            return None if length < 0 else self._exactly(length)
        if kind == b"*" and depth:
            return None if length < 0 else [self._answer(depth - 1) for _ in range(length)]
        raise ValueError

    def _line(self) -> bytes:
        while (end := self._kept.find(b"\r\n")) < 0:
            if len(self._kept) > 65536:
                raise ValueError
            self._more()
        line = bytes(self._kept[:end])
        del self._kept[: end + 2]
        return line

    def _exactly(self, length: int) -> bytes:
        if length > _MOST:
            raise ValueError
        while len(self._kept) < length + 2:
            self._more()
        found = bytes(self._kept[:length])
        del self._kept[: length + 2]
        return found

    def _more(self) -> None:
        self._connection.settimeout(self._context.remaining())
        part = self._connection.recv(1 << 20)
        if not part:
            raise EOFError
        self._kept += part
        if len(self._kept) > _MOST + 65536:
            raise ValueError
