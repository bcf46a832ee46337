"""The source code of limen.controls under the code and secrets probes, and copies with one line made worse."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from limen.loading import load
from limen.probes.running import Limits, run
from limen.records.attempts import ProbeRun
from tests.lab.samples import fill
from tests.needs import REPOSITORY

SOURCE = REPOSITORY / "src" / "limen" / "controls"
FOUND = "conformance.code_found::finding.excuse"
TOUCHY = ("envelope.py", "data_keys.py", "field*.py", "redact*.py", "incident_hook.py", "settings.py", "tenant_*.py")
CODE: dict[str, tuple[str, str, str, str]] = {
    "good": ("", "", "", ""),
    "AES-GCM without associated data": (
        FOUND,
        "data_keys.py",
        "AESGCM(",
        "AESGCM(bytes(32)).encrypt(bytes(12), b'', None) or AESGCM(",
    ),
    "a patient in the log": (
        FOUND,
        "fields.py",
        "        made, problems = dict(record)",
        '        logging.getLogger("x").info("sealing %s", record.patient_name)\n        made, problems = dict(record)',
    ),
    "a certificate that nobody checks": (
        FOUND,
        "incident_hook.py",
        "\nclass ",
        '\nimport requests\n\nrequests.post("https://hub.example/", verify=False)\n\n\nclass ',
    ),
    "a secret with a default": (
        FOUND,
        "settings.py",
        "\ndef ",
        '\nSECRET_KEY = os.environ.get("SECRET_KEY", "dev")\n\n\ndef ',
    ),
}
"""By name, the finding that must come of it, the file, and what is put in place of what."""
SECRETS: dict[str, tuple[str, str]] = {
    "good": ("", ""),
    "a key in the source": ("conformance.secrets_found::secret.excuse", "AKIA{base32:16}"),
    "a token in the source": ("conformance.secrets_found::secret.excuse", "ghp_{alnum:36}"),
}
"""By name, the finding that must come of it, and the template of what stands in a file."""


def analysed(name: str, folder: Path) -> tuple[str, ProbeRun]:
    """Copy source, make it worse, and analyse it; of the good one all that touches keys, values and the outside.

    tests/examples analyses all of limen.controls as it is; semgrep takes its time for that.
    """
    _, file, before, after = CODE[name]
    place = folder / "limen" / "controls"
    if name == "good":
        place.mkdir(parents=True)
        for path in sorted(one for pattern in TOUCHY for one in SOURCE.glob(pattern)):
            shutil.copy(path, place)
    else:
        place.mkdir(parents=True)
        text = (SOURCE / file).read_text(encoding="utf-8")
        assert before in text, f"{file} has changed: the laboratory must be made worse elsewhere"
        (place / file).write_text(f"import logging\nimport os\n{text.replace(before, after, 1)}", encoding="utf-8")
    return _observed("code", folder, {})


def searched(name: str, folder: Path) -> tuple[str, ProbeRun]:
    """Copy the source, put a secret into it, and search it."""
    import random

    place = folder / "limen" / "controls"
    shutil.copytree(SOURCE, place, ignore=shutil.ignore_patterns("__pycache__"))
    template = SECRETS[name][1]
    if template:
        secret = fill(template, random.Random("limen laboratory"))
        with (place / "settings.py").open("a", encoding="utf-8") as file:
            file.write(f'\nTOKEN = "{secret}"\n')
    return _observed("secrets", folder, {})


def _observed(probe: str, folder: Path, options: dict[str, str]) -> tuple[str, ProbeRun]:
    request = {"probe": probe, "component": "one", "endpoint": "limen"} | ({"options": options} if options else {})
    text = f"""\
version: 1
system: {{id: lab}}
zones: {{inside: {{trust: 1}}}}
components:
  one: {{zone: inside, kind: service, processing: {{plaintext_logging: forbidden}}}}
  two: {{zone: inside, kind: service}}
flows: [{{id: talk, from: two, to: one, carries: [], returns: []}}]
profiles: [baseline]
probes: [{json.dumps(request)}]
"""
    path = folder / "boundaries.yaml"
    path.write_text(text, encoding="utf-8")
    return text, run(load(path).declaration, folder, limits=Limits(timeout=120))
