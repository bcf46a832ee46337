"""A rule's page in Markdown, from its METADATA: what limen's own pages say of a rule, for rules of a user's own."""

from __future__ import annotations

from limen.policy.messages import plural_only
from limen.records.rules import Rule


def rule_page(rule: Rule) -> str:
    """Return the page: summary, avoid, prefer, rationale, remediation, checks, parameters and controls."""
    blocks = [
        f"# {rule.id}",
        f"**{rule.title}**",
        rule.description,
        f"Judges each {rule.subject}; severity {rule.severity}, {rule.confidence}.",
        f"Not applicable: {rule.not_applicable}.",
    ]
    for head, text in (("Avoid", rule.avoid), ("Prefer", rule.prefer)):
        if text.strip():
            blocks += [f"## {head}", f"```{snippet_language(rule)}\n{text.rstrip()}\n```"]
    if rule.rationale.strip():
        blocks += ["## Rationale", rule.rationale.rstrip()]
    blocks += ["## Remediation", rule.remediation, "## Checks"]
    blocks.append(
        "\n".join(f"- `{name}`, about `{one.path}`: {plural_only(one.message)}" for name, one in rule.checks.items())
    )
    if rule.parameters:
        blocks += ["## Parameters", "\n".join(f"- `{name}`: {kind}" for name, kind in rule.parameters.items())]
    blocks += ["## Controls", "\n".join(f"- `{control}`" for control in rule.controls)]
    return "\n\n".join(blocks) + "\n"


def snippet_language(rule: Rule) -> str:
    """Return the language of a rule's snippets: a declaration's, or none where a rule judges what was observed.

    What to avoid there is a server's configuration, a statement or a line of code, in whatever language that is.
    """
    return "text" if rule.subject.endswith("_observation") else "yaml"
