# SPDX-License-Identifier: GPL-2.0-or-later
"""The file that OBS loads (Tools > Scripts). Everything else is in the package beside it."""

# Whatever Python OBS brings reads this file, so it uses nothing newer than Python 3.6.

import html
import os
import sys

_FOLDER = os.path.dirname(os.path.realpath(__file__))  # noqa: PTH120 - the list may have a link to this file
_PROJECT = os.path.dirname(_FOLDER)  # noqa: PTH120
if _PROJECT not in sys.path:  # OBS executes this file again at each reload
    sys.path.insert(0, _PROJECT)


def _leave_path() -> None:
    """Let Python no longer look for modules in our folders: those of other scripts have the same names.

    All scripts of an OBS share the list of folders, to which OBS adds that of each script.
    """
    sys.path[:] = [one for one in sys.path if not one or os.path.realpath(one) not in (_FOLDER, _PROJECT)]


def _too_old() -> str:
    """Return what is wrong with this Python; "" if nothing is. An older one cannot read the catalogues."""
    if sys.version_info[:2] >= (3, 10):  # noqa: UP036 - OBS may bring an older one
        return ""
    return (
        "obs_bgremove needs Python 3.10 or newer, OBS uses {}.{}: choose another one in "
        "Tools > Scripts > Python Settings".format(*sys.version_info[:2])
    )


def script_description() -> str:
    """Return what OBS shows about the script. OBS asks before it loads it, and crashes if this raises."""
    problem = _too_old()
    if not problem:
        try:
            from obs_bgremove import translate
            from obs_bgremove.filter import script_page
            from obs_bgremove.obs import frontend

            translate.use(frontend.locale())
            return script_page.description()
        except Exception as error:  # noqa: BLE001 - a file of ours may be broken in any way
            problem = f"A file of it cannot be loaded ({error}). Download the project again."
    return f"<b>Background Removal</b><p>{html.escape(problem)}</p>"


def script_properties() -> object:
    """Return what OBS shows below that."""
    import obspython  # type: ignore[import-not-found] # OBS' own, which is there inside of OBS alone

    made = obspython.obs_properties_create()
    # Only what is loaded has something to show.
    if "obs_bgremove.filter.plugin" in sys.modules:
        from obs_bgremove.filter.plugin import plugin

        plugin.page.fill(int(made))
    return made


def script_load(_settings: object) -> None:
    """Register the filter. OBS calls this again on a reload and on a change of scene collection."""
    if _too_old():
        raise RuntimeError(_too_old())
    from obs_bgremove.filter.plugin import plugin

    plugin.start()
    _leave_path()


def script_unload() -> None:
    """Note that OBS does not list the script any more: it was removed, or the scene collection changes.

    The list of the next collection may not have the script.
    """
    if _FOLDER not in sys.path:
        # OBS looks for this file there if it reloads it.
        sys.path.append(_FOLDER)
    if "obs_bgremove.filter.plugin" in sys.modules:  # else this Python was too old to load it
        from obs_bgremove.filter.plugin import plugin

        plugin.unlisted()
