"""YAML as a stream of events, from libyaml, and its syntax errors in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn

import yaml
from yaml.events import Event
from yaml.parser import Parser
from yaml.reader import Reader, ReaderError
from yaml.scanner import Scanner

HAS_LIBYAML: bool = yaml.__with_libyaml__
"""Whether libyaml is there; without it PyYAML's own parser reads the same language, ten times slower."""


class YamlSyntaxError(Exception):
    """Text that is no YAML; `index` is where, in characters from its start."""

    def __init__(self, message: str, index: int, hint: str = "") -> None:
        """Keep what is wrong, where, and what to do."""
        super().__init__(message)
        self.index = index
        self.hint = hint


class _PythonParser(Reader, Scanner, Parser):
    """PyYAML's own parser, for interpreters whose PyYAML was built without libyaml."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)


def yaml_events(text: str, libyaml: bool = HAS_LIBYAML) -> Iterator[Event]:
    """Return the events of a text, those of the stream itself included.

    What comes out raises yaml.YAMLError, which `explain` puts into words: a generator that did both would cost a
    tenth of the whole loading.
    """
    return iter(_parser(text, libyaml).get_event, None)


def _parser(text: str, libyaml: bool) -> Any:
    if libyaml:
        from yaml.cyaml import CParser  # type: ignore[attr-defined]

        return CParser(text)
    return _PythonParser(text)


def explain(error: yaml.YAMLError, text: str) -> NoReturn:
    """Raise YamlSyntaxError with what is wrong with a text, where, and what to do."""
    if isinstance(error, ReaderError):
        code = ord(error.character) if isinstance(error.character, str) else error.character
        raise YamlSyntaxError(
            f"the character U+{code:04X} is not allowed",
            error.position,
            'write it as an escape in double quotes, such as "\\x07"',
        ) from error
    problem = str(getattr(error, "problem", None) or "the text is not YAML")
    context = getattr(error, "context", None)
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    index = min(mark.index, len(text)) if mark is not None else 0
    found = text[index : index + 1]
    if "cannot start any token" in problem and found == "\t":
        raise YamlSyntaxError("a tab can't indent YAML", index, "indent with spaces") from error
    if "cannot start any token" in problem:
        raise YamlSyntaxError(f"a value can't start with {found}", index, "put the value in quotes") from error
    if "mapping values are not allowed" in problem:
        hint = 'check the indentation; text that holds ": " belongs in quotes'
        raise YamlSyntaxError('":" is not allowed here', index, hint) from error
    if "end of stream" in problem or (index >= len(text.rstrip()) and context is not None and "flow" in context):
        opened = getattr(error, "context_mark", None)
        raise YamlSyntaxError(
            "the text ends too early: something was opened and never closed",
            min(opened.index, len(text)) if opened is not None else index,
            "close the quote or bracket that opens here",
        ) from error
    raise YamlSyntaxError(
        "this is not YAML: " + problem + (f" {context}" if context else ""),
        index,
        "check the indentation, brackets and quotes here and on the line before",
    ) from error
