"""Print the JSON Schema (2020-12) of boundaries.yaml, so that editors complete and explain.

Put this line first in your file: # yaml-language-server: $schema=boundaries.schema.json
"""

from __future__ import annotations

import argparse
from pathlib import Path

from limen.cli.console import Console
from limen.errors import Problem, UsageError

SUMMARY = "print the JSON Schema of boundaries.yaml"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "--subject", metavar="KIND", help="the schema of what rules of this kind may read, such as flow"
    )
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write it there (default: standard output)")


def run(options: argparse.Namespace, console: Console) -> int:
    """Print or write the schema."""
    import orjson

    from limen.policy.wording import suggestion

    if options.subject is None:
        from limen.loading.schema import declaration_schema

        schema = declaration_schema()
    else:
        from limen.analysis.schemas import subject_schemas

        schemas = subject_schemas()
        if options.subject not in schemas:
            raise UsageError(
                Problem(message=f"there is no kind {options.subject!r}", hint=suggestion(options.subject, schemas))
            )
        schema = schemas[options.subject]
    content = orjson.dumps(schema, option=orjson.OPT_INDENT_2) + b"\n"
    if options.output is None:
        console.out_bytes(content)
    else:
        from limen.cli.writing import write_file

        write_file(options.output, content)
    return 0
