"""Which files are code, and of what language, by the ending of their names or, without one, by their first line."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

_ENDINGS = {
    "python": ".py .pyi .pyw",
    "javascript": ".js .jsx .mjs .cjs",
    "typescript": ".ts .tsx .mts .cts",
    "java": ".java",
    "go": ".go",
    "c": ".c .h",
    "c++": ".cc .cpp .cxx .hh .hpp .hxx",
    "c#": ".cs",
    "clojure": ".clj .cljs",
    "cobol": ".cbl .cob",
    "dart": ".dart",
    "elixir": ".ex .exs",
    "erlang": ".erl",
    "f#": ".fs .fsx",
    "groovy": ".groovy",
    "haskell": ".hs",
    "julia": ".jl",
    "kotlin": ".kt .kts",
    "lua": ".lua",
    "notebook": ".ipynb",
    "objective-c": ".m .mm",
    "ocaml": ".ml .mli",
    "pascal": ".pas",
    "perl": ".pl .pm",
    "php": ".php",
    "r": ".r",
    "ruby": ".rb",
    "rust": ".rs",
    "scala": ".scala",
    "solidity": ".sol",
    "svelte and vue": ".svelte .vue",
    "swift": ".swift",
    "visual basic": ".vb",
    "zig": ".zig",
}
_BY_ENDING = {ending: language for language, endings in _ENDINGS.items() for ending in endings.split()}
_FIRST_LINE = re.compile(
    rb"#![ \t]*\S*?(?:/env[ \t]+(?:-\S+[ \t]+)*(?:\w+=\S*[ \t]+)*)?(?<=[/ \t])(\w+?)[\d.]*(?=\s|$)"
)
_INTERPRETERS = {
    "python": ".py", "pypy": ".py", "node": ".js", "nodejs": ".js", "deno": ".ts", "bun": ".ts", "ruby": ".rb",
    "perl": ".pl", "php": ".php", "lua": ".lua", "groovy": ".groovy", "Rscript": ".r", "julia": ".jl",
}  # fmt: skip
_ALIASES = {"js": "javascript", "ts": "typescript", "py": "python", "python3": "python", "golang": "go"}


def language_of(path: str) -> str:
    """Return the language of a file, or `other` for what is no code of a language that is known."""
    return _BY_ENDING.get(PurePosixPath(path).suffix.lower(), "other")


def script_ending(start: bytes) -> str:
    """Return the ending that a script's name would have, by its first line; empty where it names no known program."""
    found = _FIRST_LINE.match(start)
    return "" if found is None else _INTERPRETERS.get(found[1].decode("ascii"), "")


def canonical(language: str) -> str:
    """Return the name that this module has for a language of semgrep's."""
    return _ALIASES.get(language.lower(), language.lower())
