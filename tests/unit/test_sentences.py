# SPDX-License-Identifier: GPL-2.0-or-later
"""Every sentence that a user meets goes through the catalogues of languages, read from the source.

Two kinds of text are looked for outside of ``tr``, ``trn`` and ``N``: whole sentences (some words, and a full
stop at the end), and words in what is known to be shown to people. Not found are half sentences that are put
into a sentence as its reason: those of libraries are English, too.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from obs_bgremove.home import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Whose arguments are translated, or go to the logs, which stay English.
TRANSLATED = {"tr", "trn", "N"}
LOGS = {"log", "journal", "_log", "note_error"}
#: What shows its arguments to people.
SHOWN = {
    *("say", "complain", "refuse", "ask", "Finding", "Choice", "SetupError", "StartProblem", "LayoutError"),
    *("ModelProblem", "DeviceProblem", "OutfitProblem", "MemoryProblem", "CutoutProblem", "ExportError"),
    "ArgumentTypeError",
}
#: What only those meet who write, measure or release this project; what speaks before a catalogue can; and
#: what tests.messages collects in another way.
ENGLISH = {
    "install.py": "an older Python cannot read the catalogues",
    "obs_bgremove/demo/person.py": "an error of OpenCV's, the reason in a sentence of the demo",
    "obs_bgremove/filter/options/settings.py": "described() has its sentences, the page translates them",
    "obs_bgremove/obs_script.py": "speaks only where the package with the catalogues cannot be loaded",
    "obs_bgremove/private_obs": "errors of tests and of the demo",
    "obs_bgremove/setup/lock.py": "makes a release",
    "obs_bgremove/worker/__main__.py": "a command for people who measure",
    "obs_bgremove/worker/measure": "a command for people who measure",
}
#: What of the workshop speaks to users: ``install.py --model`` fetches with it.
OF_FETCHING = ("fetch/packages.py", "shelf/place.py")


def literals(tree: ast.AST) -> Iterator[tuple[ast.AST, str, str]]:
    """Yield each text outside of TRANSLATED and LOGS, with what it is an argument of (or "")."""
    yield from _literals(tree, "")


def _literals(node: ast.AST, called: str) -> Iterator[tuple[ast.AST, str, str]]:
    if isinstance(node, ast.JoinedStr):
        yield node, _text(node), called
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node, node.value, called
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        # A docstring.
        return
    if isinstance(node, ast.Call):
        names = ast.unparse(node.func).split(".")
        if names[-1] in TRANSLATED or LOGS & set(names):
            return
        called = names[-1]
    for child in ast.iter_child_nodes(node):
        yield from _literals(child, called)


def _text(node: ast.JoinedStr) -> str:
    return "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values)


def untranslated(source: str) -> list[str]:
    """Return the sentences of a source that no catalogue can have."""
    found = []
    for node, text, called in literals(ast.parse(source)):
        words = re.findall(r"[A-Za-z]{2,}", text)
        sentence = (
            len(words) > 2 and re.search(r"\w[\])}'\"]*[.?!]\)?$", text.strip()) and " " in text.strip()
        )
        shown = called in SHOWN and len(words) > 1
        # Names of programs and their options are words of no language.
        if (sentence or shown) and " " in text.strip() and not text.startswith(("{} --", "Python {}")):
            found.append(f"{getattr(node, 'lineno', 0)}: {text}")
    return found


def files() -> list[Path]:
    """Return the sources whose sentences users meet."""
    paths = [PROJECT / "install.py", *sorted((PROJECT / "obs_bgremove").rglob("*.py"))]
    paths += [PROJECT / "export" / name for name in OF_FETCHING]
    return [path for path in paths if not _is_english(path.relative_to(PROJECT).as_posix())]


def _is_english(name: str) -> bool:
    return any(name == one or name.startswith(f"{one}/") for one in ENGLISH)


@pytest.mark.parametrize("path", files(), ids=lambda path: path.relative_to(PROJECT).as_posix())
def test_no_sentence_is_without_a_catalogue(path):
    assert untranslated(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", ENGLISH)
def test_what_may_stay_english_exists(name):
    assert (PROJECT / name).exists()


@pytest.mark.parametrize(
    "source",
    [
        'say("All is well")',
        'status = "The worker is gone. See the log."',
        'raise StartProblem(f"{python} does not start")',
        'text = f"It took {seconds} s to do it."',
        'joined([tr("One."), "And another one."])',
    ],
)
def test_a_sentence_is_found(source):
    assert len(untranslated(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        '"""A docstring is a sentence."""',
        'say(tr("All is well."))',
        'tr("It is {how}.", how="bad. Very bad.")',
        'log.info("It begins now.")',
        'self._log(f"{name} is the one that ends.")',
        'pattern = "*.py"',
        'X = N("This is kept until it is shown.")',
    ],
)
def test_what_is_none_is_not(source):
    assert untranslated(source) == []
