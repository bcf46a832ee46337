"""Takes the screenshot of the README: the HTML report of the reference system, as Chromium shows it.

``python -m docs.screenshot`` writes docs/images/report.png. Fonts differ between systems, so nothing compares the
picture byte by byte; take it anew when the report looks different.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from limen.cli.writing import write_file
from limen.records.statuses import EXIT_CONFORMING

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "images" / "report.png"
WIDTH, HEIGHT = 1280, 1180
"""Pixels of the window."""
DEADLINE = 120
"""Seconds that each program may take."""


def main() -> int:
    """Write the picture; 1 where the reference system does not conform, 2 where there is no Chromium."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.stderr.write("chromium is not on PATH\n")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        report, picture = Path(folder) / "report.html", Path(folder) / "report.png"
        check = [sys.executable, "-m", "limen", "check", "boundaries.yaml", "--format", "html", "--output", str(report)]
        if subprocess.run(check, cwd=ROOT, check=False, timeout=DEADLINE).returncode != EXIT_CONFORMING:
            return 1
        command = [
            chromium,
            "--headless=new",
            *(["--no-sandbox"] if os.geteuid() == 0 else []),  # Chromium refuses a sandbox to root
            "--disable-gpu",
            "--hide-scrollbars",
            f"--user-data-dir={folder}/profile",
            f"--window-size={WIDTH},{HEIGHT}",
            f"--screenshot={picture}",
            report.as_uri(),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=DEADLINE)
        write_file(PICTURE, picture.read_bytes())
    return 0


if __name__ == "__main__":
    sys.exit(main())
