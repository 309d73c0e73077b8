# SPDX-License-Identifier: GPL-2.0-or-later
"""Lists what is installed, what is missing, and what to do about it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from .. import home, scene_files
from ..users_obs import program, users_settings
from . import (
    interpreter,
    models,
    obs_program,
    obs_python,
    places,
    pythons,
    runtime,
    scene_collections,
    virtual_env,
)
from .errors import COMMAND, say

INSTALL = f"run '{COMMAND}'."


@dataclass(frozen=True)
class Finding:
    """One line. ``todo`` is empty if all is well; ``needed`` is False if the filter works without it."""

    subject: str
    found: str
    todo: str = ""
    needed: bool = True

    def line(self) -> str:
        """Return the line that is printed."""
        mark = "ok     " if not self.todo else "MISSING" if self.needed else "note   "
        return f"{mark} {self.subject}: {self.found}" + (f" - {self.todo}" if self.todo else "")


def findings() -> list[Finding]:
    """Look at everything that a working installation has."""
    return [_python(), *_places(), _environment(), *_models(), *_obs(), *_pythons_of_obs(), *_collections()]


def check() -> int:
    """Print what is found; return 0 if nothing is missing, else 1."""
    found = findings()
    say(f"Data directory: {home.directory()}")
    for finding in found:
        say(finding.line())
    return 1 if any(finding.todo and finding.needed for finding in found) else 0


def _python() -> Finding:
    name = f"{sys.version_info[0]}.{sys.version_info[1]} ({sys.executable})"
    return Finding("Python", name, interpreter.problem())


def _places() -> list[Finding]:
    """Return a line where something is to be said of the folders."""
    where = f"{home.PROJECT} and {home.directory()}"
    problem = places.problem()
    if problem:
        return [Finding("Folders", where, problem)]
    return [Finding("Folders", where, note, needed=False) for note in places.notes()]


def _environment() -> Finding:
    record = home.read_record()
    flavour = record.get("flavour", "")
    if not record.get("python"):
        return Finding("Worker", "not installed", INSTALL)
    if not Path(record["python"]).exists():
        return Finding("Worker", f"its Python {record['python']} does not exist any more", INSTALL)
    version = virtual_env.installed_runtime()
    if not version:
        return Finding("Worker", f"onnxruntime cannot be imported by {record['python']}", INSTALL)
    best = runtime.choose(runtime.this_machine())
    plugin = runtime.PLUGINS.get(flavour)
    package = runtime.PACKAGES.get(flavour, flavour)
    found = f"{package} {version}{f' with {plugin}' if plugin else ''} in {virtual_env.folder()}"
    # CUDA 12 also serves where CUDA 13 would.
    asked_for = flavour in ("tensorrt", "tensorrt12", "directml", "openvino")
    suits = best.flavour in (flavour, "cpu") or (flavour, best.flavour) == ("cuda12", "cuda") or asked_for
    if not suits and record.get("instead_of") != best.flavour:
        todo = f"{best.why}: '{COMMAND} --flavour {best.flavour}' uses it."
        return Finding("Worker", found, todo, needed=False)
    return Finding("Worker", found)


def _models() -> list[Finding]:
    found = []
    usable = False
    for name in models.known():
        folder = models.installed(name)
        if folder:
            usable = True
            found.append(Finding("Model", f"{name} in {folder}"))
        else:
            todo = f"to get it, run '{COMMAND} --model {name.split('-', 1)[0]}'."
            found.append(Finding("Model", f"{name} is not installed", todo, needed=False))
    if not usable and not models.carried():
        found.append(Finding("Model", "there is none", f"run '{COMMAND} --model mediapipe'."))
    found += [Finding("Model", f"{path.name} (your own) in {path}") for path in models.made_by_the_user()]
    return found


def _obs() -> list[Finding]:
    found = []
    path = program.find_program()
    if path is not None:
        found.append(_version(program.version(path), str(path), obs_program.OLDEST))
    if program.has_flatpak():
        version, oldest = program.flatpak_version(), obs_program.OLDEST_FLATPAK
        found.append(_version(version, f"Flatpak {program.FLATPAK}", oldest))
        unseen = [place for place in (home.PROJECT, home.directory()) if not _seen(place)]
        found += [Finding("OBS", f"its Flatpak does not see {place}", MOVE) for place in unseen]
    if not found and program.has_snap():
        found.append(Finding("OBS", "installed as a Snap", obs_program.SNAP))
    return found or [Finding("OBS", "not installed", obs_program.how_to_get())]


def _seen(folder: Path) -> bool:
    """Return whether an OBS in Flatpak sees a folder at its own path."""
    shared = (Path.home(), Path("/run/media"))
    return folder.parts[1] not in UNSEEN or any(folder.is_relative_to(place) for place in shared)


def _version(version: tuple[int, ...], where: str, oldest: int) -> Finding:
    number = f"{'.'.join(map(str, version))} " if version else ""
    todo = f"install OBS {oldest} or newer." if version and version[0] < oldest else ""
    return Finding("OBS", f"{number}({where})", todo)


def _pythons_of_obs() -> list[Finding]:
    """Return one line for each OBS whose settings must name a Python."""
    found = []
    for configuration in users_settings.configurations() if obs_python.wanted() else ():
        python = obs_python.loaded(configuration)
        if python:
            found.append(Finding("Python in OBS", str(python)))
            continue
        folder = obs_python.named(configuration)
        name = f"{folder} in {configuration} is none that OBS loads" if folder else f"none in {configuration}"
        there = pythons.find(obs_python.newest(configuration))
        todo = f"close OBS and {INSTALL}" if there else obs_python.missing(configuration)
        found.append(Finding("Python in OBS", name, todo))
    return found


def _collections() -> list[Finding]:
    found = []
    for configuration in users_settings.configurations():
        for path in scene_collections.files(configuration):
            try:
                data = scene_files.read(path)
            except (OSError, ValueError) as error:
                found.append(
                    Finding("Scene collection", f"{path} cannot be read ({error})", BY_HAND, needed=False)
                )
                continue
            if scene_files.lists_script(data):
                found.append(Finding("Scene collection", f"{path.stem} runs the script"))
            else:
                todo = f"close OBS and {INSTALL}"
                found.append(Finding("Scene collection", f"{path.stem} does not run the script", todo))
    if not found:
        found.append(Finding("Scene collection", "there is none yet", BY_HAND, needed=False))
    return found


#: Folders of the system that a Flatpak has of its own, or not at all.
UNSEEN = ("app", "boot", "dev", "etc", "proc", "root", "run", "sys", "tmp", "usr", "var")
MOVE = "move it into your home folder, and run install.py from there."
BY_HAND = (
    f"start OBS once, close it, and run '{COMMAND}' again; or in OBS: Tools > Scripts > + > "
    f"{scene_files.SCRIPT}"
)
