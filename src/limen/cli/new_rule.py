"""`limen rules new`: writes a rule of the user's own, with its tests, its page and a profile, all or nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from limen.errors import Problem, UsageError
from limen.policy.discovery import TAKEN
from limen.policy.wording import suggestion

if TYPE_CHECKING:
    from limen.cli.console import Console
    from limen.policy.catalog import Catalog

_ID = re.compile(r"([a-z][a-z0-9_]{0,62})\.([a-z][a-z0-9_]{0,62})\Z")
_PROFILE = re.compile(r"[^a-z0-9]+")
_KEYWORDS = frozenset(
    {"as", "contains", "data", "default", "else", "every", "false", "if", "import"}
    | {"in", "input", "not", "null", "package", "some", "true", "with"}
)
_OURS = frozenset({"answer", "applicable", "checks", "decide", "given", "parameters", "subject"})
"""Names that the scaffolded modules use themselves."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be written."""

    rule_id: str
    kind: str
    """The kind of subject that the rule judges."""
    folder: Path
    """The user's folder of policies, which need not be there yet."""
    controls: tuple[str, ...] = ()
    """Requirements that it serves; empty: one that fits the example."""


def write_rule(wanted: Wanted, console: Console) -> None:
    """Write the rule and what belongs to it; raises LimenError, and then nothing is written."""
    from limen.cli.rule_page import rule_page
    from limen.cli.scaffold import EXAMPLES, profile_text, rule_text, test_text
    from limen.cli.writing import write_files
    from limen.policy.metadata import rule_from

    catalog = _catalog(wanted.folder)
    _refuse(wanted, catalog, EXAMPLES)
    category, _, name = wanted.rule_id.partition(".")
    place = wanted.folder / "rules" / category / name
    text = rule_text(wanted.rule_id, wanted.kind, wanted.controls)
    module = place / f"{name}.rego"
    page = rule_page(rule_from(text, module.as_posix(), wanted.rule_id, frozenset(EXAMPLES)).rule)
    files = {
        module: text,
        place / f"{name}_test.rego": test_text(wanted.rule_id, wanted.kind),
        place / f"{name}.md": page,
    }
    own = [profile.profile.id for profile in catalog.profiles.values() if not profile.shipped]
    if not own:
        profile = _profile_id(category, catalog)
        files[wanted.folder / "profiles" / f"{profile}.yaml"] = profile_text(profile, wanted.rule_id, wanted.kind)
    there = [path for path in files if path.exists() or path.is_symlink()]
    if there:
        hint = "move it away, or choose another id"
        raise UsageError([Problem(message=f"{path} is there already", hint=hint) for path in there])
    write_files([(path, content.encode()) for path, content in files.items()])
    for path in files:
        console.out(f"{path} written")
    if own:
        console.out(f"name it in a profile of yours ({', '.join(own)}):")
        console.out("\n".join(f"    {line}" for line in profile_text("", wanted.rule_id, wanted.kind).splitlines()[3:]))
    console.out(f"next: limen test --policies {wanted.folder}")
    console.out(f"      limen check --policies {wanted.folder} --profile {own[0] if own else profile}")


def _catalog(folder: Path) -> Catalog:
    """Return what is shipped, with what the folder holds already."""
    from limen.policy.catalog import load_catalog

    if folder.exists() and not folder.is_dir():
        hint = "a bundle is built from a folder: name that"
        raise UsageError(Problem(message=f"{folder} is no folder", hint=hint))
    holding = any((folder / name).is_dir() for name in ("rules", "profiles", "frameworks"))
    return load_catalog((folder,) if holding else ())


def _refuse(wanted: Wanted, catalog: Catalog, kinds: Mapping[str, object]) -> None:
    """Raise UsageError with everything that speaks against the rule."""
    problems = []
    rule_id = wanted.rule_id
    named = _ID.match(rule_id)
    if named is None:
        hint = "expected category.rule, each of lower-case letters, digits and '_', a letter first"
        problems.append(Problem(message=f"{rule_id!r} is no id of a rule", hint=hint))
    else:
        reserved = sorted({*named.groups()} & _KEYWORDS | {named[1]} & TAKEN | {named[2]} & _OURS)
        problems += [
            Problem(message=f"{word!r} means something else in a rule", hint="use another word") for word in reserved
        ]
        if named[2].endswith("_test"):
            hint = "a file that ends in _test.rego holds tests"
            problems.append(Problem(message=f"{named[2]!r} can't end in _test", hint=hint))
    if rule_id in catalog.entries:
        file = catalog.entries[rule_id].rule.file
        problems.append(Problem(message=f"the id {rule_id} is taken by {file}", hint="choose another id"))
    if wanted.kind not in kinds:
        hint = suggestion(wanted.kind, kinds)
        problems.append(Problem(message=f"there is no kind of subject {wanted.kind!r}", hint=hint))
    for control in wanted.controls:
        if control not in catalog.controls:
            hint = suggestion(control, catalog.controls)
            problems.append(Problem(message=f"there is no control {control!r}", hint=hint))
    if problems:
        raise UsageError(problems)


def _profile_id(category: str, catalog: Catalog) -> str:
    """Return a free id for the folder's first profile: the category's name, or one made of it."""
    base = _PROFILE.sub("-", category).strip("-")
    number = 1
    while (name := base if number == 1 else f"{base}-{number}") in catalog.profiles:
        number += 1
    return name
