"""veraPDF, the PDF Association's validator: whether a file is what it says it is.

Its jars come from Maven Central: `mvn -q -B -f .ci/verapdf/pom.xml dependency:copy-dependencies` puts them into
`.ci/verapdf/libs`; LIMEN_VERAPDF names another folder. It is GPL or MPL: it is run, and nothing of it is linked.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.needs import REPOSITORY, need_program

_MAIN = "org.verapdf.apps.GreenfieldCliWrapper"


def jars() -> Path:
    """Return the folder of veraPDF's jars; skip the test, or fail it under LIMEN_REQUIRE=all, when it is missing."""
    folder = Path(os.environ.get("LIMEN_VERAPDF") or REPOSITORY / ".ci" / "verapdf" / "libs")
    if not any(folder.glob("cli-*.jar")):
        reason = "veraPDF's jars are missing: mvn -q -B -f .ci/verapdf/pom.xml dependency:copy-dependencies"
        if os.environ.get("LIMEN_REQUIRE") == "all":
            pytest.fail(f"LIMEN_REQUIRE=all: {reason}", pytrace=False)
        pytest.skip(reason)
    return folder


def judged(flavour: str, *files: Path) -> dict[str, str]:
    """Return PASS or FAIL for each file's name by a profile of veraPDF's, such as 2a (PDF/A-2a) or ua1 (PDF/UA-1)."""
    libraries, java = jars(), need_program("java")
    brief = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")  # it runs for seconds: nothing pays for optimising
    command = [java, *brief, "-cp", f"{libraries}/*", _MAIN, "--format", "text", "-f", flavour, *files]
    done = subprocess.run(list(map(str, command)), capture_output=True, timeout=120, stdin=subprocess.DEVNULL)
    assert done.returncode in (0, 1), done.stderr.decode()  # 1: some file does not comply
    found = {}
    for line in done.stdout.decode().splitlines():
        verdict, _, rest = line.partition(" ")
        if verdict in ("PASS", "FAIL"):
            path, _, by = rest.rpartition(" ")
            assert by == flavour
            found[Path(path).name] = verdict
    return found
