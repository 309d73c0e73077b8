# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m obs_bgremove.cutout``, in the Python that install.py has set up.

It may be started with any Python: one without the packages starts the other one.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

from .. import console, home
from ..clean_variables import clean_variables
from ..translate import tr

_PACKAGES = ("numpy", "onnxruntime", "cv2")


def main() -> int:
    """Cut out what the command line names; return the exit code."""
    if all(importlib.util.find_spec(package) for package in _PACKAGES):
        from .cutting import main as cut

        return cut(sys.argv[1:])
    installed = home.read_record().get("python", "")
    # Not by what they link to: environments share one Python.
    if Path(installed).is_file() and Path(installed) != Path(sys.executable):
        environment = {**clean_variables(), "PYTHONPATH": str(home.PROJECT)}
        command = [installed, "-m", "obs_bgremove.cutout", *sys.argv[1:]]
        return subprocess.run(command, env=environment, check=False).returncode
    console.prepare()
    console.complain(
        tr("Error: {sentence}", sentence=tr("What this needs is not installed: run install.py --cutout."))
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
