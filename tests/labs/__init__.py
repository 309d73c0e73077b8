# SPDX-License-Identifier: GPL-2.0-or-later
"""Other systems to test in, built from packages in a cache outside the repository.

    debian.py      a Debian in a folder, and commands run in it
    network.py     how this machine reaches registries, for programs in there
    parts.py       builds each part of a lab once
    newer_obs.py   the labs of ``python3 -m tests --obs 30`` and ``--obs 32``

``tests/windows`` is the lab with Windows' programs. All need Linux and root. $OBS_BGREMOVE_LAB names the
folder of all labs, if that is set.
"""
