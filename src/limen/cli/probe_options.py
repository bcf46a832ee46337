"""Options of a probe from the command line: NAME=VALUE, checked as a declaration's are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from limen.errors import Problem, UsageError

if TYPE_CHECKING:
    from limen.model.probing import ProbeOptions


def probe_options(name: str, given: Sequence[str]) -> ProbeOptions:
    """Return the options of a probe; raises UsageError for each that it does not take, with what is nearest."""
    from limen.model.probing import OPTIONS_OF, ProbeOptions

    known = sorted(OPTIONS_OF.get(name, ()))
    values: dict[str, Any] = {}
    problems = []
    for word in given:
        option, equals, value = word.partition("=")
        if option not in known or not equals:
            problems.append(_unknown(name, option, known, bool(equals)))
        elif option in values:
            values[option] = [*(values[option] if isinstance(values[option], list) else [values[option]]), value]
        else:
            values[option] = value
    for option, value in values.items():
        try:
            values[option] = _converted(option, value)
        except (msgspec.ValidationError, RecursionError) as error:
            problems.append(Problem(message=f"--option {option}: {error}", hint="docs/declaration.md lists them"))
    if problems:
        raise UsageError(problems)
    return ProbeOptions(**values)


def _converted(option: str, value: Any) -> Any:
    """Return one option's value in the model's type; a list may be given as one value."""
    from limen.model.probing import ProbeOptions

    given = _structured(option, value) if isinstance(value, str) and value[:1] in ("{", "[") else value
    for form in (given, [given]):
        try:
            return getattr(msgspec.convert({option: form}, ProbeOptions, strict=False), option)
        except msgspec.ValidationError as error:
            if form is not given or "array" not in str(error):
                raise
    raise AssertionError("unreachable")


def _structured(option: str, value: str) -> Any:
    """Return a value of several parts, written as YAML or JSON on one line."""
    import yaml

    try:
        return yaml.safe_load(value)
    except yaml.YAMLError:
        raise msgspec.ValidationError(f"{value!r} is neither YAML nor JSON") from None


def _unknown(name: str, option: str, known: Sequence[str], equals: bool) -> Problem:
    from difflib import get_close_matches

    if option in known and not equals:
        return Problem(message=f"--option {option} has no value", hint=f"write --option {option}=VALUE")
    close = get_close_matches(option, known, 1)
    hint = f'did you mean "{close[0]}"?' if close else f"it takes: {', '.join(known) or 'none'}"
    return Problem(message=f"the probe {name} takes no option {option!r}", hint=hint)
