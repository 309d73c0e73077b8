# SPDX-License-Identifier: GPL-2.0-or-later
"""The file that OBS loads (Tools > Scripts). Everything else is in the package beside it."""

# Whatever Python OBS brings reads this file, so it uses nothing newer than Python 3.6.

import sys
from pathlib import Path

_PROJECT = str(Path(__file__).resolve().parent.parent)  # the list of scripts may have a link to this file
if _PROJECT not in sys.path:  # OBS executes this file again at each reload
    sys.path.insert(0, _PROJECT)


def script_description() -> str:
    """Return what OBS shows about the script."""
    return (
        "<b>Background Removal</b><p>Takes the room away behind a person, live, without a green screen.</p>"
        "<p>Right-click a camera &gt; Filters &gt; + &gt; <i>Background Removal</i>.</p>"
    )


def script_load(_settings: object) -> None:
    """Register the filter. OBS calls this again on a reload and on a change of scene collection."""
    if sys.version_info[:2] < (3, 10):  # noqa: UP036 - OBS may bring an older one
        raise RuntimeError(
            "obs_bgremove needs Python 3.10 or newer, OBS uses {}.{}: choose another one in "
            "Tools > Scripts > Python Settings".format(*sys.version_info[:2])
        )
    from obs_bgremove.filter.plugin import plugin

    plugin.start()


def script_unload() -> None:
    """Note that OBS does not list the script any more: it was removed, or the scene collection changes.

    The list of the next collection may not have the script.
    """
    if "obs_bgremove.filter.plugin" in sys.modules:  # else this Python was too old to load it
        from obs_bgremove.filter.plugin import plugin

        plugin.unlisted()
