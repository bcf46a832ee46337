"""A part of a declaration as YAML that a person would write: short lists on a line, quotes only where they count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml


class _Dumper(yaml.SafeDumper):
    """Writes lists of plain values on one line, and in double quotes what would else be read as something else."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent the entries of a list below its name."""
        super().increase_indent(flow, False)


def _list(dumper: _Dumper, value: list[Any]) -> yaml.Node:
    plain = not any(isinstance(one, (dict, list)) for one in value)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=plain)


def _text(dumper: _Dumper, value: str) -> yaml.Node:
    tag = dumper.resolve(yaml.ScalarNode, value, (True, False))  # type: ignore[no-untyped-call]
    plain = tag == "tag:yaml.org,2002:str"
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=None if plain else '"')


_Dumper.add_representer(list, _list)
_Dumper.add_representer(str, _text)


def as_yaml(entries: Mapping[str, Any]) -> str:
    """Return entries of a declaration as YAML, in their order."""
    return yaml.dump(dict(entries), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
