# SPDX-License-Identifier: GPL-2.0-or-later
"""A Debian in a folder, and commands run in it.

The folder is a root file system made by debootstrap. A command in it has its own mounts, its own process
numbers and its own shared memory: nothing stays mounted, and no process is left, once the command ends.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: Programs of this machine that are needed to make and to enter the root.
TOOLS = ("debootstrap", "unshare", "chroot", "mount", "apt-config")
#: debootstrap has one way to make all newer releases; an older debootstrap does not know their names.
_SCRIPT = "sid"


class CannotBuild(Exception):
    """A lab cannot be built here; the text says why."""


class Release(NamedTuple):
    """A Debian release with packages; ``older`` is another release whose packages can be downloaded too."""

    name: str
    packages: tuple[str, ...]
    older: str = ""


def missing() -> str:
    """Return why this machine cannot have a Debian in a folder, or an empty string."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "It needs Linux and root: it makes a Debian in a folder and enters it."
    tools = [tool for tool in TOOLS if shutil.which(tool) is None]
    if tools:
        return f"It needs: {', '.join(tools)}."
    entered = subprocess.run(
        ["unshare", "--mount", "--pid", "--ipc", "--fork", "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    return f"This machine does not let root mount: {entered.stderr.strip()}" if entered.returncode else ""


def checked(command: list[str], cwd: Path | None = None) -> str:
    """Run a command of this machine; return its output, or raise CannotBuild with its last lines."""
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    except OSError as error:
        raise CannotBuild(f"{command[0]} cannot be run: {error}") from None
    if done.returncode:
        raise CannotBuild(f"{' '.join(command[:3])} ... failed:\n{_last_lines(done.stdout)}")
    return done.stdout


def _last_lines(output: str) -> str:
    return "\n".join(output.splitlines()[-8:])


class Debian:
    """The root file system at ``path``. Paths inside it begin with "/".

    ``environment`` is that of all commands in it.
    """

    def __init__(self, path: Path, release: Release, environment: Mapping[str, str] | None = None) -> None:
        self.path = path
        self.release = release
        self._environment = dict(environment or {})

    def inside(self, path: str) -> Path:
        """Where this machine sees the file that the root calls ``path``."""
        return self.path / path.lstrip("/")

    def make(self) -> None:
        """Make the root with all its packages. Takes a few minutes and some 2 GB."""
        shutil.rmtree(self.path, ignore_errors=True)
        # Its mounts are its own: nothing stays mounted below the folder if it is stopped.
        command = ["unshare", "--mount", "debootstrap", "--variant=minbase", "--include=ca-certificates"]
        # The mirror is debootstrap's own.
        checked([*command, self.release.name, str(self.path), "", _SCRIPT])
        # A proxy, or certificates: what this machine's apt needs, the root's needs as well.
        settings = checked(["apt-config", "dump", "Acquire"])
        self.inside("/etc/apt/apt.conf.d/90host").write_text(settings)
        for name in ("resolv.conf", "hosts"):
            shutil.copy(f"/etc/{name}", self.inside("/etc"))
        if self.release.older:
            sources = self.inside("/etc/apt/sources.list")
            text = sources.read_text()
            sources.write_text(text + text.replace(self.release.name, self.release.older))
        apt = "DEBIAN_FRONTEND=noninteractive apt-get -q -y"
        packages = " ".join(self.release.packages)
        self.checked(f"{apt} update && {apt} install --no-install-recommends {packages}")
        self.inside("/lab").mkdir()

    def run(
        self,
        script: str,
        timeout: float,
        *,
        bound: Mapping[str, Path] | None = None,
        shared: Mapping[str, Path] | None = None,
        environment: Mapping[str, str] | None = None,
        keep: bool = False,
        shown: bool = False,
    ) -> subprocess.CompletedProcess[str]:
        """Run a shell script in the root; return its exit code and its output, which is one text.

        ``bound`` maps directories of the root to those of this machine that are seen there, read-only;
        those ``shared`` can be written, too. After ``timeout`` seconds the exit code is 124. Unless ``keep``,
        what the script changes in the root is gone when it ends: several scripts may run at a time. If
        ``shown``, the output goes where ours goes, and the text is empty.
        """
        command = [
            *("unshare", "--mount", "--pid", "--ipc", "--fork", "--kill-child"),
            *("/bin/bash", "-c", self._entering(script, bound or {}, shared or {}, keep)),
        ]
        values = {
            "HOME": "/root",
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            "LIBGL_ALWAYS_SOFTWARE": "1",
            **self._environment,
            **(environment or {}),
        }
        try:
            done = subprocess.run(
                command,
                env=values,
                stdin=subprocess.DEVNULL,
                stdout=None if shown else subprocess.PIPE,
                stderr=None if shown else subprocess.STDOUT,
                timeout=timeout,
            )
            code, output = done.returncode, done.stdout
        except subprocess.TimeoutExpired as error:
            # "unshare" was killed, and everything in the root with it.
            code, output = 124, error.output
        return subprocess.CompletedProcess(command, code, (output or b"").decode("utf-8", "replace"))

    def _entering(
        self, script: str, bound: Mapping[str, Path], shared: Mapping[str, Path], keep: bool
    ) -> str:
        """Return the shell script that makes the mounts and runs ``script`` in the root."""
        lines, root = ["set -e"], shlex.quote(str(self.path))
        if not keep:
            # The changes lie in memory, over the root that stays as it is. This mount is the script's own.
            lines += ["mount -t tmpfs tmpfs /mnt", "mkdir /mnt/upper /mnt/work /mnt/root"]
            lines += [
                f"mount -t overlay overlay -o lowerdir={root},upperdir=/mnt/upper,workdir=/mnt/work /mnt/root"
            ]
            root = "/mnt/root"
        lines += [
            f"mount -t proc proc {root}/proc",
            f"mount --rbind /sys {root}/sys",
            f"mount --rbind /dev {root}/dev",
            f"mount -t tmpfs tmpfs {root}/dev/shm",
        ]
        for path, source in {**bound, **shared}.items():
            place = shlex.quote(f"{root}{path}")
            make = f"mkdir -p {place}"
            if not source.is_dir():
                make = f"mkdir -p {shlex.quote(os.path.dirname(f'{root}{path}'))} && touch {place}"
            lines += [make, f"mount --bind {shlex.quote(str(source))} {place}"]
            if path not in shared:
                lines += [f"mount -o remount,bind,ro {place}"]
        # This shell is the first process in there, and collects those whose parents have ended.
        lines += [f"chroot {root} /bin/bash -c {shlex.quote(script)}", "exit $?"]
        return "\n".join(lines)

    def checked(self, script: str) -> str:
        """Run a script that changes the root; raise CannotBuild with its last lines if it fails."""
        done = self.run(script, timeout=1800, keep=True)
        if done.returncode:
            raise CannotBuild(f"In {self.path}: {script[:60]} ... failed:\n{_last_lines(done.stdout)}")
        return done.stdout
