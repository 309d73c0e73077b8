# SPDX-License-Identifier: GPL-2.0-or-later
"""How this machine reaches package registries: a lab's programs do it in the same way."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

#: A proxy, or certificates.
_VARIABLES = re.compile(
    r"(https?|no|all)_proxy|SSL_CERT_FILE|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE", re.IGNORECASE
)
#: The certificates that programs of Debian use.
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


def hosts_network() -> tuple[dict[str, str], dict[str, Path]]:
    """Return environment variables, and the files and folders that they name, each by its own path.

    pip's settings are among the variables, wherever pip has them from.
    """
    variables = {name: value for name, value in os.environ.items() if _VARIABLES.fullmatch(name)}
    variables |= _pip_settings()
    paths = {path for value in variables.values() for path in _paths(value)}
    if CERTIFICATES.is_file():
        paths.add(CERTIFICATES)
    return variables, {str(path): path for path in sorted(paths)}


def _pip_settings() -> dict[str, str]:
    """Return pip's settings of this machine as environment variables."""
    done = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    # global.index-url='...' from files, then :env:.index-url='...', which wins.
    lines = re.findall(r"^(global|:env:)\.([\w-]+)=(.+)$", done.stdout, re.MULTILINE)
    lines.sort(key=lambda line: line[0] == ":env:")
    return {f"PIP_{key.upper().replace('-', '_')}": str(ast.literal_eval(text)) for _, key, text in lines}


def _paths(value: str) -> list[Path]:
    """Return the files and folders that exist here and that a value names, as paths or as file: URLs."""
    # An index in a folder refers to the files beside it.
    named = [
        Path(word.removeprefix("file://")).parent if word.startswith("file://") else Path(word)
        for word in value.split()
    ]
    return [path for path in named if path.is_absolute() and path != Path("/") and path.exists()]
