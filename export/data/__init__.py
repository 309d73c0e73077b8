# SPDX-License-Identifier: GPL-2.0-or-later
"""What networks learn from: stills with alphas, and the clips that are made of them."""
