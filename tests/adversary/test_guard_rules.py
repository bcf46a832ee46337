"""Live rules in a server that forks: each process is given its own answers, or refuses."""

from __future__ import annotations

import os

import pytest

from limen.controls.access_rules import AccessRules

RULES = "package access\ndefault allow := false\nallow if input.ok == true\n"
ASKED = 300


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_forked_child_is_never_given_its_parents_answers() -> None:
    """Both read one pipe: whoever came first got the other's answer, and half of all refusals were leave."""
    with AccessRules(RULES, query="data.access.allow") as rules:
        assert rules.allow({"ok": True})
        child = os.fork()
        if not child:
            wrong = 1
            try:
                wrong = sum(rules.allow({"ok": False}) for _ in range(ASKED))
                wrong += sum(not rules.allow({"ok": True}) for _ in range(3))
                rules.close()
            finally:
                os._exit(min(wrong, 99))
        right = all(rules.allow({"ok": True}) for _ in range(ASKED))
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == 0
        assert right
        assert rules.allow({"ok": True})
