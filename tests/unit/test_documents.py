# SPDX-License-Identifier: GPL-2.0-or-later
"""The Markdown documents name what is there: modules, files, pictures, settings."""

from __future__ import annotations

import re

import pytest

from obs_bgremove.filter.options.settings import (
    BACKGROUNDS,
    FITS,
    KEEPS,
    PRESETS,
    SHARES,
    SYNCS,
    VIEWS,
    described,
)
from obs_bgremove.home import PROJECT

README = PROJECT / "README.md"
ADVANCED = PROJECT / "obs_bgremove" / "ADVANCED.md"
#: The project's own folders, and the top. What tests and demos leave in others is not the project's.
FOLDERS = (".github", "export", "models", "obs_bgremove", "tests")
DOCUMENTS = sorted(
    [*PROJECT.glob("*.md"), *(found for folder in FOLDERS for found in (PROJECT / folder).rglob("*.md"))]
)
OUR_PACKAGES = ("obs_bgremove", "export", "tests")
MOST_LINES = 110

MODULE = re.compile(r"python[\d.]* -m (\w+(?:\.\w+)*)")
#: A link or a picture: [text](target).
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
#: The second column of a row of a table, if it is one name in backticks.
KEY = re.compile(r"^\|[^|]+\| `([\w.]+)` \|", re.MULTILINE)
FILE = re.compile(rf"`((?:{'|'.join(map(re.escape, FOLDERS))})/[\w./-]+\.\w+)`")

documents = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))


def module_exists(name: str) -> bool:
    """Return whether ``python -m name`` finds one of our modules."""
    path = PROJECT.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__main__.py").is_file()


def anchor(heading: str) -> str:
    """Return what a link names a heading by."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def broken(link: str, document) -> bool:
    """Return whether a link of a document leads nowhere within the project."""
    if "://" in link or link.startswith("mailto:"):
        return False
    place, _, heading = link.partition("#")
    target = (document.parent / place).resolve() if place else document
    if not target.exists():
        return True
    return bool(heading) and heading not in map(anchor, HEADING.findall(target.read_text(encoding="utf-8")))


def test_the_documents_are_found():
    assert {README, PROJECT / "models" / "README.md", PROJECT / ".github" / "CONTRIBUTING.md"} <= {*DOCUMENTS}


@documents
def test_the_modules_of_its_commands_exist(document):
    named = set(MODULE.findall(document.read_text(encoding="utf-8")))
    ours = {name for name in named if name.split(".")[0] in OUR_PACKAGES}
    assert sorted(name for name in ours if not module_exists(name)) == []


@documents
def test_its_links_and_pictures_exist(document):
    links = LINK.findall(document.read_text(encoding="utf-8"))
    assert [link for link in links if broken(link, document)] == []


@documents
def test_the_files_that_it_names_exist(document):
    named = FILE.findall(document.read_text(encoding="utf-8"))
    # A file may be named as it is seen from the document, or from the project's folder.
    assert [
        name for name in named if not any((one / name).is_file() for one in (PROJECT, document.parent))
    ] == []


@pytest.mark.parametrize(("document", "advanced"), [(README, False), (ADVANCED, True)])
def test_each_setting_has_a_row_in_its_document_and_no_other(document, advanced):
    keys = [
        key
        for key in KEY.findall(document.read_text(encoding="utf-8"))
        if not key.startswith("obs_bgremove.")
    ]
    assert sorted(keys) == sorted(one.name for one in described() if one.about.advanced == advanced)


def test_the_tables_name_settings_as_obs_shows_them():
    text = README.read_text(encoding="utf-8") + ADVANCED.read_text(encoding="utf-8")
    rows = [f"| {setting.about.label} | `{setting.name}` |" for setting in described()]
    assert [row for row in rows if row not in text] == []


@pytest.mark.parametrize(
    "values", [BACKGROUNDS, PRESETS, FITS, KEEPS, SHARES, SYNCS, VIEWS], ids=lambda one: next(iter(one))
)
def test_the_tables_have_each_value_of_a_list(values):
    text = README.read_text(encoding="utf-8") + ADVANCED.read_text(encoding="utf-8")
    assert [value for value in values if f"`{value}`" not in text] == []


def test_the_readme_is_short():
    assert len(README.read_text(encoding="utf-8").splitlines()) <= MOST_LINES
