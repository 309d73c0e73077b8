# SPDX-License-Identifier: GPL-2.0-or-later
"""Every uniform of a technique, as OBS counts them, is set by the pass that draws with it.

Direct3D 11 draws nothing with a shader of which one was never set; OpenGL does not mind.
"""

from __future__ import annotations

import itertools
import re

import pytest

from obs_bgremove.filter.passes.composite import composite
from obs_bgremove.filter.passes.cut import Cut
from obs_bgremove.filter.passes.drawn_background import DrawnBackground, Look
from obs_bgremove.filter.passes.geometry import WHOLE, Region, Size
from obs_bgremove.filter.passes.passes import Passes
from obs_bgremove.filter.passes.preset import draw_preset
from obs_bgremove.filter.passes.shaders import SHADERS, Shaders
from obs_bgremove.filter.passes.shrink import shrink
from obs_bgremove.filter.passes.techniques import WITH_LOOK, CompositeTechnique, PresetTechnique
from obs_bgremove.obs.graphics import DynamicTexture, RenderTarget
from obs_bgremove.obs.structs import FORMAT_BGRA, FORMAT_R8, SPACE_709_EXTENDED, SPACE_SRGB
from tests.unit.filter.effects import INCLUDED, TOKEN, closing, text_of

SIZE = Size(640, 360)


def uniforms_of(path):
    """Return the uniforms of each technique by OBS' rule (``effect-parser.c``).

    A word in a function is taken for a function or else a uniform of that name that stands before it in
    the file, whatever it means in the language. ``ViewProj`` is set by OBS.
    """
    tokens = TOKEN.findall(text_of(path))
    uniforms, functions, techniques = set(), {}, {}
    at = 0
    while at < len(tokens):
        if tokens[at] == "uniform":
            assert tokens[at + 3] == ";"
            uniforms.add(tokens[at + 2])
            at += 4
        elif tokens[at] in ("struct", "sampler_state"):
            at = closing(tokens, at) + 2
        elif tokens[at] == "TECHNIQUE":
            technique, function = tokens[at + 2], tokens[at + 4]
            techniques[technique] = (functions[function] | functions["rectangle"]) - {"ViewProj"}
            at += 6
        else:
            name, end = tokens[at + 1], closing(tokens, at)
            used = set()
            for word in tokens[tokens.index("{", at) : end]:
                used |= functions.get(word, {word} & uniforms)
            functions[name] = used
            at = end + 1
    return techniques


def draw_everything(gpu):
    """Draw with every pass in each way that the settings allow."""
    passes = Passes(Shaders())
    shaders = passes.shaders
    small = RenderTarget(FORMAT_BGRA)
    frame, hdr, alpha, image = (1_000_000 + number for number in range(4))
    shrink(shaders.shrink, frame, SIZE, small, Size(256, 144))
    for preset in PresetTechnique:
        draw_preset(shaders.presets, preset, passes.background, SIZE)
    passes.fade.keep(image, SIZE)
    passes.fade.mix(image, 0.5, SIZE)
    passes.limits.draw(DynamicTexture(256, 144, FORMAT_R8), WHOLE, Region(0.1, 0.0, 0.5, 1.0), False)
    yes_and_no = True, False
    cuts = [Cut(frame, SIZE), Cut(frame, SIZE, hdr)]
    for light, refine, clean in itertools.product((None, hdr), yes_and_no, yes_and_no):
        colors = passes.colors.draw(small, alpha) if refine or clean else None
        cut = Cut(frame, SIZE, light, alpha, colors=colors, refine=refine, clean=clean)
        cuts += [cut, cut._replace(plate=passes.plate.draw(cut, len(cuts)))]
        cuts += [one._replace(colors=passes.samples.draw(one, small)) for one in cuts[-2:]]
    for cut, shift, softness in itertools.product(cuts, (0.0, 3.0, -3.0), (0.0, 0.5, 5.0)):
        controlled = passes.edge.draw(cut, shift, softness) if cut.alpha else cut
        technique = CompositeTechnique
        backgrounds = [
            DrawnBackground(technique.ALONE),
            DrawnBackground(technique.ON_COLOR, color=(0, 0, 0, 1)),
            DrawnBackground(technique.ON_IMAGE, image),
            DrawnBackground(technique.ON_IMAGE, passes.blur.draw(cut, 0.5), hdr=bool(cut.hdr)),
            depth_look(passes, cut) if cut.alpha else DrawnBackground(technique.ALONE),
            DrawnBackground(technique.SHOW_ALPHA, cut.alpha),
            DrawnBackground(technique.SHOW_FOREGROUND, cut.alpha),
            DrawnBackground(technique.SHOW_COMPARISON, cut.alpha),
            DrawnBackground(technique.SHOW_MEMORY, cut.alpha),
        ]
        looks = None, Look(), whole_look(passes, controlled)
        for background, wrap, matching, look in itertools.product(backgrounds, (0.0, 0.5), (0.0, 0.5), looks):
            falling = passes.light.falling(background, controlled, wrap, matching, 1 / 30)
            if background.technique in WITH_LOOK:
                falling = falling._replace(look=look)
            for gpu.linear, gpu.space in (
                (True, SPACE_SRGB),
                (False, SPACE_SRGB),
                (True, SPACE_709_EXTENDED),
            ):
                composite(passes, falling, controlled)


