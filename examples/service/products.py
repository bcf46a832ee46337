"""The product directory: a made-up one in the format of FDA's, published anew each time that the service starts.

A real service fetches product.txt and package.txt from FDA each day, and keeps what `sync_directory` gives it.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from limen.controls.ingress.directory import Directory
from limen.controls.ingress.directory_sync import directory_digest, sync_directory

_HERE = Path(__file__).resolve().parent / "directory"


def directory(folder: Path, now: datetime) -> Directory:
    """Return the directory, kept in a folder with its digest and date."""
    product, package = ((_HERE / name).read_bytes() for name in ("product.txt", "package.txt"))
    digest = directory_digest(product, package)
    return sync_directory(
        folder / "directory", product, package, dated=now, digest=digest, source="examples/service", now=now
    )
