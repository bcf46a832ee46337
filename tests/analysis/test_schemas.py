"""The published schemas of subjects are those of the structs, and OPA's type checker refuses what they don't name."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from limen.analysis.kinds import KINDS
from limen.analysis.schemas import subject_schemas

SCHEMAS = Path(__file__).resolve().parents[2] / "rego" / "schemas"


def test_every_kind_has_its_schema_on_disk_and_nothing_else_is_there() -> None:
    assert sorted(path.name for path in SCHEMAS.iterdir()) == sorted(f"{kind}.json" for kind in KINDS)
    drifted = [
        kind
        for kind, schema in subject_schemas().items()
        if json.loads((SCHEMAS / f"{kind}.json").read_text()) != schema
    ]
    assert drifted == []


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_object_is_closed_and_every_field_described(kind: str) -> None:
    def walk(schema: dict[str, object], path: str) -> None:
        if schema.get("type") == "object":
            assert schema["additionalProperties"] is False, path
            for name, part in schema["properties"].items():  # type: ignore[attr-defined]
                assert part.get("description"), f"{path}.{name}"
                walk(part, f"{path}.{name}")
        if isinstance(schema.get("items"), dict):
            walk(schema["items"], f"{path}[]")  # type: ignore[arg-type]

    schema = subject_schemas()[kind]
    assert schema["type"] == "object"
    walk(schema, kind)


RULE = """# METADATA
# schemas: [{{input: schema.{kind}}}]
package limen.rules.example_{kind}

checks["minimum"] := {{"actual": input.{path}}}
"""


def test_opa_accepts_the_paths_of_a_schema_and_refuses_misspelt_ones(opa: Path, tmp_path: Path) -> None:
    right = {"flow": "in_transit.tls.min", "key": "module.level", "component": "ingress.unvalidated"}
    right |= {kind: struct.__struct_fields__[0] for kind, struct in KINDS.items() if kind not in right}
    files = {}
    for kind, path in right.items():
        files[kind] = tmp_path / f"{kind}.rego"
        files[kind].write_text(RULE.format(kind=kind, path=path))
    command = [opa, "check", "--strict", "--schema", SCHEMAS]
    done = subprocess.run([*command, *files.values()], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    for kind, path in right.items():
        files[kind].write_text(RULE.format(kind=kind, path=f"{path}x"))
    done = subprocess.run(
        [*command, "-m", "100", *files.values()], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode != 0
    missed = [kind for kind, path in right.items() if f"undefined ref: input.{path}x" not in done.stderr]
    assert missed == []
