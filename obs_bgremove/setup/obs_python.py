# SPDX-License-Identifier: GPL-2.0-or-later
"""The Python that OBS loads, named in OBS' settings (Tools > Scripts > Python Settings) on Windows and macOS.

On Linux OBS has a Python of its own. A Python that the user chose stays, if OBS can load it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from .. import home, processor, scene_files
from ..files import replace_whole
from ..translate import joined, tr
from ..users_obs import portable, program, users_settings
from ..users_obs.users_settings import PYTHON_KEY, PYTHON_SECTION
from . import backups, pythons, scene_collections
from .errors import COMMAND, SetupError, say, writing_problem

#: Key of the installation record: what was written, by the path of the file.
_WRITTEN = "obs_python"


def wanted() -> bool:
    """Return whether OBS' settings have to name a Python on this system."""
    return sys.platform in ("win32", "darwin")


def needs(configuration: Path | None) -> pythons.Needs:
    """Return what the OBS of a configuration loads (None: none yet)."""
    carried = portable.program(configuration.parent.parent) if configuration else None
    found = carried if carried and carried.is_file() else program.find_program()
    version = program.version(found) if found else ()
    if not version and configuration:
        version = users_settings.last_version(configuration)
    return pythons.Needs(pythons.newest_minor(version), processor.of_file(found) if found else "")


def named(configuration: Path) -> str:
    """Return the folder that the settings of a configuration name; "" if they name none."""
    values = (
        users_settings.ini_value(path, PYTHON_SECTION, PYTHON_KEY)
        for path in users_settings.users_part(configuration)
    )
    return next((value for value in values if value), "")


def loaded(configuration: Path) -> pythons.Python | None:
    """Return the Python that an OBS loads with the settings as they are; None if it loads none."""
    folder = named(configuration)
    if not folder:
        return None
    found = pythons.inspect(Path(folder), needs(configuration))
    # OBS on Windows does not find a folder whose name has other letters, and this one stands there as it is.
    return found if found and (folder.isascii() or sys.platform != "win32") else None


def missing(configuration: Path | None) -> str:
    """Return what is wrong where no Python was found for an OBS, and what to do."""
    needed = needs(configuration)
    what = tr(
        "OBS needs Python {version}, and no Python that it loads is on this machine.",
        version=f"3.{needed.newest}",
    )
    return joined([what, pythons.how_to_get(needed), tr("Then run '{command}' again.", command=COMMAND)])


def ensure() -> str:
    """Name a Python in the settings of every OBS of this user, and say which; return what is wrong, or "".

    Raises SetupError if OBS is running, or if a file cannot be written.
    """
    if not wanted():
        return ""
    configurations = users_settings.configurations()
    if not configurations and pythons.find(needs(None)) is None:
        return missing(None)
    changes: dict[Path, str] = {}
    chosen: list[pythons.Python] = []
    problem = ""
    for configuration in configurations:
        python = loaded(configuration)
        if python:
            say(tr("OBS loads {python}.", python=str(python)))
            continue
        python = pythons.find(needs(configuration))
        if python is None:
            problem = missing(configuration)
            continue
        changes |= dict.fromkeys(users_settings.users_part(configuration), python.folder)
        chosen.append(python)
    if changes:
        _write(changes)
        written = {**_record(), **{str(path): value for path, value in changes.items()}}
        try:
            home.write_record({**home.read_record(), _WRITTEN: written})
        except OSError as error:
            raise writing_problem(home.directory(), error) from None
    for python in dict.fromkeys(chosen):
        say(tr("OBS will load {python}: Tools > Scripts > Python Settings names it now.", python=str(python)))
    return problem


def take_back() -> None:
    """Take out what :func:`ensure` wrote, where it still stands and no other Python script may need it."""
    if _other_scripts():
        return
    changes = {
        Path(path): None
        for path, value in _record().items()
        if value == users_settings.ini_value(Path(path), PYTHON_SECTION, PYTHON_KEY)
    }
    if changes:
        _write(changes)
        say(tr("Took the Python that install.py had named out of OBS' settings."))


def _record() -> dict[str, str]:
    entries = home.read_record().get(_WRITTEN, {})
    return {str(path): str(value) for path, value in entries.items()} if isinstance(entries, dict) else {}


def _other_scripts() -> bool:
    """Return whether a scene collection runs a Python script that is not ours."""
    for configuration in users_settings.configurations():
        for path in scene_collections.files(configuration):
            try:
                entries = scene_files.entries(scene_files.read(path).get("modules"))
            except (OSError, ValueError):
                continue
            others = [entry for entry in entries if not scene_files.is_ours(entry)]
            if any(isinstance(entry, dict) and str(entry.get("path")).endswith(".py") for entry in others):
                return True
    return False


def _write(changes: dict[Path, str] | dict[Path, None]) -> None:
    """Write the folder into each file, or take it out, after a copy was kept. Raises SetupError."""
    scene_collections.refuse_while_running(users_settings.configurations())
    folder = backups.keep([path for path in changes if path.exists()])
    for path, value in changes.items():
        try:
            # Bytes: OBS' line ends and the mark at the beginning stay as they are.
            text = path.read_bytes().decode("utf-8") if path.exists() else ""
            replace_whole(path, users_settings.with_ini_value(text, PYTHON_SECTION, PYTHON_KEY, value))
        except (OSError, UnicodeDecodeError) as error:
            raise SetupError(
                tr(
                    "{path} cannot be changed ({reason}): name the Python yourself in OBS, Tools > Scripts > "
                    "Python Settings (a copy of the file lies in {folder}).",
                    path=path,
                    reason=getattr(error, "strerror", None) or error,
                    folder=folder,
                )
            ) from None
