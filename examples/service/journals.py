"""Logs: a file each component, and no identifier in any of them.

Whatever is logged anywhere in this process is redacted when the record is made (45 CFR 164.312(b), NIST AU-9).
"""

from __future__ import annotations

import logging
from pathlib import Path

from limen.controls.redaction import Redactor

FORM = "%(asctime)s %(levelname)s %(message)s"


def journals(folder: Path, components: list[str], redactor: Redactor) -> None:
    """Give each component a log of its own below `folder/log`; the rest goes to `folder/log/service`."""
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    root.addHandler(_file(folder / "log" / "service"))
    for name in components:
        logging.getLogger(f"service.{name}").addHandler(_file(folder / "log" / name))
    redactor.install()


def _file(folder: Path) -> logging.Handler:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "service.log"
    path.touch(mode=0o600)
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter(FORM))
    return handler