def depth_look(passes, cut):
    """Return the blurred room of a cut with an alpha, the blur growing with the distance from the person."""
    near = cut._replace(near=passes.nearness.draw(cut, 1 / 30))
    blurred = passes.blur.draw(near, 0.5)
    return DrawnBackground(CompositeTechnique.ON_DEPTH, blurred, hdr=bool(cut.hdr))


def whole_look(passes, cut):
    """Return a look with everything that this cut allows."""
    gain = passes.exposure.draw(cut.colors.means, None, 0.5, 1 / 30) if cut.colors else None
    outline = passes.outline.draw(cut, 6.0, 0.0).alpha if cut.alpha else None
    return Look(gain, outline, (1.0, 1.0, 1.0), (1.0, 0.5, 0.0), 0.5)


@pytest.fixture
def drawn(gpu):
    """Return what was drawn: for each effect and technique the uniforms that were set each time."""
    draw_everything(gpu)
    found = {}
    for file, technique, uniforms in gpu.drawn:
        found.setdefault((file, technique), []).append(uniforms)
    return found


def test_every_uniform_that_a_technique_has_is_set_whenever_it_is_drawn(drawn):
    asked = {
        (path.name, technique): uniforms
        for path in SHADERS.glob("*.effect")
        if path.name not in INCLUDED
        for technique, uniforms in uniforms_of(path).items()
    }
    assert set(drawn) == set(asked), "every technique is drawn here, and there is no other"
    missing = {
        which: sorted(uniforms - set_then)
        for which, uniforms in asked.items()
        for set_then in drawn[which]
        if uniforms - set_then
    }
    assert missing == {}


@pytest.mark.parametrize("path", [path for path in SHADERS.glob("*.effect") if path.name not in INCLUDED])
def test_every_pixel_shader_uses_its_coordinates(path):
    """OpenGL leaves out what no shader uses. OBS misses that attribute of the vertices, and draws nothing."""
    text = text_of(path)
    for shader in re.findall(r"TECHNIQUE\(\w+, (\w+)\)", text):
        tokens = TOKEN.findall(text[text.index(f"float4 {shader}(Vertex at)") :])
        assert " at . uv " in " ".join(tokens[: closing(tokens, 0)]), shader


def test_no_technique_reads_more_textures_than_obs_has_places_for():
    """OpenGL in OBS writes the ninth over its own memory (GS_MAX_TEXTURES)."""
    read = {}
    for path in SHADERS.glob("*.effect"):
        if path.name in INCLUDED:
            continue
        textures = set(re.findall(r"uniform\s+texture2d\s+(\w+)", text_of(path)))
        for technique, uniforms in uniforms_of(path).items():
            read[path.name, technique] = len(textures & uniforms)
    assert {which: count for which, count in read.items() if count > 8} == {}
    assert max(read.values()) > 5


#: Words of OpenGL's shading language that are none in HLSL. OBS hands names on as they are.
RESERVED = re.compile(
    r"""\b(active|atomic_uint|attribute|buffer|centroid|coherent|common|enum|filter|fixed|flat|goto|half|highp
    |input|interface|invariant|layout|long|lowp|mediump|namespace|noperspective|output|packed|partition|patch
    |precision|restrict|sample|shared|short|smooth|subroutine|superp|template|this|typedef|union|using|varying
    |writeonly)\b""",
    re.VERBOSE,
)


@pytest.mark.parametrize("path", sorted(SHADERS.glob("*.effect")), ids=lambda path: path.name)
def test_no_name_is_a_word_of_opengls_language(path):
    assert RESERVED.findall(text_of(path)) == []


def test_a_local_variable_counts_as_the_uniform_of_its_name(tmp_path):
    (tmp_path / "common.effect").write_text(
        "uniform float4x4 ViewProj;\nfloat4 rectangle(float4 at) { ViewProj; }"
    )
    (tmp_path / "one.effect").write_text(
        '#include "common.effect"\n'
        "float4 before(float2 uv) { float4 color; return color; } // color\n"
        "uniform float4 color;\nuniform float strength;\n"
        "float4 inner(float2 uv) { float4 color; return color; }\n"
        "float4 outer(float4 at) : TARGET { return inner(at.xy) + before(at.xy); }\n"
        "TECHNIQUE(One, outer)\nTECHNIQUE(Two, before)\n"
    )
    assert uniforms_of(tmp_path / "one.effect") == {"One": {"color"}, "Two": set()}
