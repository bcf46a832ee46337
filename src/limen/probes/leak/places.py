"""Where canaries can be looked for, by the endpoint's scheme."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec
from msgspec import UNSET

from limen.probes.interface import AttemptError, Context, Target
from limen.probes.leak.searching import Search

_FORMS = "file:PATH, postgresql://HOST/DATABASE, redis://HOST, https://HOST/BUCKET/PREFIX"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Somewhere that is searched."""

    scheme: str
    """file, postgresql, redis, rediss, https or http."""
    endpoint: str
    host: str = ""
    port: int = 0
    """0 where the endpoint names none."""
    path: str = ""
    """Path of a file; else what the URL has behind its host, without the slash."""
    credential: str = ""
    """A reference; empty where none is declared."""


def place_of(endpoint: str, credential: str = "") -> Place:
    """Return what an endpoint names; raises AttemptError where it has no known form."""
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port or 0
    except ValueError:
        raise AttemptError(f"the endpoint is no address: one of {_FORMS} is expected") from None
    if parts.username or parts.password:
        raise AttemptError("a credential has no place in an endpoint; refer to it by credential")
    if parts.scheme == "file" and (parts.path or host):
        path = unquote(endpoint.partition(":")[2].removeprefix("//"))
        return Place(scheme="file", endpoint=endpoint, path=path)
    if not parts.scheme and endpoint:
        return Place(scheme="file", endpoint=endpoint, path=endpoint)
    scheme = "postgresql" if parts.scheme == "postgres" else parts.scheme
    if scheme in ("postgresql", "redis", "rediss", "https", "http") and host:
        path = unquote(parts.path.lstrip("/"))
        return Place(scheme=scheme, endpoint=endpoint, host=host, port=port, path=path, credential=credential)
    raise AttemptError(f"the endpoint names nothing that can be searched: one of {_FORMS} is expected")


def look(search: Search, place: Place, target: Target, context: Context) -> None:
    """Look for canaries in a place; raises AttemptError where it can't be looked through at all."""
    trust = None if target.options.trust is UNSET else target.folder / target.options.trust
    if place.scheme == "file":
        from limen.probes.leak.files import look_in_files

        look_in_files(search, target.folder / Path(place.path), context)
    elif place.scheme == "postgresql":
        from limen.probes.leak.tables import look_in_tables

        look_in_tables(search, place, trust, context)
    elif place.scheme in ("redis", "rediss"):
        from limen.probes.leak.redis import look_in_redis

        look_in_redis(search, place, trust, context)
    else:
        from limen.probes.leak.objects import look_in_objects

        look_in_objects(search, place, trust, context)
