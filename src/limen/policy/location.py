"""Where the shipped rules and policies lie: the one place that knows.

A wheel carries them inside the package; a source checkout has them at its top. Nothing copies them
from one place to the other, so what is edited is what is judged with.
"""

from __future__ import annotations

from pathlib import Path

from limen.errors import PolicyError, Problem

_PACKAGE = Path(__file__).resolve().parent.parent
_CHECKOUT = _PACKAGE.parent.parent


def rego_root() -> Path:
    """Return the folder that holds limen/lib, limen/rules and schemas.

    Raises:
        PolicyError: the installation lacks the folder.
    """
    return _root("rego", _PACKAGE, _CHECKOUT)


def policies_root() -> Path:
    """Return the folder that holds profiles and frameworks.

    Raises:
        PolicyError: the installation lacks the folder.
    """
    return _root("policies", _PACKAGE, _CHECKOUT)


def enclosed_roots(inputs: Path) -> tuple[Path, Path]:
    """Return the two folders of shipped rules and policies as a pack encloses them, below the pack's inputs.

    Raises:
        PolicyError: the pack lacks one.
    """
    found = (inputs / "policies" / "rego", inputs / "policies" / "policies")
    for folder in found:
        if not folder.is_dir():
            shown = folder.relative_to(inputs).as_posix()
            raise PolicyError(Problem(message=f"the enclosed inputs lack {shown}/", hint="the pack is damaged"))
    return found


def _root(name: str, package: Path, checkout: Path) -> Path:
    """Return the folder as it is packaged, else as it stands in the checkout that the package is part of."""
    packaged = package / "_data" / name
    if packaged.is_dir():
        return packaged
    source = checkout / name
    if (checkout / "pyproject.toml").is_file() and source.is_dir():
        return source
    raise PolicyError(
        Problem(
            message=f"the folder {name}/ is neither in {packaged.parent} nor in {checkout}",
            hint="limen is installed incompletely: install it again from a wheel, or run it from a full checkout",
        )
    )
