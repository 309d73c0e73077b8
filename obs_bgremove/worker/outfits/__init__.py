# SPDX-License-Identifier: GPL-2.0-or-later
"""What the person wears.

portrait        cuts the person out of a frame
outfit_card     the card of the network that looks at the portrait
outfit_network  that network
votes           what several looks agree on
watcher         looks at the filters that want it, on a thread of its own
"""
