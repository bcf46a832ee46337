"""The reference of the commands, from the parser itself; not its help text, whose layout differs between Pythons."""

from __future__ import annotations

import argparse

from docs.pages.markdown import code, fence, page, plain, table

# A module's docstring is help for a terminal; these are the pages where the rest is told.
_RELATED = {
    "check": ("analysis.md", "How the analysis works"),
    "explain": ("analysis.md", "How the analysis works"),
    "rules": ("rules/README.md", "The rules"),
    "schema": ("declaration.md", "boundaries.yaml, the reference"),
    "init": ("tutorial.md", "Tutorial"),
    "probe": ("probes.md", "Probes"),
    "observe": ("probes.md", "Probes"),
}


def commands_page(parser: argparse.ArgumentParser) -> str:
    """Return the page of all commands of a parser."""
    subparsers = next(action for action in parser._actions if isinstance(action, argparse._SubParsersAction))  # noqa: SLF001
    summaries = {choice.dest: choice.help or "" for choice in subparsers._choices_actions}  # noqa: SLF001
    blocks = [
        "# Commands",
        "Every command takes `--help`. Results go to standard output, errors and progress to standard error.",
        fence("console", f"$ limen --help\n{parser.format_help()}"),
        table(
            ("command", "does"), [(f"[limen {name}](#limen-{name})", plain(said)) for name, said in summaries.items()]
        ),
        "## Exit codes",
        fence("text", (parser.epilog or "").strip()),
    ]
    for name, sub in sorted(subparsers.choices.items()):
        blocks += _blocks(f"## limen {name}", sub)
        for action in sub._actions:  # noqa: SLF001
            if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
                for part, inner in sorted(action.choices.items()):
                    blocks += _blocks(f"### limen {name} {part}", inner)
        if name in _RELATED:
            target, title = _RELATED[name]
            blocks.append(f"See also: [{title}]({target}).")
    return page(*blocks)


def _blocks(heading: str, sub: argparse.ArgumentParser) -> list[str]:
    """Return what is said of one command or of a part of one."""
    rows = [(_invocation(action), _help(action)) for action in _shown(sub)]
    return [heading, fence("text", _synopsis(sub)), plain(sub.description or ""), table(("argument", "meaning"), rows)]


def _shown(sub: argparse.ArgumentParser) -> list[argparse.Action]:
    return [action for action in sub._actions if action.help != argparse.SUPPRESS]  # noqa: SLF001


def _synopsis(sub: argparse.ArgumentParser) -> str:
    places = [_wrapped(action, _metavar(action)) for action in _shown(sub) if not action.option_strings]
    return " ".join([sub.prog, "[OPTIONS]", *places])


def _wrapped(action: argparse.Action, name: str) -> str:
    if action.nargs == "?":
        return f"[{name}]"
    if action.nargs == "*":
        return f"[{name} ...]"
    return f"{name} ..." if action.nargs == "+" else name


def _metavar(action: argparse.Action) -> str:
    if isinstance(action.metavar, str):
        return action.metavar
    if action.choices is not None:
        return "|".join(str(choice) for choice in action.choices)
    return action.dest.upper()


def _invocation(action: argparse.Action) -> str:
    """Return how an argument is written: `-o`, `--output PATH`."""
    if not action.option_strings:
        return code(_wrapped(action, _metavar(action)))
    value = "" if action.nargs == 0 else f" {_wrapped(action, _metavar(action))}"
    *short, last = action.option_strings
    return ", ".join([*(code(name) for name in short), code(last + value)])


def _help(action: argparse.Action) -> str:
    said = (action.help or "") % {"default": action.default, "prog": "limen"} if action.help else ""
    return plain(said)
