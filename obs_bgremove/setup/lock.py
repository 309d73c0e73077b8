# SPDX-License-Identifier: GPL-2.0-or-later
"""Renews the tested versions: ``python -m obs_bgremove.setup.lock [FLAVOUR...]``, for developers.

For each flavour of onnxruntime, pip is asked what it would install for each Python on each system that
install.py serves. The answers go to ``requirements``: exact versions and the SHA-256 of each package. Needs
pip 25.1 or newer and ``packaging``, and installs nothing. Run the tests afterwards.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from typing import Any, NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from .. import home
from ..files import replace_whole
from . import interpreter, locked
from .errors import say
from .locked import Target
from .runtime import FLAVOURS

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PYTHONS = [f"3.{minor}" for minor in range(interpreter.OLDEST[1], interpreter.NEWEST[1] + 1)]
_GLIBC = (*range(39, 27, -1), 27, 24, 17)
#: The tags of packages that suit each system, best first. (manylinux_2_17 is the older name manylinux2014.)
SYSTEMS = {
    ("linux", "x86_64"): [*(f"manylinux_2_{minor}_x86_64" for minor in _GLIBC), "manylinux2014_x86_64"],
    ("linux", "aarch64"): [*(f"manylinux_2_{minor}_aarch64" for minor in _GLIBC), "manylinux2014_aarch64"],
    ("win32", "AMD64"): ["win_amd64"],
    ("win32", "ARM64"): ["win_arm64"],
    ("darwin", "arm64"): [
        f"macosx_{major}_0_{machine}" for machine in ("arm64", "universal2") for major in (15, 14, 13, 12, 11)
    ],
    ("darwin", "x86_64"): [f"macosx_{major}_0_x86_64" for major in (15, 14, 13, 12, 11)],
}
#: Where the packages for GPUs are made for.
_USUAL_PROCESSORS = {("linux", "x86_64"), ("win32", "AMD64")}


class Pin(NamedTuple):
    """One version of a package."""

    name: str
    version: str


#: The SHA-256 of the package's file for each pin.
Resolved = dict[Pin, str]


def main() -> int:
    """Renew the files; return 1 if a flavour cannot be resolved for any Python on any system."""
    parser = argparse.ArgumentParser(
        prog="python -m obs_bgremove.setup.lock", description=__doc__.splitlines()[0]
    )
    parser.add_argument(
        "flavours", nargs="*", metavar="FLAVOUR", help=f"of {', '.join(FLAVOURS)}; default: all"
    )
    failed = False
    for flavour in parser.parse_args().flavours or FLAVOURS:
        resolved = {}
        for target in targets(flavour):
            found = resolve(requirements(f"worker-{flavour}"), target)
            say(
                f"{flavour}: {target}: {len(found)} packages"
                if found
                else f"{flavour}: {target}: cannot be had"
            )
            if found:
                resolved[target] = found
        if resolved:
            locked.FOLDER.mkdir(exist_ok=True)
            for old in locked.files(flavour):
                old.unlink()
            for name, content in files(flavour, resolved).items():
                replace_whole(locked.FOLDER / name, content)
        else:
            failed = True
    return 1 if failed else 0


def targets(flavour: str) -> list[Target]:
    """Return each Python on each system that a flavour may be made for."""
    systems = [one for one in SYSTEMS if one in _USUAL_PROCESSORS or flavour in ("cpu", "webgpu")]
    if flavour == "directml":
        systems = [one for one in systems if one[0] == "win32"]
    return [Target(python, *system) for system in systems for python in PYTHONS]


def requirements(group: str) -> list[str]:
    """Return the requirements of a dependency group of pyproject.toml, with those of the groups in it."""
    groups = tomllib.loads((home.PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    found: list[str] = []
    for entry in groups[group]:
        found += [entry] if isinstance(entry, str) else requirements(entry["include-group"])
    return found


def resolve(wanted: list[str], target: Target) -> Resolved:
    """Return what pip would install for a Python on a system; empty if it finds no packages for it.

    pip chooses packages for the target, but it looks at the conditions of requirements ("only on Windows")
    for the Python that runs it. So these are looked at here, and what pip left out is asked for as well.
    """
    environment = markers(target)
    roots = [Requirement(line) for line in wanted]
    asked = [_bare(one) for one in roots if not one.marker or one.marker.evaluate(environment)]
    while True:
        answer = _pip_answer(asked, target)
        found: dict[str, dict[str, Any]] = {canonicalize_name(one["metadata"]["name"]): one for one in answer}
        needed = _reachable(roots, found, environment)
        missing = [requirement for name, requirement in needed.items() if name not in found]
        if not found or not missing:
            break
        asked += [_bare(requirement) for requirement in missing]
    return {
        Pin(name, found[name]["metadata"]["version"]): found[name]["download_info"]["archive_info"]["hashes"][
            "sha256"
        ]
        for name in sorted(needed)
        if found
    }


def markers(target: Target) -> dict[str, str]:
    """Return what conditions of requirements are compared with, on a target."""
    systems = {"linux": "Linux", "win32": "Windows", "darwin": "Darwin"}
    return {
        "python_version": target.python,
        "python_full_version": f"{target.python}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "sys_platform": target.system,
        "platform_system": systems[target.system],
        "platform_machine": target.machine,
        "os_name": "nt" if target.system == "win32" else "posix",
        "extra": "",
    }


def _bare(requirement: Requirement) -> str:
    """Return a requirement without its condition, which pip would look at for its own Python."""
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    return f"{requirement.name}{extras}{requirement.specifier}"


def _reachable(
    roots: list[Requirement], found: dict[str, dict[str, Any]], environment: dict[str, str]
) -> dict[str, Requirement]:
    """Return the requirement of each package that the target needs, by the package's name."""
    needed: dict[str, Requirement] = {}
    seen: set[tuple[str, str]] = set()
    ahead = [(one, "") for one in roots]
    while ahead:
        requirement, extra = ahead.pop()
        if requirement.marker and not requirement.marker.evaluate({**environment, "extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        needed.setdefault(name, requirement)
        for inner in ("", *requirement.extras):
            if (name, inner) not in seen and name in found:
                seen.add((name, inner))
                lines = found[name]["metadata"].get("requires_dist") or []
                ahead += [(Requirement(line), inner) for line in lines]
    return needed


def _pip_answer(asked: list[str], target: Target) -> list[dict[str, Any]]:
    """Return what pip says it would install; empty if it finds nothing."""
    digits = target.python.replace(".", "")
    tags = SYSTEMS[target.system, target.machine]
    with tempfile.TemporaryDirectory() as folder:
        command = [
            *(sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet"),
            *("--disable-pip-version-check", "--only-binary=:all:", "--target", folder, "--report", "-"),
            *("--python-version", target.python, "--implementation", "cp"),
            *(part for abi in (f"cp{digits}", "abi3", "none") for part in ("--abi", abi)),
            *(part for tag in tags for part in ("--platform", tag)),
            *asked,
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return []
    answer: list[dict[str, Any]] = json.loads(done.stdout)["install"]
    return answer


def files(flavour: str, resolved: dict[Target, Resolved]) -> dict[str, str]:
    """Return the content of each file of a flavour by its name; targets of the same versions share one."""
    takers: dict[frozenset[Pin], list[Target]] = defaultdict(list)
    for target, pins in resolved.items():
        takers[frozenset(pins)].append(target)
    return {
        f"{flavour}-{number}.txt": text({target: resolved[target] for target in some})
        for number, some in enumerate(takers.values(), start=1)
    }


def text(resolved: dict[Target, Resolved]) -> str:
    """Return the content of the file for targets that take the same versions."""
    hashes: dict[Pin, set[str]] = defaultdict(set)
    for pins in resolved.values():
        for pin, sha256 in pins.items():
            hashes[pin].add(sha256)
    lines = [
        "# SPDX-License-Identifier: GPL-2.0-or-later",
        "# Made by: python -m obs_bgremove.setup.lock",
        *(f"{locked.MADE_FOR}{' '.join(target)}" for target in resolved),
    ]
    for pin in sorted(hashes):
        named = [f"{pin.name}=={pin.version}", *(f"    --hash=sha256:{one}" for one in sorted(hashes[pin]))]
        lines.append(" \\\n".join(named))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
