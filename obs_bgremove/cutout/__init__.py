# SPDX-License-Identifier: GPL-2.0-or-later
"""Photographs and clips without OBS: ``python -m obs_bgremove.cutout INPUT OUTPUT``.

The filter's own passes and shaders draw, on a graphics card that is computed with numpy. So a file looks as
OBS would show it.

shader_code       translates the .effect files into Python
shader_functions  what the translated shaders call
textures          textures as a GPU reads and writes them
software_gpu      the functions of libobs that draw, on these textures
alphas            the network's alpha of a picture, or of the next frame of a clip
cutter            one picture with its room replaced
cutting           the command line
wanted            the command line's wishes as settings and a background of the filter
picture_behind    a picture file as the background
picture_files     reads and writes picture files
exif              which way up a photograph is
chunks            the parts of PNG and WebP files
videos            reads, cuts and writes a video
ffmpeg            the program that does the reading and writing of videos
progress          how far a video is
files_to_do       what is made of what, and what must not be overwritten
"""
