"""Markdown for a pull request: what is open first, accepted findings folded, no longer than a comment may be."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from limen.records.assessment import Assessment
from limen.reports import Options
from limen.reports._words import markdown as plain
from limen.reports.markdown import render
from tests.reports.building import conforming, many, sample


def page(assessment: Assessment) -> str:
    return MarkdownIt("commonmark", {"html": True}).enable("table").render(render(assessment, Options()).decode())


def test_open_findings_stand_above_accepted_ones() -> None:
    found = page(sample())
    above, below = found.split("3 accepted findings")
    assert "critical" in above
    assert "waived" not in above
    assert below.count("<tr>") == 4


def test_the_verdict_is_the_head() -> None:
    assert page(sample()).startswith("<h2>❌ limen: does not conform: 3 findings, 2 not assessed or in error")
    assert page(conforming()).startswith("<h2>✅ limen: conforms as declared; 74 claims, 0 observed")


def test_many_findings_are_cut_with_a_count() -> None:
    source = render(many(10_000), Options()).decode()
    shown = source.count("| high |")
    assert len(source) < 65_536
    assert f"… and {10_000 - shown:,} more findings." in source
    assert shown > 100


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1. a list", "1. a list"),
        ("12) a list", "12) a list"),
        ("- a list", "- a list"),
        ("+ a list", "+ a list"),
        ("# head", "#\u200b head"),
        ("=== head", "=== head"),
        ("a_b_c *d* ~~e~~", "a_b_c *d* ~~e~~"),
        ("@user", "@\u200buser"),
        ("GH-12", "GH-\u200b12"),
        ("site-upload at 1.3", "site-upload at 1.3"),
        ("a\nb", "a b"),
        ("<b>&amp;</b>", "&lt;b&gt;&amp;amp;&lt;/b&gt;"),
        ("$x$ `code`", "$x$ `code`"),
    ],
)
def test_text_stays_text(text: str, said: str) -> None:
    assert MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(plain(text)) == f"<p>{said}</p>\n"
