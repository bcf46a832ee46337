"""Write the generated systems of the benchmarks, for limen and for the tools that it is compared with.

    python -m benchmarks.generate --flows 10000 --to DIRECTORY
    python -m benchmarks.generate --dense 200 50 --to DIRECTORY

The same arguments write the same bytes. Only the standard library is used.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path

from benchmarks.declaration import inventory, json_lines, sections, yaml_declaration, yaml_sections
from benchmarks.dense import dense_lines, dense_sections
from benchmarks.peers import flowstrider_model, pytm_script
from benchmarks.topology import Topology, build

NOTATIONS = ("yaml", "jsonl", "pytm", "pytm-one-way", "flowstrider", "flowstrider-one-way")
"""What `generate` can write; the one-way ones leave out what a flow returns."""


def model_path(notation: str, folder: Path) -> Path:
    """The file under `folder` that a tool is given for this notation.

    Raises:
        ValueError: an unknown notation.
    """
    match notation:
        case "yaml" | "jsonl":
            return folder / notation / "boundaries.yaml"
        case "pytm" | "pytm-one-way":
            return folder / f"{notation}-model.py"  # not pytm.py: the script would import itself
        case "flowstrider" | "flowstrider-one-way":
            return folder / f"{notation}.json"
        case _:
            raise ValueError(f"expected one of {', '.join(NOTATIONS)}, got {notation!r}")


def generate(topology: Topology, notation: str, folder: Path) -> Path:
    """Write a system in one notation under `folder`; return the file that the tool is given.

    Raises:
        ValueError: an unknown notation.
        OSError: `folder` can't be written.
    """
    path = model_path(notation, folder)
    match notation:
        case "yaml":
            _write(path, yaml_declaration(topology))
        case "jsonl":
            _write(path, yaml_sections(sections(topology, include=("inventory.json", "flows.jsonl"))))
            _write(path.with_name("inventory.json"), [json.dumps(inventory(topology), indent=1)])
            _write(path.with_name("flows.jsonl"), json_lines(topology))
        case "pytm" | "pytm-one-way":
            _write(path, pytm_script(topology, answers=notation == "pytm"))
        case _:
            _write(path, [flowstrider_model(topology, answers=notation == "flowstrider")])
    return path


def generate_dense(components: int, items: int, folder: Path, degree: int | None = None) -> Path:
    """Write the dense system (`degree`: see `dense_lines`); return its declaration.

    Raises:
        ValueError: more items than components.
        OSError: `folder` can't be written.
    """
    _write(folder / "flows.jsonl", dense_lines(components, degree))
    return _write(folder / "boundaries.yaml", yaml_sections(dense_sections(components, items)))


def _write(path: Path, lines: Iterable[str]) -> Path:
    """Write lines as UTF-8 with a newline after each."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{line}\n" for line in lines)
    return path


def main() -> None:
    """Read the arguments and write the files."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.generate", description="Write generated systems for limen, pytm and FlowStrider."
    )
    parser.add_argument("--flows", type=int, help="number of flows")
    parser.add_argument("--dense", type=int, nargs=2, metavar=("COMPONENTS", "ITEMS"), help="the dense system instead")
    parser.add_argument("--degree", type=int, help="flows out of each component of the dense system; default: all")
    parser.add_argument("--notation", action="append", choices=NOTATIONS, help="only this one; may be repeated")
    parser.add_argument("--seed", type=int, default=20260101, help="draws another system")
    parser.add_argument("--to", type=Path, required=True, help="folder to write to")
    arguments = parser.parse_args()
    if (arguments.flows is None) == (arguments.dense is None):
        parser.error("expected either --flows or --dense")
    try:
        if arguments.dense is not None:
            components, items = arguments.dense
            print(generate_dense(components, items, arguments.to, arguments.degree))
        else:
            topology = build(arguments.flows, arguments.seed)
            for notation in arguments.notation or NOTATIONS:
                print(generate(topology, notation, arguments.to))
    except ValueError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
