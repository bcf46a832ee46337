"""The tree is the one that the format describes: held against a second writing of it."""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.evidence.layout import tree_order
from limen.evidence.reading import open_pack
from limen.evidence.tree import core_tree, leaves_of
from tests.evidence import oracle

SECRET = bytes(range(32))
FILES = {
    "core/assessment.json": b'{"a":1}',
    "core/rules.jsonl": b"{}\n{}\n",
    "core/decisions.jsonl": b"a\nb\nc\n",
    "core/claims.jsonl": b"",
    "core/inputs/declaration/zone \u00e4.yaml": b"x: 1\n",
    "core/inputs/observations/raw.jsonl": b"one\ntwo\n",
    "reports/limen.json": b"not in the tree",
    "VERIFY.md": b"nor this",
}


def test_the_root_is_the_oracles(tmp_path: Path) -> None:
    tree = core_tree(FILES, SECRET)
    assert tree.hashes == oracle.hashes(FILES, SECRET)
    assert tree.root == oracle.root_of(tree.hashes)
    assert (tree.size, tree.public_size) == (8, 6)
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    with open_pack(tmp_path) as files:
        assert core_tree(files, SECRET) == tree


def test_leaves_say_what_they_are() -> None:
    said = [(kind, path, index) for kind, path, index, _ in leaves_of(FILES, SECRET)]
    assert said == [(kind, path, index) for kind, path, index, _ in oracle.contents(FILES)]
    assert said[-1] == ("file", "core/inputs/observations/raw.jsonl", 0)  # lines are leaves directly in core alone


def test_one_leaf_by_its_letters() -> None:
    content = hashlib.sha256(b"b").hexdigest()
    said = json.dumps({"content": content, "index": 1, "path": "core/decisions.jsonl", "type": "record"})
    salt = oracle.salt_of(SECRET, "core/decisions.jsonl", 1)
    leaf = hashlib.sha256(b"\0" + salt + said.replace(" ", "").encode()).digest()
    assert list(leaves_of(FILES, SECRET))[4][3] == leaf


def test_a_record_without_an_end_has_no_leaf() -> None:
    with pytest.raises(ValueError, match="no end"):
        core_tree({**FILES, "core/claims.jsonl": b"{}"}, SECRET)


@given(
    st.dictionaries(
        st.text(st.characters(blacklist_categories=["Cs"]), min_size=1).map("core/inputs/own/".__add__),
        st.binary(max_size=20),
        max_size=8,
    ),
    st.binary(min_size=32, max_size=32),
)
def test_any_names_and_bytes(files: dict[str, bytes], secret: bytes) -> None:
    assert tree_order(files) == oracle.order(files)
    assert core_tree(files, secret).hashes == oracle.hashes(files, secret)


def test_each_part_of_a_pack_matters_to_the_root() -> None:
    known = core_tree(FILES, SECRET).root
    for name, content in FILES.items():
        changed = {**FILES, name: content + b"x\n"}
        assert (core_tree(changed, SECRET).root == known) is (not name.startswith("core/"))
        without = {other: kept for other, kept in FILES.items() if other != name}
        assert (core_tree(without, SECRET).root == known) is (not name.startswith("core/") or not content)
    assert core_tree(FILES, bytes(32)).root != known


def test_300_000_leaves_take_about_a_second() -> None:
    line = b'{"decision":0,"id":"00000000-0000-0000-0000-000000000000","reason":"","results":[]}\n'
    files = {"core/details.jsonl": line * 300_000}
    began = time.process_time()
    assert core_tree(files, SECRET).size == 300_000
    assert time.process_time() - began < 4  # about 1 on an idle machine
