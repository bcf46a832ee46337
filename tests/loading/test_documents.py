"""Other documents of limen: the same parser, places and errors for any struct."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import pytest

from limen.errors import DeclarationError
from limen.loading import load_document
from tests.loading.support import shown


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry."""

    name: str
    days: Annotated[int, msgspec.Meta(ge=1, le=9)] = 1


class Book(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A document."""

    entries: tuple[Entry, ...]


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("book.yaml", "entries:\n  - {name: one}\n  - name: two\n    days: 3\n", "book.yaml:4:11"),
        ("book.json", '{"entries": [{"name": "one"},\n {"name": "two", "days": 3}]}', "book.json:2:26"),
    ],
)
def test_value_and_places(tmp_path: Path, name: str, text: str, place: str) -> None:
    (tmp_path / name).write_text(text)
    book, locate = load_document(tmp_path / name, Book, name)
    assert book == Book(entries=(Entry("one"), Entry("two", 3)))
    assert str(locate("entries", 1, "days")) == place
    assert str(locate()) == f"{name}:1:1"
    assert locate("entries", 0, "name", key=True).length == len("name") + 2 * name.endswith("json")


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("", ["b.yaml:1:1: the file is empty"]),
        ("# nothing\n", ["b.yaml:1:1: the file is empty"]),
        ("null\n", ["b.yaml:1:1: null is not allowed"]),
        ("[]\n", ["b.yaml:1:1: expected a mapping with entries; found an empty list"]),
        ("entries: [", ["b.yaml:1:11: the text ends too early: something was opened and never closed"]),
        (
            "entries: [{nam: x, days: 10}, {name: 7}]\nentries: []\n",
            [
                'b.yaml:1:12: entries[0].nam: unknown field "nam"',
                "b.yaml:1:11: entries[0]: the field name is missing",
                "b.yaml:1:26: entries[0].days: expected an integer from 1 to 9; found 10",
                "b.yaml:1:38: entries[1].name: expected text; found 7",
                'b.yaml:2:1: "entries" is given twice; first on line 1',
            ],
        ),
    ],
)
def test_problems(tmp_path: Path, text: str, messages: list[str]) -> None:
    (tmp_path / "b.yaml").write_text(text)
    with pytest.raises(DeclarationError) as caught:
        load_document(tmp_path / "b.yaml", Book, "b.yaml")
    assert sorted(shown(list(caught.value.problems))) == sorted(messages)


def test_a_document_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="can't be read: No such file or directory"):
        load_document(tmp_path / "b.yaml", Book)
