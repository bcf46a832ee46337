"""What a start costs: with the index, nothing heavy is imported and no YAML or Rego is parsed in this process."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("jsonschema", "networkx", "numpy", "regorus", "rich", "yaml", "limen.policy.linter", "limen.policy.syntax")


def test_a_catalog_from_the_index_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from limen.policy.catalog import load_catalog\n"
        "from limen.policy.decide import decide\n"
        "from limen.policy.embedded import EmbeddedEngine\n"
        "from limen.policy.selection import select\n"
        "import datetime\n"
        "catalog = load_catalog()\n"
        "select(catalog, ['zero-trust'], as_of=datetime.date(2026, 1, 1))\n"
        "EmbeddedEngine.start().close()\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (ran.stdout.strip(), ran.stderr) == ("[]", "")
