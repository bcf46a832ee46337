"""The coverage of law and standards: framework, control, and the rules that serve it."""

from __future__ import annotations

from pathlib import Path

from docs.pages.markdown import page, plain, table
from docs.pages.rules import standing
from limen.errors import PolicyError
from limen.policy.catalog import Catalog
from limen.policy.documents import convert, read
from limen.policy.frameworks import Framework
from limen.policy.location import policies_root

_INTRODUCTION = """\
Law and standards are dated data in `policies/frameworks/`. A rule names the controls that it serves; a control without
a rule is one that limen knows and does not judge. Serving a control is not fulfilling it: limen judges what a
declaration says about data that crosses boundaries, and nothing else of a law. A draft or a proposal is never law;
`unverified` marks what was cited without the primary text at hand."""


def frameworks() -> list[Framework]:
    """Return the shipped frameworks by id; raises PolicyError where one can't be read."""
    files: list[Path] = sorted((policies_root() / "frameworks").glob("*.yaml"))
    return [
        convert(read(path, f"policies/frameworks/{path.name}", PolicyError), Framework, PolicyError) for path in files
    ]


def frameworks_page(catalog: Catalog) -> str:
    """Return the page: a table a framework, a row a control, unserved controls included."""
    serving: dict[str, list[str]] = {}
    for rule_id, rule in catalog.rules.items():
        for control in rule.controls:
            serving.setdefault(control, []).append(rule_id)
    known = frameworks()
    summary = [
        (
            f"[{framework.id}](#{framework.id.replace('.', '')})",
            plain(framework.title),
            plain(framework.publisher),
            framework.status,
            f"{sum(f'{framework.id}:{one.id}' in serving for one in framework.controls)} of {len(framework.controls)}",
        )
        for framework in known
    ]
    blocks = [
        "# Frameworks",
        _INTRODUCTION,
        table(("framework", "title", "publisher", "status", "controls served"), summary),
    ]
    for framework in known:
        rows = []
        for one in framework.controls:
            name = f"{framework.id}:{one.id}"
            rules = ", ".join(f"[{rule}](rules/{rule}.md)" for rule in serving.get(name, [])) or "none"
            rows.append((plain(one.citation), plain(one.title), standing(catalog.controls[name]), rules))
        blocks += [
            f"## {framework.id}",
            f"{plain(framework.title)}. {plain(framework.publisher)}. Source: {plain(framework.source)}.",
            table(("citation", "title", "status", "rules"), rows),
        ]
    return page(*blocks)
