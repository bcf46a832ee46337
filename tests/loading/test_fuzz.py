"""Loading raises nothing but LimenError, whatever it is given, and what it accepts it can explain."""

from __future__ import annotations

import copy
import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from limen.errors import LimenError
from limen.loading import load
from limen.loading.building import Builder
from limen.loading.yaml_events import yaml_events
from tests.loading.support import SOUND, WHOLE, write

SECONDS = 10
"""What one small text may take on a slow machine; a text that makes loading hang takes for ever."""

WHOLE_TEXT = (WHOLE / "boundaries.yaml").read_text(encoding="utf-8")
WHOLE_PLAIN = Builder().build(yaml_events(WHOLE_TEXT))
WHOLE_PLAIN["include"] = []
WHOLE_PLAIN["components"].update(json.loads((WHOLE / "inventory.json").read_text(encoding="utf-8"))["components"])
WHOLE_PLAIN["transfers"][0]["flows"] = ["site-upload"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


def _load(folder: Path, content: bytes, name: str = "boundaries.yaml") -> bool:
    """Return whether a root is accepted; fail where anything but LimenError comes out, or loading takes too long."""
    (folder / name).write_bytes(content)
    started = time.monotonic()
    refusal: LimenError | None = None
    try:
        loaded = load(folder / name)
    except LimenError as error:
        refusal = error
    assert time.monotonic() - started < SECONDS
    if refusal is not None:
        assert refusal.exit_code == 2
        assert refusal.problems
        assert all(problem.message.isprintable() for problem in refusal.problems)
        return False
    for flow in loaded.declaration.flows:
        assert loaded.sources.locate("flows", flow.id).line > 0
    return True


@given(st.binary(max_size=200))
@example(b"")
@example(b"\xef\xbb\xbf")
@example(b"\xff\xfea\x00")
@example(b"\x00\x00\xfe\xff")
@example(b"a: \xed\xa0\x80")
@example("a: \ufeff\u2028\x85".encode())
def test_random_bytes(folder: Path, content: bytes) -> None:
    assert not _load(folder, content)
    assert not _load(folder, content, "root.json")
    (folder / "more.jsonl").write_bytes(content)
    _load(folder, b"include: [more.jsonl]\n" + SOUND.encode())


tokens = st.sampled_from(
    ["version: 1", "system:", " {id: rx}", "zones:", "flows:", "\n", "\n  ", "\n    ", "- ", "{", "}", "[",
    "]", ", ", ": ",
     "&a ", "*a", "!!str ", "<<", "? ", "| \n", "> ", "'", '"', "#", "~", "null", "1.5", "x", "id: y", "\t",
     "%YAML 1.2\n",
     "---", "...", "\\", "\u202e", "\x1b", "é", "💊", "@", "`", "-", "true", "include: [",
     "include: ['**']", "0x", "\r"]
)  # fmt: skip


@given(st.lists(tokens, max_size=30).map("".join))
def test_random_text_that_looks_like_yaml(folder: Path, text: str) -> None:
    _load(folder, text.encode())


@given(st.integers(0, len(WHOLE_TEXT)), st.integers(0, 40), st.lists(tokens, max_size=2).map("".join))
def test_a_text_that_is_cut_and_patched(folder: Path, start: int, length: int, patch: str) -> None:
    _load(folder, (WHOLE_TEXT[:start] + patch + WHOLE_TEXT[start + length :]).replace("include:", "#").encode())


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for name, part in steps for found in _paths(part, (*path, name)))]


PATHS = [path for path in _paths(WHOLE_PLAIN) if path]
odd = st.sampled_from(
    [
        None,
        1.5,
        -1,
        2**70,
        True,
        "",
        "x",
        "a\nb",
        "<b>",
        "\x1b[31m",
        "\u202e",
        "é" * 5000,
        [],
        {},
        [[]],
        {"a": {}},
        "key:x",
    ]
) | st.sampled_from(PATHS).map(lambda path: path[-1])


def _mutate(value: Any, path: tuple[Any, ...], action: str, new: Any) -> None:
    for step in path[:-1]:
        if not isinstance(value, (dict, list)) or (
            isinstance(value, list) and (not isinstance(step, int) or step >= len(value))
        ):
            return
        value = value.get(step) if isinstance(value, dict) else value[step]
    if isinstance(value, dict):
        if action == "set":
            value[path[-1]] = new
        elif action == "drop":
            value.pop(path[-1], None)
        else:
            value[str(new)[:200]] = value.pop(path[-1], new)
    elif isinstance(value, list) and isinstance(path[-1], int):
        if action == "drop":
            del value[path[-1] : path[-1] + 1]
        else:
            value.insert(
                path[-1], new if action == "set" else copy.deepcopy(value[path[-1] % len(value)] if value else new)
            )


@given(
    st.lists(st.tuples(st.sampled_from(PATHS), st.sampled_from(["set", "drop", "rename"]), odd), min_size=1, max_size=3)
)
def test_a_valid_declaration_with_structural_mutations(folder: Path, mutations: list[tuple[Any, str, Any]]) -> None:
    value = copy.deepcopy(WHOLE_PLAIN)
    for path, action, new in mutations:
        _mutate(value, path, action, copy.deepcopy(new))
    text = json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass")
    as_json = _load(folder, text, "root.json")
    as_yaml = _load(folder, text)
    assert as_json == as_yaml


def test_what_is_mutated_is_valid_before(folder: Path) -> None:
    assert _load(folder, json.dumps(WHOLE_PLAIN).encode(), "root.json")
    assert _load(write(folder).parent, SOUND.encode())
