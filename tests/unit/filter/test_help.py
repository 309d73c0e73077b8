# SPDX-License-Identifier: GPL-2.0-or-later
"""What the page says of each setting is one sentence, in every language."""

from __future__ import annotations

import re

import pytest

from obs_bgremove import translate
from obs_bgremove.filter.options.settings import described

CATALOGUES = {path.stem: path for path in sorted(translate.FOLDER.glob("*.po"))}
#: Where a sentence ends: not within a number, as "1.5".
_END = re.compile(r"[.!?](?=\s|$)|[\u3002\uff01\uff1f]")


@pytest.mark.parametrize("language", ["en", *CATALOGUES])
@pytest.mark.parametrize("one", described(), ids=lambda one: one.name)
def test_a_help_text_is_one_sentence(language, one):
    text = one.about.help
    if language != "en":
        text = translate.read(CATALOGUES[language].read_text(encoding="utf-8")).find(text)
    assert [end.end() for end in _END.finditer(text)] == [len(text)], text
