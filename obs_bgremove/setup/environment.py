# SPDX-License-Identifier: GPL-2.0-or-later
"""What is installed into the worker's virtual environment, and whether that has to be done again."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from typing import Any

from .. import __version__, home, visual_cpp
from ..translate import N, joined, tr
from ..users_obs import users_settings
from . import locked, pip, scene_collections, virtual_env
from .errors import SetupError, say, writing_problem
from .runtime import ON_DISK, PACKAGES, PLUGINS, Choice, amount, this_machine, without_cuda
from .stopwatch import Stopwatch

#: The variables that say where libraries are. (A library that is loaded before all others is no place.)
OF_LIBRARIES = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "DYLD_FRAMEWORK_PATH")


#: Flavours that come with NVIDIA's libraries.
_WITH_NVIDIAS = ("cuda", "cuda12")
#: Packages that earlier versions installed.
_OLDER = ("onnxruntime-openvino",)


def fingerprint(flavour: str, groups: list[str]) -> str:
    """Return what identifies a finished installation: asked for again, there is nothing to do."""
    tested = locked.file_for(flavour, locked.this_target())
    files = [home.PROJECT / "pyproject.toml", *([tested] if tested else [])]
    hashes = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    made_of = [*hashes, flavour, *sorted(groups)]
    return hashlib.sha256(" ".join(made_of).encode()).hexdigest()


def ensure(choice: Choice, groups: list[str], fall_back: bool, watch: Stopwatch | None = None) -> str:
    """Make the environment with one flavour of onnxruntime and dependency groups; return the flavour it has.

    ``groups`` are added to those of earlier runs. With ``fall_back``, a flavour that cannot be installed is
    replaced by another one, at last "cpu". Raises SetupError.
    """
    watch = watch or Stopwatch()
    record = home.read_record()
    groups = sorted({*groups, *record.get("groups", [])})
    if fall_back and record.get("instead_of") == choice.flavour:
        # It failed before: it is not downloaded again until it is asked for by name.
        choice = Choice(
            record["flavour"],
            tr(
                "{package} did not work here ('{option}' tries again).",
                package=choice.package,
                option=f"--flavour {choice.flavour}",
            ),
        )
    if (
        virtual_env.is_own()
        and virtual_env.works()
        and record.get("fingerprint") == fingerprint(choice.flavour, groups)
        and virtual_env.installed_runtime()
    ):
        package = f"{PACKAGES[choice.flavour]} {virtual_env.installed_runtime()}"
        say(tr("The environment is up to date ({package}).", package=package))
        if record["python"] != str(virtual_env.python()):
            # It runs as well where the user has moved it: the data directory, or their own folder.
            _record({**record, "python": str(virtual_env.python())})
        return choice.flavour
    if sys.platform == "win32" and virtual_env.python().exists():
        # Windows does not replace files that the worker of a running OBS has open.
        scene_collections.refuse_while_running(users_settings.configurations())
    with watch.part(N("environment")):
        # pip leaves alone what it has a record of, also where a file is lost (to an antivirus program, say).
        virtual_env.make(anew=not virtual_env.installed_runtime())
    # From here until it is done the environment is neither the old one nor the new one.
    _record({**record, "fingerprint": ""})
    with watch.part(N("packages")):
        taken = _install_first_that_works([choice, *(_others(choice) if fall_back else [])], groups)
    instead_of = record.get("instead_of", "") if fall_back else ""
    _record(
        {
            **record,
            "python": str(virtual_env.python()),
            "flavour": taken.flavour,
            "instead_of": instead_of if taken is choice else choice.flavour,
            "version": __version__,
            "groups": groups,
            "fingerprint": fingerprint(taken.flavour, groups),
        }
    )
    return taken.flavour


def _install_first_that_works(choices: list[Choice], groups: list[str]) -> Choice:
    """Install the packages of the first choice that can be; return it. Raises SetupError if none can."""
    for choice in choices:
        say(choice.sentence())
        try:
            _check_space(choice)
            install(choice.flavour, groups)
        except SetupError as error:
            if choice is choices[-1]:
                raise
            say(
                joined(
                    [
                        tr("{package} does not work here, something else is tried.", package=choice.package),
                        str(error),
                    ]
                )
            )
        else:
            return choice
    raise AssertionError("there is always a choice")


def _others(choice: Choice) -> list[Choice]:
    """Return what to try in turn where a flavour cannot be installed."""
    others = [Choice("cpu", tr("It runs everywhere."))]
    if choice.flavour in ("cuda", "cuda12"):
        others.insert(0, without_cuda(this_machine()))
    return others if choice.flavour != "cpu" else []


def record_variables() -> None:
    """Record where libraries are by the user's own settings: OBS may be started with others. SetupError."""
    found = {name: os.environ[name] for name in OF_LIBRARIES if name in os.environ}
    record = home.read_record()
    if record.get("environment", {}) != found:
        _record({**record, "environment": found})


