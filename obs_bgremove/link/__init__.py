# SPDX-License-Identifier: GPL-2.0-or-later
"""Between OBS and the worker process: shared memory for pictures, pipes for words, and the worker's life.

Standard library only; imported on both sides (Python 3.10 to 3.14 on Linux, Windows and macOS).

layout      where everything lies in the shared memory (one table for both sides)
memory      makes, opens and removes shared memory on each system
ring        OBS' side of the shared memory: hands frames over, finds alphas
messages    what the two processes say to each other, and how it becomes lines of JSON
outlet      the writing end of the pipe to the worker
variables   the environment variables of the worker
process     starts the worker process and reads what it says
client      what filters use: the worker's state, and channels
channel     what one filter asks for, and what it got
supervisor  keeps a worker process running, for the client
run         one run of the process: its silence and its health
restarts    when the next process starts, and what it does without
own_thread  starts a thread whose stack is large enough
patience    how long each thing may take
requests    asks for rings on behalf of channels, and hands them out
"""
