"""The coverage of law and standards: framework, control, the rules that judge it, how far, and what they leave."""

from __future__ import annotations

from docs.pages.markdown import anchor, page, plain, table
from docs.pages.rules import standing
from limen.policy.catalog import Catalog
from limen.policy.coverage import VERDICTS, ControlCoverage, FrameworkCoverage, coverage, load_frameworks
from limen.policy.frameworks import OPEN

_ANY_DAY = "2000-01-01"  # verdicts do not depend on it, and the page shows dates instead of standings

_INTRODUCTION = """\
Law and standards are dated data in `policies/frameworks/`. A rule names the controls that it serves, and each entry
says how far its rules judge it:

- **covered**: all that it asks of a boundary, as far as a declaration and what probes observe can show it;
- **partly**: the last column says what no rule judges of it;
- **not covered**: limen knows it and judges nothing of it; the last column says why.

Covering a control is not fulfilling it: limen judges what a declaration says about data that crosses boundaries, and
nothing else of a law. A draft or a proposal is never law, no rule rests on one, and no report cites one. `unverified`
marks what was written without the primary text at hand. Titles and summaries of standards that are sold are in our own
words.

`limen frameworks` prints the same for a day (`--as-of`), for a profile (`--profile`) and as JSON, CSV or Markdown
([commands](commands.md#limen-frameworks)). A report cites only what is in force on the day that it judges by."""


def frameworks_page(catalog: Catalog) -> str:
    """Return the page: a table a framework, a row a control, uncovered controls included."""
    covered = coverage(load_frameworks(catalog.places), catalog.rules, catalog.rules, _ANY_DAY)
    heads = ("framework", "title", "publisher", "status", *VERDICTS)
    blocks = ["# Frameworks", _INTRODUCTION, table(heads, map(_summary, covered))]
    for one in covered:
        framework = one.framework
        rows = map(_row, one.rows)
        blocks += [
            f"## {framework.id}",
            f"{plain(framework.title)}. {plain(framework.publisher)}. Source: {plain(framework.source)}.",
            table(("citation", "title", "status", "coverage", "rules", "not judged"), rows),
        ]
    return page(*blocks)


def _summary(one: FrameworkCoverage) -> tuple[str, ...]:
    """Return a framework's row; drafts and proposals are in no number."""
    framework = one.framework
    rows = [row for row in one.rows if row.control.status not in OPEN]
    counts = [str(sum(row.verdict == verdict for row in rows)) for verdict in VERDICTS]
    link = f"[{framework.id}](#{anchor(framework.id)})"
    return (link, plain(framework.title), plain(framework.publisher), framework.status, *counts)


def _row(row: ControlCoverage) -> tuple[str, ...]:
    control = row.control
    rules = ", ".join(f"[{rule}](rules/{rule}.md)" for rule in row.rules) or "none"
    return (plain(control.citation), plain(control.title), standing(control), row.verdict, rules, plain(row.gap))
