# SPDX-License-Identifier: GPL-2.0-or-later
"""Sets up Background Removal for OBS Studio: ``python3 install.py``; ``--help`` lists the options."""

import os
import sys

if sys.version_info < (3, 10):  # noqa: UP036  (the very sentence that an older Python has to print)
    sys.exit(
        "Error: This is Python {}.{}, but onnxruntime is made for 3.10 to 3.14: "
        "install a newer Python and run install.py with it.".format(*sys.version_info[:2])
    )

# Also where Python is kept from looking for modules beside this file (-P, -I, PYTHONSAFEPATH).
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 (pathlib comes later)

from obs_bgremove.setup.command import main

if __name__ == "__main__":
    sys.exit(main())
