# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m tests.messages`` collects the messages that users meet, and brings the catalogues up to date.

It writes ``obs_bgremove/languages/messages.pot`` and completes each ``.po`` beside it: new messages are added
without a translation, those that are gone are left out. ``python -m tests.messages nl`` begins a language.
"""

from __future__ import annotations

import ast
import functools
import sys
from typing import TYPE_CHECKING

from obs_bgremove import translate
from obs_bgremove.filter.options.settings import described
from obs_bgremove.home import OUTFIT, PROJECT
from obs_bgremove.worker.choice import model_card

if TYPE_CHECKING:
    from pathlib import Path

HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: {plural}\\n"\n'
LICENCE = "# SPDX-License-Identifier: GPL-2.0-or-later\n"
TEMPLATE = translate.FOLDER / "messages.pot"
#: What a new catalogue begins with: its translator looks up the rule of the language.
USUAL = "nplurals=2; plural=(n != 1);"


@functools.cache
def collected() -> dict[str, str]:
    """Return all messages in the order of the source, each with its plural (empty if it has none)."""
    found: dict[str, str] = {}
    paths = [path for room in ("obs_bgremove", "export") for path in sorted((PROJECT / room).rglob("*.py"))]
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                if node.func.id in ("tr", "N") and isinstance(node.args[0], ast.Constant):
                    found.setdefault(node.args[0].value, "")
                elif node.func.id == "trn":
                    found[ast.literal_eval(node.args[0])] = ast.literal_eval(node.args[1])
    for path in sorted((PROJECT / "models").glob("*/card.toml")):
        if path.parent.name != OUTFIT:
            card = model_card.read(path, path.parent.name)
            found |= dict.fromkeys(filter(None, (card.title, card.summary, card.subject)), "")
    for one in described():
        for message in (one.about.label, one.about.help, *one.about.choices.values()):
            found.setdefault(message, "")
    return found


def quoted(text: str) -> str:
    """Return a string as a .po file has it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def written(known: dict[str, list[str]], plural: str, forms: int) -> str:
    """Return a catalogue of all messages with the translations that are known."""
    entries = [LICENCE + HEAD.format(plural=plural)]
    for message, many in collected().items():
        lines = [f"msgid {quoted(message)}"]
        texts = known.get(message, [])
        if many:
            lines.append(f"msgid_plural {quoted(many)}")
            texts = (texts + [""] * forms)[:forms]
            lines += [f"msgstr[{number}] {quoted(text)}" for number, text in enumerate(texts)]
        else:
            lines.append(f"msgstr {quoted(texts[0] if texts else '')}")
        entries.append("\n".join(lines) + "\n")
    return "\n".join(entries)


def plural_of(path: Path) -> str:
    """Return the rule of a catalogue for its forms of a plural."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith('"Plural-Forms:'):
            return line.removeprefix('"Plural-Forms:').removesuffix('\\n"').strip()
    return USUAL


def forms_of(plural: str) -> int:
    """Return how many forms a rule has."""
    return int(plural.partition("nplurals=")[2].partition(";")[0])


def main() -> None:
    """Write all."""
    for name in sys.argv[1:]:
        new = translate.FOLDER / f"{name}.po"
        if not new.exists():
            new.write_text(LICENCE + HEAD.format(plural=USUAL), encoding="utf-8")
    TEMPLATE.write_text(written({}, USUAL, 2), encoding="utf-8")
    for path in sorted(translate.FOLDER.glob("*.po")):
        plural, known = plural_of(path), translate.read(path.read_text(encoding="utf-8")).messages
        path.write_text(written(known, plural, forms_of(plural)), encoding="utf-8")
        missing = [message for message in collected() if message not in known]
        print(f"{path.stem}: {len(collected()) - len(missing)} of {len(collected())}")


if __name__ == "__main__":
    main()
