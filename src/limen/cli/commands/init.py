"""Write a boundaries.yaml to start from: a small, commented system that `limen check` finds conforming.

On a terminal it asks for what no option gives. PATH is the file, or the folder that gets a boundaries.yaml.
The JSON Schema is written beside it, so that editors complete and explain every field.
"""

from __future__ import annotations

import argparse
import difflib
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from limen.cli.console import Console
from limen.errors import Problem, UsageError

if TYPE_CHECKING:
    from limen.policy.catalog import Catalog

SUMMARY = "write a boundaries.yaml to start from"
SCHEMA_FILE = "boundaries.schema.json"
_FILE = "boundaries.yaml"
_PROFILE = "zero-trust"
_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")
_LONGEST = 4000


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("path", nargs="?", type=Path, metavar="PATH", help="file or folder (default: this folder)")
    parser.add_argument("--id", metavar="ID", help="short name of the system: lower-case letters, digits, hyphens")
    parser.add_argument("--title", metavar="TEXT", help="what the system is (default: its id)")
    parser.add_argument("--owner", metavar="TEXT", help="who answers for it: a team or a person")
    parser.add_argument(
        "--profile", action="append", default=[], metavar="NAME", help="a profile that binds it; may be repeated"
    )
    parser.add_argument("--force", action="store_true", help="overwrite what is there")


def run(options: argparse.Namespace, console: Console) -> int:
    """Ask or take the options, and write the declaration and its schema."""
    from limen.cli.asking import can_ask
    from limen.policy.catalog import load_catalog

    path = _target(options.path or Path())
    _free(path, options.force)
    catalog = load_catalog(())
    known = tuple(catalog.profiles)
    title_of = {"id": options.id, "title": options.title, "owner": options.owner}
    if can_ask():
        given, profiles = _asked(title_of, options.profile, path, known, console)
    else:
        given, profiles = _taken(title_of, options.profile, known)
    _write(path, given, profiles, catalog)
    console.out(f"{path} written, with {path.parent / SCHEMA_FILE} for your editor")
    console.out(f"next: limen check {path}")
    return 0


def _target(path: Path) -> Path:
    return path / _FILE if path.is_dir() or not path.suffix else path


def _free(path: Path, force: bool) -> None:
    """Raise UsageError where something that would be lost stands at the path."""
    if path.is_dir():
        raise UsageError(Problem(message=f"{path} is a folder", hint="name a file"))
    if not force and (path.exists() or path.is_symlink()):
        raise UsageError(
            Problem(message=f"{path} is there already", hint="name another path, or --force overwrites it")
        )


def _id_objection(text: str) -> str:
    if _ID.match(text):
        return ""
    return "expected 1 to 63 lower-case letters, digits and hyphens, a letter or digit at both ends"


def _text_objection(text: str) -> str:
    if not text.strip():
        return "expected a name"
    if any("\ud800" <= character <= "\udfff" for character in text):
        return "expected text in UTF-8"
    return "" if len(text) <= _LONGEST else f"expected at most {_LONGEST} characters"


def _profile_objection(known: tuple[str, ...]) -> Callable[[str], str]:
    def objection(text: str) -> str:
        words = _words(text)
        unknown = [word for word in words if word not in known]
        if not words:
            return f"expected some of: {', '.join(known)}"
        for word in unknown:
            close = difflib.get_close_matches(word, known, 1)
            return f'there is no profile "{word}"; ' + (
                f'did you mean "{close[0]}"?' if close else f"profiles: {', '.join(known)}"
            )
        return ""

    return objection


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.replace(",", " ").split()))


def _taken(
    given: dict[str, str | None], profiles: list[str], known: tuple[str, ...]
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return what the options say; raise UsageError naming everything that is missing or wrong."""
    problems = []
    answers = {**given, "title": given["title"] or given["id"], "profile": " ".join(profiles) or None}
    checks = {
        "id": _id_objection,
        "title": _text_objection,
        "owner": _text_objection,
        "profile": _profile_objection(known),
    }
    for name, check in checks.items():
        value = answers[name]
        if value is None:
            if name != "title":
                hint = (
                    f"profiles: {', '.join(known)}" if name == "profile" else "give it, or run limen init on a terminal"
                )
                problems.append(Problem(message=f"--{name} is missing", hint=hint))
        elif objection := check(value):
            problems.append(Problem(message=f"--{name} {value!r}: {objection}"))
    if problems:
        raise UsageError(problems)
    return {name: str(answers[name]) for name in ("id", "title", "owner")}, _words(str(answers["profile"]))


def _asked(
    given: dict[str, str | None], profiles: list[str], path: Path, known: tuple[str, ...], console: Console
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return what the options say, and ask for the rest."""
    from limen.cli.asking import ask

    if any(value is None for value in given.values()) or not profiles:
        console.note("Enter takes what is in brackets; Ctrl-C leaves without writing anything.")
    folder = re.sub(r"[^a-z0-9]+", "-", path.resolve().parent.name.lower()).strip("-")[:63].strip("-")
    system = given["id"] or ask(console, "Short name of the system", folder or "system", _id_objection)
    title = given["title"] or ask(console, "What it is, in a few words", system, _text_objection)
    owner = given["owner"] or ask(console, "Who answers for it (team or person)", "", _text_objection)
    if profiles:
        wanted = " ".join(profiles)
    else:
        console.note(f"Profiles: {', '.join(known)}")
        wanted = ask(console, "Profiles that bind it", _PROFILE, _profile_objection(known))
    return _taken({"id": system, "title": title, "owner": owner}, [wanted], known)


def _write(path: Path, given: dict[str, str], profiles: tuple[str, ...], catalog: Catalog) -> None:
    import datetime

    import orjson

    from limen.cli.starter import starter
    from limen.cli.writing import write_files
    from limen.loading.schema import declaration_schema
    from limen.policy.selection import select

    today = datetime.datetime.now(datetime.UTC).date()
    text = starter(
        system=given["id"],
        title=given["title"],
        owner=given["owner"],
        profiles=profiles,
        tenancy=bool({"tenants", "transfers"} & set(select(catalog, profiles, as_of=today).requires)),
        today=today,
    )
    schema = orjson.dumps(declaration_schema(), option=orjson.OPT_INDENT_2) + b"\n"
    write_files([(path.parent / SCHEMA_FILE, schema), (path, text.encode())])
