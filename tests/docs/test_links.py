"""Every relative link of every Markdown file leads somewhere, to the heading too."""

from __future__ import annotations

import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from docs.pages.markdown import anchor
from tests.docs.markdown import anchors, links
from tests.needs import REPOSITORY, need_program


def markdown_files() -> list[Path]:
    """Return every Markdown file that is committed or about to be."""
    command = [str(need_program("git")), "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"]
    listed = subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True, timeout=60).stdout.decode()
    return [path for name in sorted(set(listed.split("\0")) - {""}) if (path := REPOSITORY / name).is_file()]


def test_links_and_anchors_resolve() -> None:
    broken, checked = [], 0
    known: dict[Path, set[str]] = {}
    for path in markdown_files():
        for link in links(path):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            checked += 1
            target = path.parent / unquote(parts.path) if parts.path else path
            where = f"{path.relative_to(REPOSITORY)}: {link}"
            if not target.exists() or not target.resolve().is_relative_to(REPOSITORY.resolve()):
                broken.append(where)
            elif parts.fragment:
                if target not in known:
                    known[target] = anchors(target)
                if parts.fragment not in known[target]:
                    broken.append(where)
    assert broken == []
    assert checked > 200


def test_links_to_the_outside_are_encrypted() -> None:
    plain = [f"{path.name}: {link}" for path in markdown_files() for link in links(path) if link.startswith("http://")]
    assert plain == []


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("Exit codes", "exit-codes"),
        ("`chain-mismatch`: a ledger does not verify", "chain-mismatch-a-ledger-does-not-verify"),
        ("nist-800-53r5", "nist-800-53r5"),
        ("What is not known?", "what-is-not-known"),
        ("limen check", "limen-check"),
    ],
)
def test_anchors_are_those_of_github(heading: str, expected: str) -> None:
    assert anchor(heading) == expected
