# SPDX-License-Identifier: GPL-2.0-or-later
"""Sets up Background Removal for OBS Studio: ``python3 install.py``; ``--help`` lists the options."""

import os
import sys

PROJECT = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 (an old one has no pathlib)


def refuse(sentence):  # noqa: ANN001, ANN201 (Python 2 reads this, and says so, too)
    """End with a sentence. On Windows the window, which may end with us, stays until it has been read."""
    sys.stderr.write("Error: " + sentence + "\n")
    if sys.platform == "win32" and sys.stdin is not None and sys.stdin.isatty():
        sys.stderr.write("Press Enter.\n")
        sys.stdin.readline()
    sys.exit(1)


if sys.version_info < (3, 10):  # noqa: UP036  (the very sentence that an older Python has to print)
    refuse(
        "This is Python {}.{}, but onnxruntime is made for 3.10 to 3.14: "
        "install a newer Python and run install.py with it.".format(*sys.version_info[:2])
    )
if not os.path.isdir(os.path.join(PROJECT, "obs_bgremove")):  # noqa: PTH112, PTH118
    # Explorer shows what is in a ZIP file, and unpacks the one file that is opened there.
    refuse(
        "The folder obs_bgremove is not beside install.py: unpack the whole ZIP file into a folder where it "
        "can stay, and run the install.py in that folder."
    )

# Also where Python is kept from looking for modules beside this file (-P, -I, PYTHONSAFEPATH).
sys.path.insert(0, PROJECT)

from obs_bgremove.setup.command import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
