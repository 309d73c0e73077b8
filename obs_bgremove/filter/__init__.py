# SPDX-License-Identifier: GPL-2.0-or-later
"""The background filter.

plugin.py        registers the filter when OBS loads the script, and ends everything when OBS closes
shared.py        what all filters share; each is given it when it is made
caretaker.py     the thread that looks after the filters
filter.py        one filter: what OBS calls. Its parts:
  renderer.py      draws it, once in each OBS frame (graphics thread)
  compositor.py    from a frame and its alpha to what is drawn
  health.py        its problems and measures (status.py, meters.py, stall.py)
  lifetime.py      the source that it is on, its hotkeys (hotkey_actions.py), its end
settings.py      keys, defaults, labels and help texts; page.py makes the properties page of them
frames/          the way of a frame to the worker, and of its alpha back
passes/          the drawing passes, with their .effect files in shaders/
backgrounds/     the kinds of background
"""
