"""The runner of documents sees a lie when it is told one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.console import commands, edited, matches, rewritten, run
from tests.docs.markdown import Block


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ([], [], True),
        ([], ["a"], False),
        (["a"], [], False),
        (["a"], ["a "], True),
        (["a"], ["b"], False),
        (["a.c"], ["abc"], False),
        (["…"], [], True),
        (["…"], ["a", "b"], True),
        (["…", "b"], ["a", "b"], True),
        (["…", "b"], ["a", "c"], False),
        (["  …", "b"], ["a", "b"], True),
        (["a", "…"], ["a"], True),
        (["a … c"], ["a b c"], True),
        (["a … c"], ["a b", "c"], False),
        (["a", "", "b"], ["a", "b"], False),
        (["a", "", "b"], ["a", "", "b"], True),
    ],
)
def test_what_is_shown_is_compared_with_what_is_printed(shown: list[str], printed: list[str], same: bool) -> None:
    assert matches(shown, printed) is same


def test_commands_come_with_what_they_print() -> None:
    block = Block("console", "", "$ a\nb\n\n$ c\n", 7)
    assert [(one.text, one.shown, one.line) for one in commands(block)] == [("a", ["b", ""], 8), ("c", [], 11)]
    block = Block("console", "", "$ a \\\n  b\nc\n$ d\n", 7)
    assert [(one.text, one.shown, one.line) for one in commands(block)] == [("a \\\n  b", ["c"], 8), ("d", [], 11)]
    with pytest.raises(AssertionError, match="line 8: output before a command"):
        commands(Block("console", "", "a\n$ b\n", 7))


@pytest.mark.parametrize("text", ["pip install limen", "git clone https://host.example/limen"])
def test_only_what_is_listed_is_skipped(text: str) -> None:
    assert [one.skipped for one in commands(Block("console", "", f"$ {text}\n$ limen check\n", 1))] == [True, False]


def test_an_edit_must_fit_exactly_once() -> None:
    assert edited("a\nb\nc\n", "-b\n+d\n") == "a\nd\nc\n"
    assert edited("a\nb\n\nb\n", " a\n-b\n+d\n") == "a\nd\n\nb\n"
    for text, diff in (("a\nb\nb\n", "-b\n+d\n"), ("a\n", "-b\n+d\n"), ("a\n", " a\n"), ("a\n", "b\n")):
        with pytest.raises(AssertionError):
            edited(text, diff)


DOCUMENT = """\
```yaml title=a.yaml
one: 1
```
```diff title=a.yaml
-one: 1
+one: 2
```
```console
$ mkdir folder && cd folder
$ cat ../a.yaml
one: 2
$ false
$ echo $?
1
$ pip install limen
```
"""


def test_a_document_is_done_step_by_step(tmp_path: Path) -> None:
    path = tmp_path / "document.md"
    here = tmp_path / "here"
    here.mkdir()
    path.write_text(DOCUMENT, encoding="utf-8")
    assert run(path, here) == []


def test_a_document_that_is_wrong_is_told_where(tmp_path: Path) -> None:
    path = tmp_path / "document.md"
    here = tmp_path / "here"
    here.mkdir()
    path.write_text(DOCUMENT.replace("one: 2\n$", "one: 3\n$"), encoding="utf-8")
    (difference,) = run(path, here)
    assert str(difference).splitlines() == ["line 10: $ cat ../a.yaml", "shown:", "one: 3", "printed:", "one: 2"]


def test_a_document_is_rewritten_where_it_differs_and_nowhere_else(tmp_path: Path) -> None:
    path = tmp_path / "document.md"
    path.write_text(DOCUMENT.replace("one: 2\n$", "one: 3\nmore\n$").replace("$?\n1", "$?\n…"), encoding="utf-8")
    here = tmp_path / "here"
    here.mkdir()
    text = path.read_text(encoding="utf-8")
    assert rewritten(text, run(path, here)) == DOCUMENT.replace("$?\n1", "$?\n…")
