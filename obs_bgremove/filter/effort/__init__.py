# SPDX-License-Identifier: GPL-2.0-or-later
"""How much of the machine a filter takes for a model that is chosen automatically.

counters    what OBS counts: pictures that it rendered or encoded too late
effort      when a filter goes to a quicker model, and when back to a better one
"""
