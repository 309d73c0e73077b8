# SPDX-License-Identifier: GPL-2.0-or-later
"""The process that serves an OBS.

server      the threads and the main loop
inlet       what comes from OBS: wake-ups, messages, its end
loader      makes rings for filters, on a thread of its own
builds      engines that take long to make
fallback    what is tried after a failure
"""
