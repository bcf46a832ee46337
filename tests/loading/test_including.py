"""Includes: followed to their end, in any order, never out of the root's folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from limen.loading import load
from tests.loading.support import SOUND, load_text, problems, shown, underlined, write

FLOW = "flows: [{{id: {0}, from: portal, to: gateway}}]\n"


def test_included_files_include_further_relative_to_their_own_folder(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "first.yaml").write_text("include: [b/*.yaml, ../last.yml]\n" + FLOW.format("one"))
    (tmp_path / "a" / "b" / "second.yaml").write_text(FLOW.format("two"))
    (tmp_path / "last.yml").write_text(FLOW.format("three"))
    loaded = load_text(tmp_path, "include: [a/first.yaml]\n" + SOUND)
    assert {flow.id for flow in loaded.declaration.flows} == {"upload", "one", "two", "three"}
    assert [file.name for file in loaded.files] == ["boundaries.yaml", "a/b/second.yaml", "a/first.yaml", "last.yml"]


def test_a_file_that_two_patterns_match_is_read_once(tmp_path: Path) -> None:
    loaded = load_text(tmp_path, "include: ['*.yml', one.yml, '**/one.yml']\n" + SOUND, one__yml=FLOW.format("one"))
    assert [flow.id for flow in loaded.declaration.flows] == ["upload", "one"]


def test_hidden_files_match_only_where_the_pattern_names_them(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "three.yml").write_text(FLOW.format("three"))
    (tmp_path / ".two.yml").write_text(FLOW.format("two"))
    (tmp_path / "one.yml").write_text(FLOW.format("one"))
    assert [flow.id for flow in load_text(tmp_path, "include: ['**/*.yml']\n" + SOUND).declaration.flows] == [
        "upload",
        "one",
    ]
    text = "include: ['.git/*.yml', .two.yml]\n" + SOUND
    assert {flow.id for flow in load_text(tmp_path, text).declaration.flows} == {"upload", "two", "three"}


def test_links_to_their_own_folder_do_not_make_the_search_endless(tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        (tmp_path / name).symlink_to(".")
    found = load_text(tmp_path, "include: ['**/*.yml']\n" + SOUND, x__yml=FLOW.format("x"))
    assert [flow.id for flow in found.declaration.flows] == ["upload", "x"]


def test_a_file_that_two_files_include_is_read_once(tmp_path: Path) -> None:
    files = {"a__yaml": "include: [c.yaml]\n", "b__yaml": "include: [c.yaml]\n", "c__yaml": FLOW.format("one")}
    loaded = load_text(tmp_path, "include: [a.yaml, b.yaml]\n" + SOUND, **files)
    assert [flow.id for flow in loaded.declaration.flows] == ["upload", "one"]


def test_a_link_inside_the_tree_is_followed(tmp_path: Path) -> None:
    write(tmp_path, boundaries__yaml="include: [link.yaml]\n" + SOUND, real__yaml=FLOW.format("one"))
    (tmp_path / "link.yaml").symlink_to("real.yaml")
    assert [file.name for file in load(tmp_path).files] == ["boundaries.yaml", "real.yaml"]


def test_the_root_itself_may_be_reached_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "away").mkdir()
    write(tmp_path / "real", boundaries__yaml="include: [one.yaml]\n" + SOUND, one__yaml=FLOW.format("one"))
    (tmp_path / "away" / "boundaries.yaml").symlink_to(tmp_path / "real" / "boundaries.yaml")
    assert [flow.id for flow in load(tmp_path / "away").declaration.flows] == ["upload", "one"]


@pytest.mark.parametrize(
    ("section", "content"),
    [
        ("zones.inside", "zones: {inside: {trust: 1}}"),
        ("data.packet", '{"data": {"packet": {}}}'),
        ("flows.upload", FLOW.format("upload")),
    ],
)
def test_a_name_that_two_files_declare_names_both_places(tmp_path: Path, section: str, content: str) -> None:
    suffix = "json" if content.startswith('{"') else "yaml"
    found = problems(tmp_path, f"include: [more.{suffix}]\n" + SOUND, **{f"more__{suffix}": content})
    assert len(found) == 1
    assert found[0].message.startswith(f'"{section}" is declared twice; first at boundaries.yaml:')
    assert found[0].location is not None
    assert found[0].location.file == f"more.{suffix}"
    assert underlined(found[0]).strip('"') == section.split(".")[1]


@pytest.mark.parametrize(
    "text", ["labels: {levels: [a]}", "secrets: {}", "verification: {}", "key_rotation_procedure: x"]
)
def test_a_section_of_one_entry_belongs_into_one_file(tmp_path: Path, text: str) -> None:
    found = problems(tmp_path, f"include: [more.yaml]\n{text}\n" + SOUND, more__yaml=text)
    name = text.split(":", maxsplit=1)[0]
    assert shown(found) == [f'more.yaml:1:1: "{name}" is declared twice; first at boundaries.yaml:2:1']


@pytest.mark.parametrize("name", ["version", "system", "profiles"])
def test_some_fields_belong_into_the_root_alone(tmp_path: Path, name: str) -> None:
    found = problems(tmp_path, "include: [more.yaml]\n" + SOUND, more__yaml=f"{name}: 1\n")
    assert shown(found) == [f'more.yaml:1:1: {name} belongs into the root file, "boundaries.yaml", alone']


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("none.yaml", 'include "none.yaml" matches no file'),
        ("none/*.yaml", 'include "none/*.yaml" matches no file'),
        ("/etc/passwd", 'include "/etc/passwd" is no relative path'),
        ("../secret.yaml", 'include "secret.yaml" leads out of the declaration\'s folder'),
        ("../*.yaml", 'include "secret.yaml" leads out of the declaration\'s folder'),
        ("outside.yaml", 'include "outside.yaml" leads out of the declaration\'s folder'),
        ("out/*.yaml", 'include "secret.yaml" leads out of the declaration\'s folder'),
        ("loop.yaml", 'include "loop.yaml" can\'t be read'),
        ("gone.yaml", 'include "gone.yaml" can\'t be read: No such file or directory'),
        ("boundaries.yaml", 'includes go round in a circle: "boundaries.yaml -> boundaries.yaml"'),
        ("**x/*.yaml", 'include "**x/*.yaml" is no pattern: "Invalid pattern'),
        ("a" * 300 + ".yaml", 'include "aaaaa'),
        ("notes.txt", 'include "notes.txt" has no known suffix'),
    ],
)
def test_includes_that_are_refused(tmp_path: Path, pattern: str, message: str) -> None:
    folder = tmp_path / "system"
    folder.mkdir()
    (tmp_path / "secret.yaml").write_text("keys: {hidden: {}}\n")
    (folder / "outside.yaml").symlink_to(tmp_path / "secret.yaml")
    (folder / "out").symlink_to(tmp_path)
    (folder / "loop.yaml").symlink_to("loop.yaml")
    (folder / "gone.yaml").symlink_to("nowhere.yaml")
    (folder / "notes.txt").write_text("")
    found = problems(folder, f"version: 1\ninclude:\n  - '{pattern}'\n" + SOUND.replace("version: 1\n", ""))
    assert len(found) == 1
    assert found[0].message.startswith(message)
    assert str(found[0].location) == "boundaries.yaml:3:5"
    assert underlined(found[0]) == f"'{pattern}'"
    assert found[0].hint


def test_a_circle_of_includes_is_named(tmp_path: Path) -> None:
    found = problems(
        tmp_path, "include: [a.yaml]\n" + SOUND, a__yaml="include: [b.json]", b__json='{"include": ["a.yaml"]}'
    )
    assert shown(found) == ['b.json:1:14: includes go round in a circle: "a.yaml -> b.json -> a.yaml"']


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    os.mkfifo(tmp_path / "pipe.jsonl")
    found = problems(tmp_path, "include: [pipe.yaml, pipe.jsonl]\n" + SOUND)
    assert shown(found) == [
        "pipe.jsonl: the file can't be read: it is a pipe",
        "pipe.yaml: the file can't be read: it is a pipe",
    ]


def test_troubles_of_all_files_are_found_at_once(tmp_path: Path) -> None:
    files = {"a__yaml": "flows: [", "b__json": "{", "c__jsonl": "{", "d__yaml": "", "e__yaml": "[]"}
    found = problems(tmp_path, "include: ['*.yaml', b.json, c.jsonl, none]\n" + SOUND, **files)
    places = {str(problem.location) for problem in found}
    assert places == {
        "boundaries.yaml:1:38",  # include none
        "boundaries.yaml:1:11",  # '*.yaml' matches the root itself
        "a.yaml:1:9",
        "b.json:1:2",
        "c.jsonl:1:2",
        "d.yaml:1:1",
        "e.yaml:1:1",
    }
