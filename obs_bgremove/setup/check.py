# SPDX-License-Identifier: GPL-2.0-or-later
"""Lists what is installed, what is missing, and what to do about it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from .. import home, scene_files
from ..files import users_folder
from ..translate import joined, tr
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


@dataclass(frozen=True)
class Finding:
    """One line. ``todo``: sentences, empty if all is well. ``needed``: False if the filter works without."""

    subject: str
    found: str
    todo: str = ""
    needed: bool = True

    def line(self) -> str:
        """Return the line that is printed."""
        marks = {"ok": tr("ok"), "missing": tr("MISSING"), "note": tr("note")}
        mark = marks["ok" if not self.todo else "missing" if self.needed else "note"]
        width = max(map(len, marks.values()))
        return f"{mark:<{width}} {self.subject}: {self.found}" + (f" - {self.todo}" if self.todo else "")


def findings() -> list[Finding]:
    """Look at everything that a working installation has."""
    return [_python(), *_places(), _environment(), *_models(), *_obs(), *_pythons_of_obs(), *_collections()]


def check() -> int:
    """Print what is found; return 0 if nothing is missing, else 1."""
    found = findings()
    say(tr("Data directory: {folder}", folder=home.directory()))
    for finding in found:
        say(finding.line())
    return 1 if any(finding.todo and finding.needed for finding in found) else 0


def _python() -> Finding:
    name = f"{sys.version_info[0]}.{sys.version_info[1]} ({sys.executable})"
    return Finding("Python", name, interpreter.problem())


def _places() -> list[Finding]:
    """Return a line where something is to be said of the folders."""
    where = f"{home.PROJECT}, {home.directory()}"
    problem = places.problem()
    if problem:
        return [Finding(tr("Folders"), where, problem)]
    return [Finding(tr("Folders"), where, note, needed=False) for note in places.notes()]


def _environment() -> Finding:
    record = home.read_record()
    flavour = record.get("flavour", "")
    if not record.get("python"):
        return Finding(tr("Worker"), tr("not installed"), _install())
    python = record["python"]
    if not Path(python).exists():
        gone = tr("its Python {python} does not exist any more", python=python)
        return Finding(tr("Worker"), gone, _install())
    version = virtual_env.installed_runtime()
    if not version:
        broken = tr("onnxruntime cannot be imported by {python}", python=python)
        return Finding(tr("Worker"), broken, _install())
    best = runtime.choose(runtime.this_machine())
    plugin = runtime.PLUGINS.get(flavour)
    package = runtime.PACKAGES.get(flavour, flavour)
    packages = ", ".join([f"{package} {version}", *([plugin] if plugin else [])])
    found = tr("{packages} in {folder}", packages=packages, folder=virtual_env.folder())
    # CUDA 12 also serves where CUDA 13 would.
    asked_for = flavour in ("tensorrt", "tensorrt12", "directml", "openvino")
    suits = best.flavour in (flavour, "cpu") or (flavour, best.flavour) == ("cuda12", "cuda") or asked_for
    if not suits and record.get("instead_of") != best.flavour:
        uses = tr("'{command}' uses it.", command=f"{COMMAND} --flavour {best.flavour}")
        return Finding(tr("Worker"), found, joined([best.why, uses]), needed=False)
    return Finding(tr("Worker"), found)


def _models() -> list[Finding]:
    found, model = [], tr("Model")
    others = []
    for name in models.known():
        folder = models.installed(name)
        if folder:
            found.append(Finding(model, tr("{name} in {folder}", name=name, folder=folder)))
        else:
            others.append(name)
    if not found and not models.carried():
        found.append(Finding(model, tr("there is none"), _run(f"{COMMAND} --model mediapipe")))
    found += [
        Finding(model, tr("{name} (your own) in {folder}", name=path.name, folder=path))
        for path in models.made_by_the_user()
    ]
    if others:
        todo = tr("'{command}' gets one of them.", command=f"{COMMAND} --model NAME")
        found.append(Finding(tr("More models"), ", ".join(others), todo, needed=False))
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
        move = tr("Move it into your home folder, and run install.py from there.")
        found += [Finding("OBS", tr("its Flatpak does not see {folder}", folder=one), move) for one in unseen]
    if not found and program.has_snap():
        found.append(Finding("OBS", tr("installed as a Snap"), tr(obs_program.SNAP)))
    return found or [Finding("OBS", tr("not installed"), obs_program.how_to_get())]


def _seen(folder: Path) -> bool:
    """Return whether an OBS in Flatpak sees a folder at its own path."""
    # Fedora's atomic desktops have /home and /mnt in /var, and links to them, which the sandbox has too.
    led_to = (place.resolve() for place in ROOT.iterdir() if place.name not in UNSEEN)
    shared = (users_folder(), Path("/run/media"), *led_to)
    return folder.parts[1] not in UNSEEN or any(folder.is_relative_to(place) for place in shared)


def _version(version: tuple[int, ...], where: str, oldest: int) -> Finding:
    number = f"{'.'.join(map(str, version))} " if version else ""
    return Finding("OBS", f"{number}({where})", obs_program.too_old(version, oldest))


def _pythons_of_obs() -> list[Finding]:
    """Return one line for each OBS whose settings must name a Python."""
    found = []
    for configuration in users_settings.configurations() if obs_python.wanted() else ():
        python = obs_python.loaded(configuration)
        if python:
            found.append(Finding(tr("Python in OBS"), str(python)))
            continue
        folder = obs_python.named(configuration)
        name = (
            tr(
                "{folder} in {configuration} is none that OBS loads",
                folder=folder,
                configuration=configuration,
            )
            if folder
            else tr("none in {configuration}", configuration=configuration)
        )
        there = pythons.find(obs_python.needs(configuration))
        found.append(
            Finding(tr("Python in OBS"), name, _close() if there else obs_python.missing(configuration))
        )
    return found


def _collections() -> list[Finding]:
    found, subject = [], tr("Scene collection")
    for configuration in users_settings.configurations():
        for path in scene_collections.files(configuration):
            try:
                data = scene_files.read(path)
            except (OSError, ValueError) as error:
                broken = tr("{path} cannot be read ({reason})", path=path, reason=str(error))
                found.append(Finding(subject, broken, by_hand(), needed=False))
                continue
            if scene_files.lists_script(data):
                found.append(Finding(subject, tr("{name} runs the script", name=path.stem)))
            else:
                without = tr("{name} does not run the script", name=path.stem)
                found.append(Finding(subject, without, _close()))
    if not found:
        found.append(Finding(subject, tr("there is none yet"), by_hand(), needed=False))
    return found


def by_hand() -> str:
    """Return how the script gets into a scene collection without install.py, a sentence."""
    return tr(
        "Start OBS once, close it, and run '{command}' again; or in OBS: Tools > Scripts > + > {script}",
        command=COMMAND,
        script=scene_files.SCRIPT,
    )


def _run(command: str) -> str:
    return tr("Run '{command}'.", command=command)


def _install() -> str:
    return _run(COMMAND)


def _close() -> str:
    return tr("Close OBS and run '{command}'.", command=COMMAND)


ROOT = Path("/")
#: Folders of the system that a Flatpak has of its own, or not at all.
UNSEEN = (
    *("app", "bin", "boot", "dev", "etc", "lib", "lib32", "lib64"),
    *("proc", "root", "run", "sbin", "sys", "tmp", "usr", "var"),
)
