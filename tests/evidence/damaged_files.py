"""Every file of a pack, and every damage that can be done to a file."""

from __future__ import annotations

import subprocess
import zipfile
from collections.abc import Iterator

from tests.evidence.makings import KEPT, STATEMENT, Case, Makings, zipped
from tests.evidence.sealing import Files

KEPT_FILES = {path for path, _ in KEPT}


def by_file(made: Makings, kind: str, files: Files) -> Iterator[Case]:
    """Yield, for every file of a pack, each damage that can be done to a file."""
    names = sorted(files)

    def case(what: str, name: str, changed: Files, check: str, file: str) -> Case:
        title = f"{kind}: {what} {name}"
        return Case(title, made.put(title, changed), {"trust": made.trust}, check, file)

    for number, name in enumerate(names):
        content = files[name]
        check, file = blamed(files, name, kind)
        middle = len(content) // 2
        at = len(content) - 9 if name.endswith(".tsr") else middle  # where the authority's signature is
        flipped = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :] if content else b"\n"
        if name in (STATEMENT, "envelope/leaves.jsonl") or "/signatures/" in name:
            flipped = b"\0" + content[1:]
        yield case("flip a bit of", name, {**files, name: flipped}, check, file)
        if content:
            cut = ("core-format", name) if kind == "redacted" and name.startswith("core/") else (check, file)
            yield case("truncate", name, {**files, name: content[:middle]}, *cut)
        without = {other: there for other, there in files.items() if other != name}
        yield case("remove", name, without, *removed(files, name, kind))
        beside = f"{name}.more"
        yield case("add one beside", name, {**files, beside: content}, *added(files, beside, kind))
        renamed = {**without, f"{name}.renamed": content}
        yield case("rename", name, renamed, *added(files, f"{name}.renamed", kind))
        partner = next(
            other
            for other in [*names[number + 1 :], *names]
            if files[other] != content and other != "SHA256SUMS" and alike(other, name, kind)
        )
        swapped = {**files, name: files[partner], partner: content}
        yield case(f"swap {partner} with", name, swapped, check, file)


def alike(one: str, other: str, kind: str) -> bool:
    """Return whether two files of a redacted pack have leaves of one sort; of a whole one any two will do."""
    sort = (one.startswith("core/"), one.endswith(".jsonl"))
    return kind == "whole" or sort == (other.startswith("core/"), other.endswith(".jsonl")) or not sort[0]


def is_summed(name: str) -> bool:
    return not name.startswith(("SHA256SUMS", STATEMENT, "envelope/signatures", "envelope/timestamps/"))


def blamed(files: Files, name: str, kind: str) -> tuple[str, str]:
    """Return which check names a file whose content was changed, and how it names it."""
    for start, check in (
        (STATEMENT, "statement"),
        ("envelope/signatures/", "e-signatures"),
        ("envelope/signatures.pdf", "manifestation"),
        ("envelope/timestamps/", "timestamps"),
        ("SHA256SUMS", "statement"),
    ):
        if name.startswith(start):
            return check, name
    if kind == "whole":
        return "sums", name
    if name in ("envelope/leaves.jsonl", "envelope/redaction.json"):
        return "redaction", name
    if name.startswith("core/"):
        return "tree", "core/"
    return "statement", name


def removed(files: Files, name: str, kind: str) -> tuple[str, str]:
    """Return which check names a file that was removed."""
    if name.startswith("envelope/signatures/"):
        return "timestamps", name
    if name.startswith(("envelope/signatures.pdf", "envelope/timestamps/")):
        return blamed(files, name, kind)
    if kind == "redacted" and name in set(KEPT_FILES):
        return "redaction", name
    if kind == "redacted" and name == "envelope/leaves.jsonl":
        return "files", name
    return ("sums" if kind == "whole" and is_summed(name) else "files"), name


def added(files: Files, name: str, kind: str) -> tuple[str, str]:
    """Return which check names a file that was added."""
    if name.startswith(("core/inputs/declaration/", "core/inputs/policies/", "core/inputs/own/")):
        return ("sums", name) if kind == "whole" else ("redaction", name)
    return "files", name


def containers_of(made: Makings) -> Iterator[Case]:
    """Yield packs whose folder or zip is not what it seems."""
    arguments = {"trust": made.trust}
    plain = made.plain
    packs = made.folder / "packs"
    name = "core/assessment.json"
    better = plain[name].replace(b'"exit_code":1', b'"exit_code":0')
    for title, entries in (
        ("a zip with a file twice, the better one last", [*plain.items(), (name, better)]),
        ("a zip with a file twice, the better one first", [(name, better), *plain.items()]),
    ):
        yield Case(title, zipped(packs / f"{title}.zip", entries), arguments, "files", name)
    title = "a zip with a name that leads elsewhere"
    entries = [*plain.items(), ("../../core/assessment.json", better)]
    yield Case(title, zipped(packs / f"{title}.zip", entries), arguments, "files", "../../core/assessment.json")
    link = zipfile.ZipInfo("core/inputs/own/0/link.rego")
    link.external_attr = 0o120777 << 16
    title = "a zip with a link"
    entries = [*plain.items(), (link, b"/etc/passwd")]
    yield Case(title, zipped(packs / f"{title}.zip", entries), arguments, "files", link.filename)
    title = "a zip with a changed file"
    entries = [*{**plain, "VERIFY.md": b"# Trust us\n"}.items()]
    yield Case(title, zipped(packs / f"{title}.zip", entries), arguments, "sums", "VERIFY.md")
    title = "a zip with names that differ in case alone"
    entries = [*plain.items(), ("core/Assessment.json", better)]
    yield Case(title, zipped(packs / f"{title}.zip", entries), arguments, "files", name)
    title = "a folder with a link in place of a file"
    place = made.put(title, plain)
    (place / "core/notes.json").unlink()
    (place / "core/notes.json").symlink_to("vanished.json")
    yield Case(title, place, arguments, "files", "core/notes.json")
    title = "a folder with a pipe"
    place = made.put(title, plain)
    subprocess.run(["mkfifo", str(place / "core/inputs/own/0/pipe.rego")], check=True)
    yield Case(title, place, arguments, "files", "core/inputs/own/0/pipe.rego")
    title = "a folder with a hidden file"
    yield Case(title, made.put(title, {**plain, "core/.hidden": b""}), arguments, "files", "core/.hidden")
