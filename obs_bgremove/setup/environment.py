# SPDX-License-Identifier: GPL-2.0-or-later
"""The worker's virtual environment in HOME/venv: made, filled, and left alone when nothing has changed."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from .. import __version__, home
from . import apt, locked, pip
from .errors import SetupError, say, writing_problem
from .runtime import ON_DISK, PACKAGES, Choice
from .stopwatch import Stopwatch

#: Dependency groups (PEP 735) are known to pip from here on.
PIP = "pip>=25.1"


def folder() -> Path:
    """Return the directory of the virtual environment."""
    return home.directory() / "venv"


def python() -> Path:
    """Return the path of its interpreter."""
    if sys.platform == "win32":
        return folder() / "Scripts" / "python.exe"
    return folder() / "bin" / "python"


def works() -> bool:
    """Return whether its interpreter runs (the Python that it was made from may have been removed)."""
    return _run([str(python()), "-c", "import pip"]).returncode == 0


def installed_runtime() -> str:
    """Return the version of the onnxruntime that can be imported there; empty if it cannot."""
    done = _run([str(python()), "-c", "import numpy, onnxruntime; print(onnxruntime.__version__)"])
    return done.stdout.strip().splitlines()[-1] if done.returncode == 0 and done.stdout.strip() else ""


def fingerprint(flavour: str, groups: list[str]) -> str:
    """Return what identifies a finished installation: asked for again, there is nothing to do."""
    files = [home.PROJECT / "pyproject.toml", locked.path(flavour)]
    hashes = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files if file.is_file()]
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
            f"{choice.package} did not work here ('--flavour {choice.flavour}' tries again)",
        )
    if works() and record.get("fingerprint") == fingerprint(choice.flavour, groups) and installed_runtime():
        say(f"The environment is up to date ({PACKAGES[choice.flavour]} {installed_runtime()}).")
        return choice.flavour
    with watch.part("environment"):
        make()
    # From here until it is done the environment is neither the old one nor the new one.
    _record({**record, "fingerprint": ""})
    instead_of = record.get("instead_of", "") if fall_back else ""
    wanted, others = choice, _others(choice) if fall_back else []
    while True:
        say(choice.sentence())
        try:
            _check_space(choice)
            with watch.part("packages"):
                install(choice.flavour, groups)
            break
        except SetupError as error:
            if not others:
                raise
            instead_of = wanted.flavour
            say(f"{choice.package} does not work here: {error}")
            say("Falling back.")
            choice = others.pop(0)
    _record(
        {
            **record,
            "python": str(python()),
            "flavour": choice.flavour,
            "instead_of": instead_of,
            "version": __version__,
            "groups": groups,
            "fingerprint": fingerprint(choice.flavour, groups),
        }
    )
    return choice.flavour


def _others(choice: Choice) -> list[Choice]:
    """Return what to try in turn where a flavour cannot be installed."""
    others = [Choice("cpu", "it runs everywhere")]
    if sys.platform == "win32" and choice.flavour in ("cuda", "cuda12"):
        others.insert(0, Choice("directml", "it runs on every GPU of Windows"))
    return others if choice.flavour != "cpu" else []


def _record(record: dict[str, Any]) -> None:
    try:
        home.write_record(record)
    except OSError as error:
        raise writing_problem(home.directory(), error) from None


def make() -> None:
    """Make the bare environment, again if its Python is gone; SetupError if that is not possible."""
    try:
        home.directory().mkdir(parents=True, exist_ok=True)
        probe = home.directory() / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise writing_problem(home.directory(), error) from None
    if works():
        return
    if _may_be_anybodys():
        raise SetupError(
            f"{folder()} is in the way: it is no virtual environment, and install.py has not made it. "
            "Move it away, or set OBS_BGREMOVE_HOME to another folder."
        )
    say(f"Making a virtual environment in {folder()}.")
    if importlib.util.find_spec("ensurepip") is None and apt.available() and _is_the_systems():
        apt.install("python3-venv", f"python3.{sys.version_info[1]}-venv")
    done = _run([sys.executable, "-m", "venv", "--clear", str(folder())])
    if done.returncode == 0 and works():
        return
    # Debian keeps ensurepip in another package; the pip of this Python may fill the gap.
    bare = _run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(folder())])
    if bare.returncode == 0:
        filled = _run([sys.executable, "-m", "pip", "--python", str(python()), "install", "-q", PIP])
        if filled.returncode == 0 and works():
            return
    shutil.rmtree(folder(), ignore_errors=True)
    if bare.returncode == 0 or "ensurepip" in done.stdout + done.stderr:
        raise SetupError(
            "This Python cannot make virtual environments: install its venv module "
            "(Debian, Ubuntu: sudo apt install python3-venv) and run this again."
        )
    raise SetupError(
        f"No virtual environment could be made in {folder()} ({_last_line(done)}): "
        "make the folder writable, or set OBS_BGREMOVE_HOME to another one."
    )


def _may_be_anybodys() -> bool:
    """Return whether there is something that must not be cleared away for a new environment."""
    if home.read_record() or (folder() / "pyvenv.cfg").is_file():
        return False
    return folder().is_dir() and any(folder().iterdir())


def _is_the_systems() -> bool:
    return Path(sys.base_prefix) == Path("/usr")


def install(flavour: str, groups: list[str]) -> None:
    """Install one flavour of onnxruntime, then dependency groups of pyproject.toml; may raise SetupError."""
    _remove_other_flavours(flavour)
    instead = _install_tested(flavour)
    if instead:
        say(instead)
    if instead or groups:
        pip.run(python(), "install", "--upgrade", PIP, quiet=True)
        project = home.PROJECT / "pyproject.toml"
        wanted = [f"worker-{flavour}", *groups]
        pip.run(
            python(), "install", *(part for group in wanted for part in ("--group", f"{project}:{group}"))
        )
    if not installed_runtime():
        done = _run([str(python()), "-c", "import numpy, onnxruntime"])
        raise SetupError(f"onnxruntime was installed but cannot be imported ({_last_line(done)}).")


def _remove_other_flavours(flavour: str) -> None:
    # The flavours write into the same folder: what another one left there would be mixed with this one.
    # (One package of two versions stays: pip replaces it where its version does not suit the flavour.)
    others = {*PACKAGES.values()} - {PACKAGES[flavour]}
    # So do NVIDIA's libraries for CUDA 12 and 13; where neither is needed they are gigabytes of nothing.
    changed = home.read_record().get("flavour", flavour) != flavour
    in_the_way = [name for name in _packages() if name in others or (changed and name.startswith("nvidia-"))]
    if in_the_way:
        pip.run(python(), "uninstall", "--yes", *in_the_way, quiet=True)


def _install_tested(flavour: str) -> str:
    """Install the tested versions of a flavour; return why that is not possible, "" if it is done."""
    newest = "so the newest versions are taken, which were not tested."
    target = locked.this_target()
    if not locked.serves(flavour, target):
        return f"There are no tested versions of {PACKAGES[flavour]} for {target}, {newest}"
    try:
        # Not compiled: Python compiles what is imported, which is a small part.
        options = ("--require-hashes", "--only-binary=:all:", "--no-compile")
        pip.run(python(), "install", *options, "-r", str(locked.path(flavour)))
    except pip.NoPackage as error:
        return f"The tested versions of {PACKAGES[flavour]} do not suit this system ({error}), {newest}"
    return ""


def _packages() -> list[str]:
    """Return the names of all packages in the environment."""
    script = (
        "from importlib.metadata import distributions\n"
        "for one in distributions(): print(one.metadata['Name'], one.version, sep='==')"
    )
    done = _run([str(python()), "-c", script])
    return [line.partition("==")[0] for line in done.stdout.splitlines() if "==" in line]


def _check_space(choice: Choice) -> None:
    free = shutil.disk_usage(home.directory()).free / 1e6
    if free < ON_DISK[choice.flavour]:
        raise SetupError(
            f"{choice.package} takes about {ON_DISK[choice.flavour] / 1000:g} GB, but {home.directory()} "
            f"has only {free / 1000:.1f} GB free: free some space, set OBS_BGREMOVE_HOME to another disk, "
            "or choose --flavour cpu."
        )


def module_environment() -> dict[str, str]:
    """Return the environment variables for running our modules with the environment's Python."""
    return {**os.environ, "PYTHONPATH": str(home.PROJECT), home.VARIABLE: str(home.directory())}


def run_module(module: str, *arguments: str) -> int:
    """Run a module of this project with the environment's Python, visible; return its exit code."""
    command = [str(python()), "-m", module, *arguments]
    return subprocess.run(command, env=module_environment(), cwd=home.PROJECT, check=False).returncode


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            check=False,
            env={key: value for key, value in os.environ.items() if key not in ("PYTHONHOME", "PYTHONPATH")},
        )
    except OSError as error:
        return subprocess.CompletedProcess(command, 127, "", str(error))


def _last_line(done: subprocess.CompletedProcess[str]) -> str:
    lines = (done.stderr or done.stdout or "").strip().splitlines()
    return lines[-1] if lines else f"code {done.returncode}"
