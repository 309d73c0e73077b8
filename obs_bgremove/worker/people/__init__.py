# SPDX-License-Identifier: GPL-2.0-or-later
"""Who is who in an alpha, and who of them is kept.

planes      masks as whole numbers: a shift moves one, a bit operation combines two
components  what of a mask hangs together
others      people who are not kept
parting     people who touch
area        where people count
front       the person in front, from frame to frame
"""
