"""One analysis: the target's code is copied, semgrep reads the copy, and what it did not read is counted."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import UNSET

from limen.probes.allowances import AllowList, load_allowances
from limen.probes.code.languages import language_of, script_ending
from limen.probes.code.record import MOST_FOUND, AnalysisRecord, Place
from limen.probes.code.rules import load_rules
from limen.probes.code.semgrep import Answer, analyse, program
from limen.probes.interface import AttemptError, Context, Target
from limen.probes.scan_results import read_results
from limen.probes.tally import Tally
from limen.probes.tree import opened, read_file, root_of, shown, tree_of

_MOST_CODE = 4 << 20
"""Bytes beyond which a file of code is not analysed."""


def analysis(target: Target, context: Context) -> bytes:
    """Return the record of an analysis as JSON.

    Raises AttemptError where the target, or a file that the options name, can't be read, or semgrep is missing, fails
    or takes too long.
    """
    return msgspec.json.encode(_Analysis(target, context).record())


def _beginning(data: bytes | str) -> bytes:
    """Return the first bytes of what could be read; none of what could not."""
    return b"" if isinstance(data, str) else data[:256]


class _Analysis:
    """One analysis; one use."""

    def __init__(self, target: Target, context: Context) -> None:
        options = target.options
        program()
        self.context = context
        self.root = root_of(target, "code")
        algorithms = target.declared.get("algorithms", ())
        self.rules = load_rules((target.folder / name for name in options.patterns or ()), tuple(algorithms))
        allow = None if options.allow is UNSET else target.folder / options.allow
        self.allowed: AllowList = load_allowances(allow, context.started_at)
        self.results = [read_results(target.folder / name) for name in options.results or ()]
        self.unscanned, self.excluded = Tally(), Tally()
        self.paths: dict[str, str] = {}
        """By the name of the copy, the path as it is told."""

    def miss(self, reason: str, path: str) -> None:
        """Note what is not analysed, unless the allow-list says that it need not be."""
        (self.excluded if path and self.allowed.skips(path) else self.unscanned).add(reason, path)

    def record(self) -> AnalysisRecord:
        """Analyse, and return the record."""
        with tempfile.TemporaryDirectory(prefix="limen-code-") as folder:
            place = Path(folder)
            (place / "rules.yaml").write_bytes(self.rules.document)
            self.copy(place / "code")
            answer = analyse(place, self.context)
        self.judge(answer)
        found = [*self.own(answer), *self.foreign()]
        return AnalysisRecord(
            semgrep=answer.version,
            rules=len(self.rules.categories),
            rules_sha256=self.rules.sha256,
            files=len(answer.scanned & self.paths.keys()),
            found=tuple(found[:MOST_FOUND]),
            dropped=max(0, len(found) - MOST_FOUND),
            unscanned=self.unscanned.result(),
            excluded=self.excluded.result(),
            unused_allowances=self.allowed.unused(),
        )

    def copy(self, to: Path) -> None:
        """Copy the files that the rules can read, under numbers: a name of theirs must not decide anything."""
        to.mkdir()
        tree = tree_of(self.root, opened(self.root, self.context), ignored=False)
        for entry in tree.entries:
            self.context.remaining()
            path, language = shown(entry.path), language_of(entry.path)
            suffix = Path(entry.path).suffix.lower()
            if not suffix and not entry.reason:
                suffix = script_ending(_beginning(read_file(tree.root, entry.path)))
                language = language_of(f"script{suffix}")
            if language == "other" and not (entry.reason and not suffix):
                continue  # no code; but a folder that can't be read, or a submodule, may hold some
            if entry.reason:
                self.miss(entry.reason, path)
                continue
            if language not in self.rules.languages:
                self.miss(f"in {language}, which no rule reads", path)
                continue
            data = read_file(tree.root, entry.path)
            if isinstance(data, str) or len(data) > _MOST_CODE:
                self.miss(data if isinstance(data, str) else f"larger than {_MOST_CODE >> 20} MiB", path)
                continue
            name = f"{len(self.paths)}{suffix}"
            (to / name).write_bytes(data)
            self.paths[name] = path

    def judge(self, answer: Answer) -> None:
        """Count what semgrep did not read, or not whole."""
        told: set[str] = set()
        for reason, name in answer.problems:
            told.add(name)
            self.miss(reason, self.paths.get(name, ""))
        for name in self.paths.keys() - answer.scanned - told:
            self.miss("semgrep did not read it", self.paths[name])

    def own(self, answer: Answer) -> Iterator[Place]:
        """Yield what semgrep found, in the order of the files."""
        places = [(self.paths.get(one.path, "(not said)"), one) for one in answer.found]
        for path, one in sorted(places, key=lambda pair: (pair[0], pair[1].line, pair[1].column, pair[1].rule)):
            if one.rule not in self.rules.categories:
                raise AttemptError("semgrep tells of a rule that it was not given")
            yield self.place(one.rule, self.rules.categories[one.rule], path, one.line, one.column, "limen")

    def foreign(self) -> Iterator[Place]:
        """Yield what other tools found."""
        for results in self.results:
            for reason in results.unfinished:
                self.unscanned.add(reason, "")
            for one in results.found:
                yield self.place(shown(one.rule), "other", shown(one.path), one.line, one.column, shown(one.tool))

    def place(self, rule: str, category: str, path: str, line: int, column: int, tool: str) -> Place:
        """Return a place with its excuse."""
        return Place(
            rule=rule,
            category=category,
            path=path,
            line=line,
            column=column,
            language=language_of(path),
            tool=tool,
            excuse="allowed" if self.allowed.excuses(rule, path) else "none",
        )
