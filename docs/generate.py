"""Generates the reference parts of docs/, the published schemas and the rules' index: `make docs`.

``python -m docs.generate --check`` writes nothing and exits 1 where a file differs from what it would write.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from docs.pages.commands import commands_page
from docs.pages.declaration import declaration_page
from docs.pages.frameworks import frameworks_page
from docs.pages.rules import rule_list, rule_page, selections
from limen.analysis.schemas import subject_schemas
from limen.cli.program import parser
from limen.cli.writing import write_file
from limen.errors import LimenError
from limen.loading.schema import declaration_schema
from limen.policy.catalog import build_index, load_catalog
from limen.reports._document import document_schema
from limen.testing import tests_document

ROOT = Path(__file__).resolve().parent.parent

WHOLE_FOLDERS = ("docs/rules", "rego/schemas")
"""Folders in which everything is generated, so that anything else there is stale."""

Step = Callable[[], dict[str, bytes]]


def schemas() -> dict[str, bytes]:
    """Return the published JSON Schemas by path."""
    files = {
        "schema/boundaries.schema.json": _json(declaration_schema()),
        "schema/assessment.schema.json": _json(document_schema()),
        "schema/tests.schema.json": _json(tests_document.document_schema()),
    }
    return files | {f"rego/schemas/{kind}.json": _json(schema) for kind, schema in subject_schemas().items()}


def index() -> dict[str, bytes]:
    """Return the rules' index, which reads rego/schemas: to be made when those are written."""
    return {"rego/index.json": build_index()}


def pages() -> dict[str, bytes]:
    """Return the generated pages by path."""
    os.environ["COLUMNS"] = "100"  # the width in which argparse prints its help
    catalog = load_catalog()
    chosen = selections(catalog)
    found = {
        "docs/declaration.md": declaration_page(declaration_schema()),
        "docs/commands.md": commands_page(parser()),
        "docs/frameworks.md": frameworks_page(catalog),
        "docs/rules/README.md": rule_list(catalog, chosen),
    }
    for entry in catalog.entries.values():
        found[f"docs/rules/{entry.rule.id}.md"] = rule_page(entry, catalog, chosen)
    return {name: text.encode() for name, text in found.items()}


STEPS: tuple[Step, ...] = (schemas, index, pages)
"""What is generated, in order: each step may read what the one before it wrote."""


def generate(root: Path, steps: tuple[Step, ...], *, check: bool) -> list[str]:
    """Bring the generated files below a folder up to date, and return those that were not.

    With `check` nothing is written. Raises LimenError where policies can't be used or a file can't be written.
    """
    wrong, known = [], set()
    for step in steps:
        for name, content in step().items():
            known.add(name)
            path = root / name
            if path.is_file() and path.read_bytes() == content:
                continue
            wrong.append(name)
            if not check:
                write_file(path, content)
    for folder in WHOLE_FOLDERS:
        for path in sorted((root / folder).glob("*")):
            if (name := path.relative_to(root).as_posix()) not in known:
                wrong.append(name)
                if not check:
                    path.unlink()
    return wrong


def _json(content: dict[str, Any]) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n"


def main() -> int:
    """Write every generated file, or with --check compare; files whose source is gone are removed."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--check", action="store_true", help="write nothing; exit 1 where a file differs")
    check = arguments.parse_args().check
    try:
        wrong = generate(ROOT, STEPS, check=check)
    except LimenError as error:
        for problem in error.problems:
            sys.stderr.write(f"{problem.location}: {problem.message}\n")
        return 2
    for name in wrong:
        sys.stdout.write(f"{'differs' if check else 'written'}: {name}\n")
    if check and wrong:
        sys.stderr.write("run: make docs\n")
    return 1 if check and wrong else 0


if __name__ == "__main__":
    sys.exit(main())
