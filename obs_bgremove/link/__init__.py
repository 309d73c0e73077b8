# SPDX-License-Identifier: GPL-2.0-or-later
"""Between OBS and the worker process: shared memory for pictures, pipes for words, and the worker's life.

Standard library only; imported on both sides (Python 3.10 to 3.14 on Linux, Windows and macOS).

layout      where everything lies in the shared memory (one table for both sides)
memory      makes, opens and removes shared memory on each system
messages    lines of JSON and how they are cut out of a stream of bytes
ring        OBS' side of the shared memory: hands frames over, finds alphas
process     starts the worker process and owns its pipes
channel     what one filter asks for, and what it got
client      watches over the worker process and restarts it
"""
