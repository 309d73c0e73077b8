# SPDX-License-Identifier: GPL-2.0-or-later
"""The virtual environment in HOME/venv: made, looked into, and used to run our modules."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from .. import home
from ..clean_variables import clean_variables
from ..translate import joined, tr
from . import apt, causes
from .errors import SetupError, say, writing_problem

#: Dependency groups (PEP 735) are known to pip from here on.
PIP = "pip>=25.1"
#: Fails unless pip is there with all its files. The list of them is the last one that is written.
_PIP_IS_WHOLE = (
    "from importlib.metadata import files\n"
    "raise SystemExit(not all(one.suffix == '.pyc' or one.locate().exists() for one in files('pip')))"
)


def folder() -> Path:
    """Return the directory of the virtual environment."""
    return home.directory() / "venv"


def python() -> Path:
    """Return the path of its interpreter."""
    if sys.platform == "win32":
        return folder() / "Scripts" / "python.exe"
    return folder() / "bin" / "python"


def works() -> bool:
    """Return whether its interpreter and its pip run.

    The Python that it was made from may have been removed, and pip may have been stopped while it came.
    """
    return run([str(python()), "-I", "-c", _PIP_IS_WHOLE]).returncode == 0


def installed_runtime() -> str:
    """Return the version of the onnxruntime that can be imported there; empty if it cannot."""
    done = run([str(python()), "-c", "import numpy, onnxruntime; print(onnxruntime.__version__)"])
    return done.stdout.strip().splitlines()[-1] if done.returncode == 0 and done.stdout.strip() else ""


def packages() -> list[str]:
    """Return the names of all packages in the environment."""
    script = (
        "from importlib.metadata import distributions\n"
        "for one in distributions(): print(one.metadata['Name'], one.version, sep='==')"
    )
    done = run([str(python()), "-c", script])
    return [line.partition("==")[0] for line in done.stdout.splitlines() if "==" in line]


def make(anew: bool = False) -> None:
    """Make the bare environment, again if it does not work or ``anew``; SetupError if that fails."""
    _check_folder()
    if works() and not anew:
        return
    say(tr("Making a virtual environment in {folder}.", folder=folder()))
    _clear()
    if importlib.util.find_spec("ensurepip") is None and apt.available() and _is_the_systems():
        apt.install("python3-venv", f"python3.{sys.version_info[1]}-venv")
    done = run([sys.executable, "-m", "venv", str(folder())])
    if done.returncode == 0 and works():
        return
    # Debian keeps ensurepip in another package; the pip of this Python may fill the gap.
    _clear()
    bare = run([sys.executable, "-m", "venv", "--without-pip", str(folder())])
    filled = None
    if bare.returncode == 0:
        filled = run([sys.executable, "-m", "pip", "--python", str(python()), "install", "-q", PIP])
        if filled.returncode == 0 and works():
            return
    said = "".join(one.stdout + one.stderr for one in (done, bare, filled) if one)
    # It does not say why what it runs in turn has failed: the disk is tried, while it is as full as it got.
    known = causes.of_words(said) or causes.of_place(home.directory())
    shutil.rmtree(folder(), ignore_errors=True)
    if not known and (bare.returncode == 0 or "ensurepip" in said):
        raise SetupError(
            tr(
                "This Python cannot make virtual environments: install its venv module (Debian, Ubuntu: sudo "
                "apt install python3-venv) and run this again."
            )
        )
    raise _not_made(known, last_line(done))


def _check_folder() -> None:
    """Raise SetupError if the environment must not be made where it is to be."""
    try:
        home.directory().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home.directory()):
            pass
    except OSError as error:
        raise writing_problem(home.directory(), error) from None
    if _may_be_anybodys():
        raise SetupError(
            tr(
                "{folder} is in the way: install.py has not made it. Move it away, or set {variable} to "
                "another folder.",
                folder=folder(),
                variable=home.VARIABLE,
            )
        )


def _not_made(known: str, reason: str) -> SetupError:
    """Return the error of an environment that could not be made.

    ``known``: what is wrong and what to do, a sentence, or empty; ``reason``: what Python said last.
    """
    if known:
        what = tr("No virtual environment could be made.")
        return SetupError(joined([what, known, tr("Then run this again.")]))
    return SetupError(
        tr(
            "No virtual environment could be made in {folder} ({reason}): make the folder writable, or set "
            "{variable} to another one.",
            folder=folder(),
            reason=reason,
            variable=home.VARIABLE,
        )
    )


def is_own() -> bool:
    """Return whether install.py has made the environment. (Older versions recorded its Python only.)"""
    return home.is_own(folder()) or home.read_record().get("python") == str(python())


def _may_be_anybodys() -> bool:
    """Return whether there is something that must not be changed or cleared away."""
    if is_own() or not (folder().exists() or folder().is_symlink()):
        return False
    return not folder().is_dir() or any(folder().iterdir())


def _clear() -> None:
    """Leave an empty folder that is marked as ours: what is stopped from here on can be done again."""
    try:
        folder().mkdir(exist_ok=True)
        (folder() / home.MARK).touch()
        for path in folder().iterdir():
            if path.name == home.MARK:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
    except OSError as error:
        raise writing_problem(folder(), error) from None


def _is_the_systems() -> bool:
    return Path(sys.base_prefix) == Path("/usr")


def module_environment() -> dict[str, str]:
    """Return the environment variables for running our modules with the environment's Python."""
    return {**clean_variables(), "PYTHONPATH": str(home.PROJECT), home.VARIABLE: str(home.directory())}


def run_module(module: str, *arguments: str) -> int:
    """Run a module of this project with the environment's Python, visible; return its exit code."""
    command = [str(python()), "-m", module, *arguments]
    return subprocess.run(command, env=module_environment(), cwd=home.PROJECT, check=False).returncode


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command without the variables that lead Python astray; code 127 if it cannot be started."""
    try:
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            check=False,
            env=clean_variables(),
        )
    except OSError as error:
        return subprocess.CompletedProcess(command, 127, "", str(error))


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    """Return the last line of what a command said, or its exit code."""
    lines = (done.stderr or done.stdout or "").strip().splitlines()
    return lines[-1] if lines else f"code {done.returncode}"