def _record(record: dict[str, Any]) -> None:
    try:
        home.write_record(record)
    except OSError as error:
        raise writing_problem(home.directory(), error) from None


def install(flavour: str, groups: list[str]) -> None:
    """Install one flavour of onnxruntime, then dependency groups of pyproject.toml; may raise SetupError."""
    _remove_other_flavours(flavour)
    instead = _install_tested(flavour)
    if instead:
        say(instead)
    if instead or groups:
        pip.run(virtual_env.python(), "install", "--upgrade", virtual_env.PIP, quiet=True)
        project = home.PROJECT / "pyproject.toml"
        wanted = [f"worker-{flavour}", *groups]
        pip.run(
            virtual_env.python(),
            "install",
            *(part for group in wanted for part in ("--group", f"{project}:{group}")),
        )
    if not virtual_env.installed_runtime():
        done = virtual_env.run([str(virtual_env.python()), "-c", "import numpy, onnxruntime"])
        what = tr(
            "onnxruntime was installed but cannot be imported ({reason}).",
            reason=virtual_env.last_line(done),
        )
        advice = visual_cpp.advice(done.stderr)
        raise SetupError(joined([what, advice, tr("Then run this again.")]) if advice else what)


def _remove_other_flavours(flavour: str) -> None:
    # The flavours write into the same folder: what another one left there would be mixed with this one.
    # (One package of two versions stays: pip replaces it where its version does not suit the flavour.)
    others = {*PACKAGES.values(), *PLUGINS.values(), *_OLDER} - {PACKAGES[flavour], PLUGINS.get(flavour)}
    # So do NVIDIA's libraries for CUDA 12 and 13; where neither is needed they are gigabytes of nothing.
    # (One that failed just now is not recorded. One that was stopped goes on with what it has.)
    useless = flavour not in _WITH_NVIDIAS or home.read_record().get("flavour", flavour) != flavour
    in_the_way = [
        name for name in virtual_env.packages() if name in others or (useless and name.startswith("nvidia-"))
    ]
    if in_the_way:
        pip.run(virtual_env.python(), "uninstall", "--yes", *in_the_way, quiet=True)


def _install_tested(flavour: str) -> str:
    """Install the tested versions of a flavour; return why that is not possible, "" if it is done."""
    target = locked.this_target()
    file = locked.file_for(flavour, target)
    if file is None:
        return tr(
            "There are no tested versions of {package} for {target}, so the newest versions are taken, which "
            "were not tested.",
            package=PACKAGES[flavour],
            target=target,
        )
    try:
        # Not compiled: Python compiles what is imported, which is a small part.
        options = ("--require-hashes", "--only-binary=:all:", "--no-compile")
        pip.run(virtual_env.python(), "install", *options, "-r", str(file))
    except pip.NoPackage as error:
        return tr(
            "The tested versions of {package} do not suit this system ({reason}), so the newest versions are "
            "taken, which were not tested.",
            package=PACKAGES[flavour],
            reason=str(error),
        )
    return ""


def _check_space(choice: Choice) -> None:
    free = shutil.disk_usage(home.directory()).free / 1e6
    needed, least = ON_DISK[choice.flavour], ON_DISK["cpu"]
    if free >= needed:
        return
    what = tr(
        "Installing {package} needs {size} of free space, but {folder} has only {free}: free some space, or "
        "set {variable} to a folder on another disk.",
        package=choice.package,
        size=amount(needed),
        folder=home.directory(),
        free=amount(free),
        variable=home.VARIABLE,
    )
    smaller = tr("Or choose {option}, which needs {size}.", option="--flavour cpu", size=amount(least))
    raise SetupError(joined([what, smaller]) if free >= least else what)
