"""What pytest collects of a declaration: a file, in it the rules, in each rule one item a decision."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, assert_never

import pytest

from limen.errors import LimenError, Location
from limen.records.assessment import Assessment, Decision, Finding
from limen.records.statuses import EXIT_UNASSESSED
from limen.records.verdict import exit_code, gating
from limen.reports._places import Places
from limen.reports._rows import rows
from limen.reports._words import STATUS_WORDS, one_line
from limen.testing.plugin.judging import explain_options, judged
from limen.testing.plugin.words import finding_text, place_of, problem_text

RESERVED = frozenset({"skip", "skipif", "xfail"})
"""Marks that make pytest pass over a test: no category may do that by its name."""
_WAIVER = "waiver"
"""Category of what the host itself finds on waivers."""


class FindingError(Exception):
    """The decision is fail: pytest says FAILED."""


class GapError(Exception):
    """The decision is error or not_assessed: raised before the call, so that pytest says ERROR."""


class DeclarationFile(pytest.File):
    """A declaration, which is assessed when it is collected."""

    assessment: Assessment
    findings: dict[tuple[str, str], list[Finding]]

    def collect(self) -> Iterator[RuleNode]:
        """Yield the rules, and those of the host on waivers that do not count; raise LimenError, CollectError."""
        whole = judged(self.config, self.path.resolve())
        self.assessment = assessment = whole.assessment
        if exit_code(assessment) == EXIT_UNASSESSED and not any(gating(assessment)):
            raise self.CollectError(f"{assessment.declaration}: {assessment.verdict()}")  # skips alone look green
        for category in sorted({entry.rule.category for entry in whole.catalog.entries.values()} | {_WAIVER}):
            self.config.addinivalue_line("markers", f"{category}: decisions of limen's rules on {category}")
        self.add_marker("limen")
        self.findings = {}
        for finding in assessment.findings:
            self.findings.setdefault((finding.rule, finding.subject), []).append(finding)
        for rule, decisions in groupby(rows(assessment), key=lambda decision: decision.rule):
            yield RuleNode.from_parent(self, name=rule, decisions=tuple(decisions))
        of_host = [key for key in self.findings if key[0] not in assessment.decisions]
        for rule, keys in groupby(sorted(of_host), key=lambda key: key[0]):
            yield RuleNode.from_parent(self, name=rule, decisions=[self._on_waiver(key) for key in keys])

    def _on_waiver(self, key: tuple[str, str]) -> Decision:
        finding = self.findings[key][0]
        return Decision(
            rule=finding.rule,
            subject=finding.subject,
            status=finding.status,
            severity=finding.severity,
            results=(),
            reason=finding.message,
            kind=_WAIVER,
            index=-1,
        )

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any) -> Any:
        """Say in limen's words what is wrong with a declaration that can't be judged."""
        if isinstance(excinfo.value, LimenError):
            return problem_text(excinfo.value)
        return super().repr_failure(excinfo, *args)


class RuleNode(pytest.Collector):
    """One rule, or what the host says of waivers, with its decisions."""

    parent: DeclarationFile

    def __init__(self, *, decisions: Sequence[Decision], **known: Any) -> None:
        """Keep the decisions and take the category as a marker."""
        super().__init__(**known)
        self.decisions = decisions
        category = self.name.partition(".")[0]
        if category not in RESERVED:
            self.add_marker(category)

    def collect(self) -> Iterator[DecisionItem]:
        """Yield an item a decision."""
        for decision in self.decisions:
            yield DecisionItem.from_parent(
                self,
                name=decision.subject,
                decision=decision,
                findings=self.parent.findings.get((decision.rule, decision.subject), ()),
                assessment=self.parent.assessment,
            )


class DecisionItem(pytest.Item):
    """One decision: it passes where the rule was found to hold, and only there."""

    def __init__(
        self, *, decision: Decision, findings: Sequence[Finding], assessment: Assessment, **known: Any
    ) -> None:
        """Keep the decision; what is known not to apply is skipped, what was accepted is expected to fail."""
        super().__init__(**known)
        self.decision = decision
        self.findings = findings
        self.assessment = assessment
        status = decision.status
        if status in ("not_applicable", "out_of_scope"):
            self.add_marker(pytest.mark.skip(reason=f"{STATUS_WORDS[status]}: {one_line(decision.reason)}"))
        elif status == "fail" and findings and all(finding.disposition != "open" for finding in findings):
            reasons = sorted({f"{f.disposition}: {one_line(f.waiver or f.message)}" for f in findings})
            self.add_marker(pytest.mark.xfail(reason="; ".join(reasons), raises=FindingError, strict=True))

    def setup(self) -> None:
        """Raise where nothing is known: error and not_assessed are errors, never skipped."""
        if self.decision.status in ("error", "not_assessed"):
            raise GapError(self._text())

    def runtest(self) -> None:
        """Raise unless the decision is pass."""
        match self.decision.status:
            case "pass":
                return
            case "fail":
                raise FindingError(self._text())
            case "error" | "not_assessed":
                raise GapError(self._text())
            case "not_applicable" | "out_of_scope":
                pytest.skip(self.decision.reason)
        assert_never(self.decision.status)

    def _text(self) -> str:
        options = explain_options(self.config)
        shown = [finding_text(finding, self.assessment, options) for finding in self.findings]
        return "\n\n".join(shown) or f"{STATUS_WORDS[self.decision.status]}: {one_line(self.decision.reason)}"

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any) -> Any:
        """Show the finding and no traceback; the short lines name the place in the declaration."""
        if not isinstance(excinfo.value, FindingError | GapError):
            return super().repr_failure(excinfo, *args)
        shown = excinfo.getrepr(style="value")
        if shown.reprcrash is not None and self.findings:
            place = place_of(self.findings[0], self.assessment)
            shown.reprcrash.path, shown.reprcrash.lineno = place.file, place.line
            shown.reprcrash.message = "; ".join(dict.fromkeys(one_line(f.message) for f in self.findings))
        return shown

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        """Return the file and the line, from 0, that speak of the subject or its finding, and the head of a failure."""
        if self.findings:
            place = self.findings[0].location
        elif self.decision.index >= 0:
            place = self.assessment.locate(self.assessment.detail(self.decision).path)
        else:
            place = Location(file=self.assessment.declaration)
        file = Path(Places(self.assessment).typed(place).file).absolute()
        return file, max(place.line - 1, 0), f"{self.decision.rule} {self.decision.subject}"
