"""The objects of a bucket below a prefix, read in ranges."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast
from urllib.parse import urlsplit

from limen.adapters.bounded_http import BoundsError, trusting
from limen.adapters.object_stores.s3 import AwsService, aws_keys
from limen.adapters.object_stores.store import ObjectStoreError
from limen.probes.interface import AttemptError, Context
from limen.probes.leak.places import Place
from limen.probes.leak.searching import CHUNK, Search
from limen.probes.leak.tables import secret_of
from limen.probes.leak.unpacking import look_within

_MOST_OBJECTS = 100_000
"""Objects below a prefix at most."""


def look_in_objects(search: Search, place: Place, trust: Path | None, context: Context) -> None:
    """Look through the latest version of each object below a prefix; one that may not be read is unread.

    Raises AttemptError where the bucket can't be listed.
    """
    bucket, _, prefix = place.path.partition("/")
    address = f"{place.scheme}://{urlsplit(place.endpoint).netloc}"

    def deadline() -> float:
        context.pace(place.host)
        return time.monotonic() + context.remaining(60.0)

    try:
        keys = aws_keys(secret_of(place, context).reveal())
        store = AwsService("s3", address, keys, tls=trusting(trust), deadline=deadline)
        for listed, (key, size) in enumerate(_keys(store, bucket, prefix), 1):
            if listed > _MOST_OBJECTS:
                raise AttemptError(f"there are more than {_MOST_OBJECTS:,} objects; narrow the prefix")
            try:
                _look(search, store, bucket, key, size, context)
            except _UnreadError:
                search.unread += 1
    except (ObjectStoreError, BoundsError) as error:
        raise AttemptError(error.reason, again=error.again) from None


def _look(search: Search, store: AwsService, bucket: str, key: str, size: int, context: Context) -> None:
    with tempfile.SpooledTemporaryFile(max_size=64 << 20) as spool:
        for chunk in _content(store, bucket, key, size):
            spool.write(chunk)
        spool.seek(0)
        look_within(search, key, cast(IO[bytes], spool), context)


class _UnreadError(Exception):
    """An object that may not be read."""


def _keys(store: AwsService, bucket: str, prefix: str) -> Iterator[tuple[str, int]]:
    after: dict[str, str] = {}
    while True:
        answer = store.ask("list_objects_v2", Bucket=bucket, Prefix=prefix, **after)
        if answer.code:
            raise AttemptError(f"the bucket {bucket} can't be listed: {answer.code}")
        for one in answer.content.get("Contents") or ():
            yield str(one.get("Key", "")), int(one.get("Size") or 0)
        token = answer.content.get("NextContinuationToken")
        if not answer.content.get("IsTruncated") or not token:
            return
        after = {"ContinuationToken": str(token)}


def _content(store: AwsService, bucket: str, key: str, size: int) -> Iterator[bytes]:
    for start in range(0, size, CHUNK):
        last = min(size, start + CHUNK) - 1
        answer = store.ask("get_object", Bucket=bucket, Key=key, Range=f"bytes={start}-{last}")
        if answer.code:
            raise _UnreadError
        yield str(answer.content.get("Body", "")).encode("latin-1", "replace")
