"""Markdown files of this repository, read with a real parser: blocks, links and headings."""

from __future__ import annotations

import itertools
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

from docs.pages.markdown import anchor

_PARSER = MarkdownIt("commonmark").enable("table")


class Block(NamedTuple):
    """A fenced block."""

    language: str
    title: str
    """The file that it shows (``title=…`` after the language), or empty."""
    text: str
    line: int
    """Line of its fence, from 1."""


def tokens(path: Path) -> list[Token]:
    """Return a file's block tokens."""
    return _PARSER.parse(path.read_text(encoding="utf-8"))


def blocks(path: Path) -> list[Block]:
    """Return a file's fenced blocks in order."""
    found = []
    for token in tokens(path):
        if token.type == "fence":
            language, *attributes = shlex.split(token.info) or [""]
            named = dict(attribute.partition("=")[::2] for attribute in attributes)
            assert set(named) <= {"title"}, f"{path}: unknown attribute in ```{token.info}"
            assert token.map is not None
            found.append(Block(language, named.get("title", ""), token.content, token.map[0] + 1))
    return found


def links(path: Path) -> Iterator[str]:
    """Yield the target of every link and image."""
    for token in tokens(path):
        for child in token.children or []:
            if child.type == "link_open":
                yield str(child.attrs["href"])
            elif child.type == "image":
                yield str(child.attrs["src"])


def anchors(path: Path) -> set[str]:
    """Return the anchors of a file's headings, as GitHub makes them: a repeated one gets -1, -2, …"""
    seen: dict[str, int] = {}
    found = set()
    every = tokens(path)
    for token, inline in itertools.pairwise(every):
        if token.type == "heading_open":
            shown = "".join(child.content for child in inline.children or [])
            name = anchor(shown)
            count = seen.get(name, 0)
            seen[name] = count + 1
            found.add(f"{name}-{count}" if count else name)
    return found


def codes(path: Path) -> Iterator[str]:
    """Yield every piece of inline code."""
    for token in tokens(path):
        for child in token.children or []:
            if child.type == "code_inline":
                yield child.content
