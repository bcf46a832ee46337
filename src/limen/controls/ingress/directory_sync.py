"""A directory on disk: both files, their digests and their date in one manifest, replaced at once or not at all.

    folder/directory.json   {"dated", "digest", "format", "package", "packages", "product", "source", "synced"}
    folder/<digest>.product.txt, folder/<digest>.package.txt

Only the manifest says which files count, and it is renamed into place when they are on disk. A sync that would lose
more products than allowed is refused: half a download says "unregistered" for the other half (NIST SP 800-53 SI-10).
"""

from __future__ import annotations

import datetime
import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import Any

from limen.controls.ingress.directory import Directory, DirectoryError
from limen.controls.ingress.directory_files import MOST_BYTES, read_packages
from limen.errors import Problem
from limen.integrity.canonical import canonical
from limen.integrity.instants import instant, instant_text
from limen.integrity.strict_json import strict_json

FORMAT = "limen-ndc-directory-v1"
MANIFEST = "directory.json"
MOST_SHRINK = 0.02
"""Share of the packages that a sync may lose unless more is allowed."""
_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)
_MEMBERS = {"dated", "digest", "format", "package", "packages", "product", "source", "synced"}


def directory_digest(product: bytes, package: bytes) -> str:
    """Return the digest of a directory, 64 hex digits: SHA-256 over the canonical JSON of both files' digests."""
    return hashlib.sha256(
        canonical({"package": hashlib.sha256(package).hexdigest(), "product": hashlib.sha256(product).hexdigest()})
    ).hexdigest()


def sync_directory(
    folder: Path,
    product: bytes,
    package: bytes,
    *,
    dated: datetime.datetime,
    digest: str,
    source: str,
    now: datetime.datetime,
    most_shrink: float = MOST_SHRINK,
) -> Directory:
    """Keep both files in a folder as the directory of a date, and return it.

    `dated` is when FDA published them, `digest` what whoever fetched them computed. Raises DirectoryError where they
    have another digest, can't be read, are dated ahead of the clock or before those that are there, or have fewer
    packages than those by more than `most_shrink`; then nothing is changed.
    """
    if directory_digest(product, package) != digest:
        raise DirectoryError(Problem(message="the directory's files have another digest than was given"))
    found = Directory(read_packages(product, package), dated=dated, digest=digest)
    if dated > now:
        raise DirectoryError(Problem(message="the directory is dated ahead of the clock"))
    previous = ""
    if (folder / MANIFEST).exists():
        before = _manifest(folder)
        previous = before["digest"]
        if dated < instant(before["dated"]):
            raise DirectoryError(Problem(message="the directory is older than the one that is there"))
        if len(found) < before["packages"] * (1 - most_shrink):
            lost = f"{before['packages'] - len(found)} of {before['packages']}"
            hint = "compare both; allow more with most_shrink if FDA really took them out"
            raise DirectoryError(Problem(message=f"the directory would lose {lost} packages", hint=hint))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        names = {kind: f"{digest}.{kind}.txt" for kind in ("product", "package")}
        _write(folder / names["product"], product)
        _write(folder / names["package"], package)
        manifest = {
            **names,
            "dated": instant_text(dated),
            "digest": digest,
            "format": FORMAT,
            "packages": len(found),
            "source": source,
            "synced": instant_text(now),
        }
        _write(folder / MANIFEST, canonical(manifest) + b"\n")
        _sync_folder(folder)
        _clear(folder, keep={digest, previous})
    except OSError as error:
        raise DirectoryError(Problem(message=f"the directory can't be kept: {error.strerror}")) from None
    return found


def load_directory(folder: Path, *, now: datetime.datetime, oldest: datetime.timedelta, digest: str = "") -> Directory:
    """Return the directory of a folder, its files checked against the manifest's digest.

    Raises DirectoryError where it is missing or damaged, older than `oldest`, or has another digest than the one that
    is declared (`digest`, where there is one).
    """
    manifest = _manifest(folder)
    if digest and manifest["digest"] != digest:
        raise DirectoryError(Problem(message="the directory has another digest than the declared one"))
    product, package = _read(folder / manifest["product"]), _read(folder / manifest["package"])
    if directory_digest(product, package) != manifest["digest"]:
        raise DirectoryError(Problem(message="the directory's files are not those of its manifest", hint="sync again"))
    dated = instant(manifest["dated"])
    found = Directory(read_packages(product, package), dated=dated, digest=manifest["digest"], oldest=oldest)
    found.check(now)
    return found


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        value = strict_json(_read(folder / MANIFEST))
        good = (
            isinstance(value, dict)
            and value.keys() == _MEMBERS
            and value["format"] == FORMAT
            and isinstance(value["digest"], str)
            and _HEX.fullmatch(value["digest"]) is not None
            and value["product"] == f"{value['digest']}.product.txt"
            and value["package"] == f"{value['digest']}.package.txt"
            and type(value["packages"]) is int
            and all(isinstance(value[name], str) for name in ("source", "synced", "dated"))
        )
        if good:
            instant(value["dated"])
            return dict(value)
    except ValueError:
        pass
    raise DirectoryError(Problem(message="the directory has no manifest that can be read", hint="sync it"))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise DirectoryError(
            Problem(message=f"the directory can't be read: {error.strerror}", hint="sync it")
        ) from None


def _write(path: Path, content: bytes) -> None:
    """Write a file so that it is whole or not there: beside it, to disk, then renamed."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".sync-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _clear(folder: Path, keep: set[str]) -> None:
    """Remove files of directories that no manifest names; the previous one stays for whoever is reading it."""
    for path in folder.glob("*.txt"):
        name = path.name.partition(".")[0]
        if _HEX.fullmatch(name) and name not in keep:
            path.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
