"""Results of other scanners: read as they are, never shown, and refused where they are none."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.probes.interface import AttemptError
from limen.probes.scan_results import Result, parse_results, read_results

GITLEAKS = [{"RuleID": "aws-access-token", "Description": "d", "StartLine": 3, "EndLine": 3, "StartColumn": 5,
             "Match": "hush", "Secret": "hush", "File": "a/b.py", "Commit": "c0ffee", "Entropy": 3.1}]  # fmt: skip
KINGFISHER = {
    "rule": {"name": "GitHub", "id": "kingfisher.github.1"},
    "finding": {"snippet": "hush", "path": "a/b.py", "line": 3, "column_start": 5, "confidence": "medium"},
}
SEMGREP = {"version": "1.1.0", "results": [{"check_id": "a.b", "path": "a/b.py", "start": {"line": 3, "col": 5},
           "extra": {"lines": "hush"}}], "errors": [], "paths": {"scanned": []}}  # fmt: skip


def sarif(**invocation: Any) -> dict[str, Any]:
    place = {"physicalLocation": {"artifactLocation": {"uri": "a/b.py"}, "region": {"startLine": 3, "startColumn": 5}}}
    result = {"ruleId": "r1", "message": {"text": "hush"}, "locations": [place],
              "partialFingerprints": {"commitSha": "c0ffee"}}  # fmt: skip
    run = {"tool": {"driver": {"name": "Gitleaks"}}, "results": [result]}
    return {"version": "2.1.0", "runs": [run | ({"invocations": [invocation]} if invocation else {})]}


@pytest.mark.parametrize(
    ("content", "tool", "rule", "commit", "secret"),
    [
        (GITLEAKS, "gitleaks", "aws-access-token", "c0ffee", "hush"),
        ([KINGFISHER], "kingfisher", "kingfisher.github.1", "", "hush"),
        ({"findings": [KINGFISHER]}, "kingfisher", "kingfisher.github.1", "", "hush"),
        (SEMGREP, "semgrep", "a.b", "", None),
        (sarif(), "gitleaks", "r1", "c0ffee", None),
    ],
)
def test_a_form(content: Any, tool: str, rule: str, commit: str, secret: str | None) -> None:
    read = parse_results(json.dumps(content).encode(), "it")
    assert read.found == (
        Result(tool=tool, rule=rule, path="a/b.py", line=3, column=5, commit=commit, secret=secret),
    )  # fmt: skip
    assert read.unfinished == ()
    assert "hush" not in repr(read)


def test_lines_of_json() -> None:
    content = "\n".join([json.dumps(KINGFISHER)] * 2).encode()
    assert len(parse_results(content, "it").found) == 2


def test_redacted_secrets_are_none() -> None:
    assert parse_results(json.dumps([GITLEAKS[0] | {"Secret": "REDACTED"}]).encode(), "it").found[0].secret is None


def test_nothing_found_is_a_result() -> None:
    assert parse_results(b"[]", "it").found == ()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (sarif(executionSuccessful=False), "gitleaks says that its run did not succeed"),
        (sarif(executionSuccessful=True, toolExecutionNotifications=[{"level": "error", "message": {"text": "hush"}}]),
         "gitleaks says that it met errors"),
        (SEMGREP | {"errors": [{"type": "Timeout", "message": "hush"}]}, "semgrep: Timeout"),
        (SEMGREP | {"errors": [{"type": ["PartialParsing", [{"path": "hush"}]]}]}, "semgrep: PartialParsing"),
        (SEMGREP | {"errors": [{"type": "hush: a line; of code"}]}, "semgrep: an error"),
    ],
)  # fmt: skip
def test_what_a_tool_did_not_see_is_told(content: Any, words: str) -> None:
    assert parse_results(json.dumps(content).encode(), "it").unfinished == (words,)


def test_what_its_tool_suppressed_is_not_counted() -> None:
    content = sarif()
    content["runs"][0]["results"][0]["suppressions"] = [{"kind": "inSource"}]
    assert parse_results(json.dumps(content).encode(), "it").found == ()


@pytest.mark.parametrize("content", [b"", b"{}", b"1", b"null", b'{"runs": [1]}', b'{"results": [1]}', b"[1]", b"[{}]x",
                                     b'[{"RuleID": 1, "File": "a"}]', b"\xff"])  # fmt: skip
def test_what_is_none_is_refused(content: bytes) -> None:
    with pytest.raises(AttemptError, match="it"):
        parse_results(content, "it")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["runs", "results", "findings", "RuleID", "File", "tool", "driver", "name", "rule", "finding",
                         "check_id", "path", "start", "line", "col", "errors", "type", "locations", "id"]),
        inner, max_size=4,
    ),
    max_leaves=20,
)  # fmt: skip


@given(json_values)
def test_no_json_makes_it_fail(value: Any) -> None:
    with contextlib.suppress(AttemptError):
        parse_results(json.dumps(value).encode(), "it")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AttemptError, match="can't be read"):
        read_results(tmp_path / "gone.json")
