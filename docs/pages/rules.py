"""The rule reference: a page a rule (Summary, Avoid, Prefer, Rationale, controls), and the list of them."""

from __future__ import annotations

import datetime

from docs.pages.markdown import anchor, code, fence, page, paragraphs, plain, table
from limen.cli.rule_page import snippet_language
from limen.policy.catalog import Catalog
from limen.policy.inspection import Entry
from limen.policy.messages import plural_only
from limen.policy.parameters import value_text
from limen.policy.selection import Selection, select
from limen.records.rules import Control

# A selection records the day whose law holds and does not depend on it.
_ANY_DAY = datetime.date(2000, 1, 1)

_ELSEWHERE = """\
`limen rules` lists them, `limen rules RULE` shows one with its text, `limen explain` says what one decided and why.
Which requirements they serve is told in [frameworks](../frameworks.md)."""

_SEE_ALSO = """\
- `limen rules {rule.id}` prints this rule with its text, [{rule.file}](../../rego/{rule.file})
- `limen check --rule {rule.id} --partial` judges by it alone
- `limen schema --subject {rule.subject}` prints what it may read
- [{rule.category}](README.md#{rule.category}), [commands](../commands.md), [how the analysis works](../analysis.md)"""


def selections(catalog: Catalog) -> dict[str, Selection]:
    """Return what each shipped profile selects, alone; raises PolicyError where one can't be used."""
    return {name: select(catalog, [name], as_of=_ANY_DAY) for name in catalog.profiles}


def rule_list(catalog: Catalog, chosen: dict[str, Selection]) -> str:
    """Return the page that lists the rules by category."""
    blocks = [
        "# Rules",
        f"{len(catalog.entries)} rules, a page each. {_ELSEWHERE}",
    ]
    by_category: dict[str, list[Entry]] = {}
    for entry in catalog.entries.values():
        by_category.setdefault(entry.rule.category, []).append(entry)
    for category, entries in sorted(by_category.items()):
        rows = [
            (f"[{entry.rule.id}]({entry.rule.id}.md)", entry.rule.subject, entry.rule.severity, plain(entry.rule.title))
            for entry in entries
        ]
        blocks += [f"## {category}", table(("rule", "judges each", "severity", "what must hold"), rows)]
    blocks += ["## Profiles", *_profiles(catalog, chosen)]
    return page(*blocks)


def _profiles(catalog: Catalog, chosen: dict[str, Selection]) -> list[str]:
    rows = []
    for name, file in catalog.profiles.items():
        profile = file.profile
        extends = ", ".join(profile.extends) or "none"
        rows.append((code(name), plain(profile.description), extends, str(len(chosen[name].rules))))
    return [
        "A declaration names the profiles that apply; `--profile` adds one. Of two values the stricter wins.",
        table(("profile", "asks", "builds on", "rules"), rows),
    ]


def rule_page(entry: Entry, catalog: Catalog, chosen: dict[str, Selection]) -> str:
    """Return the page of one rule; raises KeyError where a control that it names is in no framework."""
    rule = entry.rule
    rows = [
        ("severity", rule.severity),
        ("confidence", rule.confidence),
        ("scope", "conformance: needs observations" if rule.scope == "conformance" else "design and conformance"),
        ("not applicable", plain(rule.not_applicable)),
    ]
    summary = table(("judges each", rule.subject), rows)
    blocks = [f"# {rule.id}", "## Summary", f"**{plain(rule.title)}**", paragraphs(rule.description), summary]
    for head, text in (("Avoid", rule.avoid), ("Prefer", rule.prefer)):
        if text.strip():
            blocks += [f"## {head}", fence(snippet_language(rule), text)]
    if rule.rationale.strip():
        blocks += ["## Rationale", paragraphs(rule.rationale)]
    blocks += ["## Remediation", paragraphs(rule.remediation), "## Checks", _checks(entry)]
    if entry.parameters:
        blocks += ["## Parameters", _parameters(entry, chosen)]
    blocks += ["## Controls", _controls([catalog.controls[name] for name in rule.controls])]
    asking = [code(name) for name, selection in chosen.items() if rule.id in selection.rules]
    blocks += [
        "## Asked for by",
        ", ".join(asking) or "No shipped profile; name it in one of your own.",
        "## See also",
        _SEE_ALSO.format(rule=rule),
    ]
    return page(*blocks)


def _checks(entry: Entry) -> str:
    rows = []
    for name, check in entry.rule.checks.items():
        about = code(check.path) + (f", each of {code(check.each)}" if check.each else "")
        needs = ", ".join(code(need) for need in check.needs) or "none"
        rows.append((code(name), about, plain(plural_only(check.message)), needs))
    return table(("check", "about", "what a finding says", "not assessed without"), rows)


def _parameters(entry: Entry, chosen: dict[str, Selection]) -> str:
    rows = []
    for name, parameter in entry.parameters.items():
        values: dict[str, list[str]] = {}
        for profile, selection in chosen.items():
            if entry.rule.id in selection.rules:
                value = selection.rules[entry.rule.id].parameters[name]
                values.setdefault(value_text(value, parameter.scalar), []).append(profile)
        set_to = "; ".join(f"{code(value)} ({', '.join(profiles)})" for value, profiles in values.items()) or "none"
        rows.append((code(name), parameter.type.replace("_", " "), parameter.stricter, set_to))
    return "Profiles set them.\n\n" + table(("parameter", "type", "stricter is", "set to"), rows)


def _controls(controls: list[Control]) -> str:
    rows = [(control_link(control, "../"), plain(control.title), standing(control)) for control in controls]
    return table(("citation", "title", "status"), rows)


def control_link(control: Control, up: str = "") -> str:
    """Return a control's citation, linked to its framework's table."""
    return f"[{plain(control.citation)}]({up}frameworks.md#{anchor(control.framework)})"


def standing(control: Control) -> str:
    """Return a control's status with the days between which it holds."""
    until = f" until {control.valid_to}" if control.valid_to else ""
    return f"{control.status}, from {control.valid_from}{until}"
