"""Print the JSON Schema (2020-12) of boundaries.yaml, so that editors complete and explain, or that of a JSON report.

Put this line first in your file: # yaml-language-server: $schema=boundaries.schema.json
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from limen.cli.console import Console
from limen.errors import Problem, UsageError

SUMMARY = "print the JSON Schema of boundaries.yaml or of a report"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--subject", metavar="KIND", help="the schema of what rules of this kind may read, such as flow")
    which.add_argument(
        "--report", action="store_true", help="the schema of the JSON report of limen check; $defs/Line is JSON Lines'"
    )
    which.add_argument("--tests", action="store_true", help="the schema of the JSON report of limen test")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write it there (default: standard output)")


def run(options: argparse.Namespace, console: Console) -> int:
    """Print or write the schema."""
    import orjson

    content = orjson.dumps(_schema(options), option=orjson.OPT_INDENT_2) + b"\n"
    if options.output is None:
        console.out_bytes(content)
    else:
        from limen.cli.writing import write_file

        write_file(options.output, content)
    return 0


def _schema(options: argparse.Namespace) -> dict[str, Any]:
    if options.report:
        from limen.reports._document import document_schema

        return document_schema()
    if options.tests:
        from limen.testing import tests_document

        return tests_document.document_schema()
    if options.subject is None:
        from limen.loading.schema import declaration_schema

        return declaration_schema()
    from limen.analysis.schemas import subject_schemas

    schemas = subject_schemas()
    if options.subject not in schemas:
        from limen.policy.wording import suggestion

        hint = suggestion(options.subject, schemas)
        raise UsageError(Problem(message=f"there is no kind {options.subject!r}", hint=hint))
    return schemas[options.subject]
