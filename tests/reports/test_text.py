"""Text for a terminal: grouped by crossing, worst first, cut with a count."""

from __future__ import annotations

import re
import time

import msgspec
import pytest

from limen.errors import Location
from limen.records.assessment import Assessment
from limen.reports import Options
from limen.reports.text import MOST, MOST_ALIKE, render
from tests.reports.building import conforming, finding, many, sample


def text(assessment: Assessment, **options: object) -> str:
    return render(assessment, Options(**options)).decode()  # type: ignore[arg-type]


def test_groups_come_worst_first_and_accepted_ones_last() -> None:
    heads = [line for line in text(sample()).splitlines()[3:] if line and not line.startswith((" ", "note", "dev"))]
    assert heads[:6] == [
        "title of key:phi-data-key",
        "store: title of flow:store",
        "site-upload: title of flow:site-upload",
        f"title of waiver:{7:032x}",
        "title of component:gateway",
        "title of component:sponsor",
    ]


def test_findings_of_a_group_come_worst_first() -> None:
    rows = (
        finding("a.low", "flow:x", number=1, severity="low", crossing="x"),
        finding("a.gap", "flow:x", number=2, status="not_assessed", crossing="x"),
        finding("a.waived", "flow:x", number=3, severity="critical", crossing="x", disposition="waived"),
        finding("a.critical", "flow:x", number=4, severity="critical", crossing="x"),
        finding("a.error", "flow:x", number=5, status="error", severity="low", crossing="x"),
    )
    rules = [line.split()[1] for line in text(sample(findings=rows)).splitlines() if re.match(r"  \w+ +a\.", line)]
    assert rules == ["a.error", "a.critical", "a.low", "a.waived"]
    assert "  not assessed a.gap  " in text(sample(findings=rows))


def test_each_finding_has_one_remedy() -> None:
    found = text(sample())
    assert found.count("               fix: Mend ") == len(sample().findings)


def test_colour_and_links_only_where_allowed() -> None:
    there = msgspec.structs.replace(sample().findings[0], location=Location(file="/srv/a b\x1b.yaml", line=3))
    assert "\x1b" not in text(sample(findings=(there,)))
    assert "\x1b]8;;file:///srv/a%20b%5Cu001b.yaml\x1b\\" in text(sample(findings=(there,)), color=True)


def test_a_relative_path_is_no_link() -> None:
    assert "\x1b]8" not in text(sample(), color=True)


@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_no_line_of_a_finding_is_wider_than_the_terminal(width: int) -> None:
    lines = text(sample(lambda word: f"{word} and more words " * 5), width=width).splitlines()
    wide = [line for line in lines[2:-2] if len(line) > width and line.startswith(" ")]
    assert wide == []


def test_wrapping_loses_no_word() -> None:
    words = " ".join(f"word{number}" for number in range(60))
    found = " ".join(text(sample(lambda _: words), width=70).split())
    assert found.count("word59") == found.count("word0 ")


def test_no_line_ends_before_the_fingerprint_that_it_announces() -> None:
    announced = text(sample(), width=500).count(" · 0000")
    assert announced
    for width in range(60, 130):
        found = text(sample(), width=width)
        assert [line for line in found.splitlines() if line.rstrip().endswith("·")] == []
        assert found.count("· 0000") == announced


def test_ten_thousand_findings_are_cut_with_a_count_and_fast() -> None:
    assessment = many(10_000)
    started = time.process_time()
    found = text(assessment)
    assert time.process_time() - started < 1  # about 0.06 s
    assert found.count("fix: ") == MOST
    assert "… and 9,800 more findings: --format json has them all" in found
    assert found.splitlines()[-1].startswith("does not conform: 10000 findings")


def test_quiet_is_what_gates_and_the_verdict() -> None:
    found = text(sample(fail_on="high"), quiet=True)
    assert "keys.rotation" in found  # an error gates whatever its severity
    assert "access.role" not in found
    assert "[waived]" not in found
    assert "decisions:" not in found
    assert text(conforming(), quiet=True) == "conforms as declared; 74 claims, 0 observed\n"


def test_rules_without_subjects_are_named() -> None:
    assert "2 rules without subjects: audit.chained, tenancy.bound\n" in text(sample())
    assert "without subjects" not in text(conforming())


def test_text_is_quick_for_a_system_of_forty_components() -> None:
    assessment = sample()
    render(assessment, Options())
    started = time.process_time()
    for _ in range(10):
        render(assessment, Options())
    assert (time.process_time() - started) / 10 < 0.05  # about 0.001 s


def test_findings_that_differ_only_in_their_subject_are_said_once_with_every_subject() -> None:
    first = next(one for one in sample().findings if one.status == "fail" and one.disposition == "open")
    alike = [
        msgspec.structs.replace(
            first, subject=f"exposure:store/{n}", subject_title=f"item {n}", fingerprint=f"{n:032x}"
        )
        for n in range(1_000_000, 1_000_002 + MOST_ALIKE)
    ]
    shown = text(sample(findings=tuple(alike)))
    assert shown.count("fix: ") == 1
    for one in alike[:MOST_ALIKE]:
        assert f"on {one.subject_title} · {one.fingerprint[:10]}\n" in shown
    assert "and on 2 more" in shown
    other = msgspec.structs.replace(first, message="another message", fingerprint="f" * 32)
    assert text(sample(findings=(*alike, other))).count("fix: ") == 2
