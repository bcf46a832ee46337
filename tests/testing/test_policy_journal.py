"""The journal of `limen mutate policy`: whatever lies there, it is read, or refused in words."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.errors import UsageError
from limen.testing.declaration_journal import Journal as DeclarationJournal
from limen.testing.policy_journal import Journal, tool_digest
from limen.testing.policy_results import Outcome, TargetResult

OUTCOME = Outcome(
    id="a.b/c/bend/0123456789", operator="bend", file="f", line=1, column=2, before="x", after="y", fate="killed"
)


def result(journal: Journal, name: str = "transit.mine", of: str = "its digest") -> TargetResult:
    return TargetResult(target=name, digest=journal.key(of), outcomes=(OUTCOME,))


def test_what_was_added_is_known(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "journal.jsonl"
    first = Journal(path, "tool", resume=False)
    first.add(result(first))
    first.close(complete=False)
    second = Journal(path, "tool", resume=True)
    assert second.result("transit.mine", "its digest") == result(second)
    assert second.result("transit.mine", "another digest") is None
    assert second.result("transit.other", "its digest") is None
    second.close(complete=True)
    assert not path.parent.exists() or list(path.parent.iterdir()) == []


def test_another_tool_knows_nothing(tmp_path: Path) -> None:
    first = Journal(tmp_path / "journal.jsonl", "tool", resume=False)
    first.add(result(first))
    first.close(complete=False)
    assert Journal(tmp_path / "journal.jsonl", "newer tool", resume=True).result("transit.mine", "its digest") is None


def test_without_resume_all_begins_anew(tmp_path: Path) -> None:
    first = Journal(tmp_path / "journal.jsonl", "tool", resume=False)
    first.add(result(first))
    first.close(complete=False)
    assert Journal(tmp_path / "journal.jsonl", "tool", resume=False).known == {}
    assert (tmp_path / "journal.jsonl").read_bytes() == b""


def test_a_folder_that_was_there_stays(tmp_path: Path) -> None:
    Journal(tmp_path / "journal.jsonl", "tool", resume=False).close(complete=True)
    assert list(tmp_path.iterdir()) == []


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """A repository may hold links to wherever they like."""
    precious = tmp_path / "precious"
    precious.write_text("mine", encoding="utf-8")
    (tmp_path / "journal.jsonl").symlink_to(precious)
    for resume in (False, True):
        with pytest.raises(UsageError, match="can't be used"):
            Journal(tmp_path / "journal.jsonl", "tool", resume=resume)
    with pytest.raises(UsageError, match="can't be used"):
        DeclarationJournal(tmp_path / "journal.jsonl", "digest", resume=False)
    assert precious.read_text(encoding="utf-8") == "mine"


def test_engine_and_deadline_are_part_of_the_tool() -> None:
    assert len({tool_digest("regorus 1", 10), tool_digest("regorus 2", 10), tool_digest("regorus 1", 9)}) == 3


def test_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can't be used"):
        Journal(tmp_path, "tool", resume=False)


LINES = st.lists(
    st.one_of(
        st.binary(max_size=40),
        st.just(msgspec.json.encode(TargetResult(target="a.b", digest="d", outcomes=(OUTCOME,)))),
        st.just(b'{"target": "a.b", "digest": 1}'),
    ),
    max_size=5,
)


@given(LINES)
def test_any_bytes_are_read_or_refused(lines: list[bytes]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "journal.jsonl"
        path.write_bytes(b"\n".join(lines))
        try:
            journal = Journal(path, "tool", resume=True)
        except UsageError:
            return
        assert set(journal.known) <= {"a.b"}
        journal.close(complete=False)
