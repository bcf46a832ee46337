"""What a pack encloses, held against what was asked for and against what this limen brings itself.

A pack is judged by the rules that it encloses. Whoever changed them would re-perform it as well as anybody: so they are
held against those of this installation, and inputs that nothing reads are told, since somebody may believe that they
counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from limen.assess.assessing import Assessed
from limen.evidence import layout
from limen.evidence.inputs import Asked
from limen.evidence.reading import PackFiles, open_pack
from limen.policy.enclosing import enclosed_files
from limen.policy.location import policies_root, rego_root
from limen.policy.selection import used_by

_MOST = 1 << 24
"""Bytes of a rule, a schema, a profile or a framework."""


def foreign(path: Path) -> tuple[str, ...]:
    """Return the enclosed rules, schemas, profiles and frameworks of limen's that are not those of this limen.

    Those of another version are among them. Raises UsageError where there is no pack, PolicyError where this limen is
    installed incompletely.
    """
    roots = {f"{layout.POLICIES}rego/": rego_root(), f"{layout.POLICIES}policies/": policies_root()}
    with open_pack(path) as files:
        return tuple(
            name for name in files.names() if name.startswith(layout.POLICIES) and not _ours(files, name, roots)
        )


def unread(names: Iterable[str], assessed: Assessed, asked: Asked) -> list[str]:
    """Return the inputs of a pack that nothing reads, of all its files."""
    used = used_by(assessed.catalog, assessed.assessment.profiles)
    read = {layout.REQUEST, *(f"{layout.DECLARATION}{file.name}" for file in assessed.loaded.files)}
    read.update(f"{layout.INPUTS}{name}" for name, _ in enclosed_files(assessed.catalog, used))
    read.update(f"{layout.INPUT_SENSITIVITY}{name}" for name in asked.sensitivity)
    for name, wanted in (
        (layout.INPUT_WAIVERS, asked.waivers),
        (layout.INPUT_BASELINE, asked.baseline),
        (layout.SIGNING, asked.signing),
        (layout.PREVIOUS, asked.previous),
    ):
        read.update([name] if wanted else [])
    observed = layout.OBSERVATIONS if asked.observations else layout.REQUEST
    return [
        name for name in names if name.startswith(layout.INPUTS) and name not in read and not name.startswith(observed)
    ]


def _ours(files: PackFiles, name: str, roots: dict[str, Path]) -> bool:
    for inside, root in roots.items():
        if name.startswith(inside):
            try:
                return files.read(name, _MOST) == (root / name.removeprefix(inside)).read_bytes()
            except OSError:
                return False
    return False
