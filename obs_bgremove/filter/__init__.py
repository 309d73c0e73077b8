# SPDX-License-Identifier: GPL-2.0-or-later
"""The background filter.

    plugin.py        registers the filter when OBS loads the script, and ends everything when OBS closes
    shared.py        what all filters share; each is given it when it is made
    caretaker.py     the thread that looks after the filters
    filter.py        one filter: what OBS calls. Its parts:
      renderer.py      draws it, once in each OBS frame (graphics thread)
      compositor.py    from a frame and its alpha to what is drawn
      health.py        its problems, and the line about them in the log of OBS
      lifetime.py      the source that it is on, its hotkeys (hotkey_actions.py), its end
    options/         the settings (keys, defaults, labels, help texts) and the properties page
    report/          the status that the user sees, and the measures behind it
    frames/          the way of a frame to the worker, and of its alpha back
    passes/          the drawing passes; their .effect files are in shaders/
    backgrounds/     the kinds of background

The rooms options, report and passes stand alone at run time; frames use passes, backgrounds use options and
passes. The modules here use all of them, and no room uses a module here.
"""
