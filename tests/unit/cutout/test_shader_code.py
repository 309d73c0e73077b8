# SPDX-License-Identifier: GPL-2.0-or-later
"""Shaders as Python, against answers that are computed by hand."""

from __future__ import annotations

import numpy
import pytest

from obs_bgremove.cutout.shader_code import ShaderProblem, translate
from obs_bgremove.cutout.shader_functions import Pixels
from obs_bgremove.filter.passes.shaders import SHADERS
from tests.unit.filter.effects import INCLUDED

HEAD = """
uniform float4x4 ViewProj;
uniform float4 options; // a uniform
sampler_state linear_clamp { Filter = Linear; AddressU = Clamp; AddressV = Clamp; };
struct Vertex { float4 pos : POSITION; float2 uv : TEXCOORD0; };
Vertex rectangle(Vertex at) { Vertex made; made.pos = mul(float4(at.pos.xyz, 1.0), ViewProj); return made; }
#define TECHNIQUE(name, shader) \\
technique name \\
{ }
"""
PLACES = numpy.array([[0.25, 0.5, 0.75], [0.125, 0.5, 0.875]], numpy.float32)


@pytest.fixture
def shade(tmp_path):
    """Return a function that runs a shader's text at PLACES, with ``options`` 1, 2, 3, 4."""

    def run(body, before=""):
        file = tmp_path / "one.effect"
        file.write_text(
            f"{HEAD}{before}\nfloat4 one(Vertex at) : TARGET\n{{\n{body}\n}}\nTECHNIQUE(One, one)\n"
        )
        program = translate(file)
        program.values["options"] = numpy.array([[1], [2], [3], [4]], numpy.float32)
        values = numpy.broadcast_to(program.techniques["One"](Pixels(PLACES)), (4, 3))
        assert values.dtype == numpy.float32
        return values

    return run


@pytest.mark.parametrize(
    "file",
    [file for file in sorted(SHADERS.glob("*.effect")) if file.name not in INCLUDED],
    ids=lambda file: file.name,
)
def test_every_shader_of_ours_is_understood(file):
    program = translate(file)
    assert program.techniques
    assert "ViewProj" in program.uniforms


def test_operators_bind_as_in_the_language(shade):
    x, y = PLACES
    values = shade(
        "float a = 1.0 - at.uv.x * 2.0 + -at.uv.y / 4.0; return float4(a, 2.0 * (a - 1.0), options.zw);"
    )
    assert numpy.allclose(values[0], 1 - x * 2 - y / 4)
    assert numpy.allclose(values[1], 2 * (values[0] - 1))
    assert (values[2:] == [[3], [4]]).all()


def test_vectors_have_components_that_change(shade):
    x, y = PLACES
    values = shade(
        "float3 color = float3(at.uv, 1.0); color.x += 1.0; color.gb = color.bg * 2.0;"
        "float2 two = color.rb; return float4(two.yx, color.g, 0.0).rgba;"
    )
    assert numpy.allclose(values, [2 * y, x + 1, [2, 2, 2], [0, 0, 0]])


def test_a_variable_that_is_copied_does_not_follow(shade):
    values = shade("float2 a = at.uv; float2 b = a; b.x = 9.0; a += 1.0; return float4(a, b);")
    assert numpy.allclose(values, [PLACES[0] + 1, PLACES[1] + 1, [9, 9, 9], PLACES[1]])


def test_loops_choices_and_functions(shade):
    values = shade(
        "float sum = 0.0; for (int i = -2; i <= 2; i++) { float w = float(i); sum += w * w; }"
        "float count = 0.0; for (float t = 0.0; t < options.z; t += 1.0) count += t;"
        "float half_of = at.uv.x < 0.6 && at.uv.y > 0.2 || at.uv.x > 0.7 ? 1.0 : twice(0.25);"
        "if (options.x > 2.0) sum = -1.0; else { sum += 100.0; }"
        "return float4(sum, count, half_of, dot(at.uv, options.xy));",
        before="float twice(float value) { return 2.0 * value; }",
    )
    assert (values[0] == 110).all() and (values[1] == 3).all()
    assert values[2].tolist() == [0.5, 1, 1]
    assert numpy.allclose(values[3], PLACES[0] + 2 * PLACES[1])


def test_a_loop_ends_for_each_pixel_when_it_is_done(shade):
    values = shade(
        "float count = 4.0 * at.uv.x; float sum = 0.0; float2 last = float2(9.0, 9.0);"
        "for (float i = 1.0; i <= count; i += 1.0) { float twice = 2.0 * i; sum += twice; last.y = at.uv.y; }"
        "return float4(sum, count, last);"
    )
    assert values.tolist() == [[2, 6, 12], [1, 2, 3], [9, 9, 9], PLACES[1].tolist()]


def test_a_loop_that_some_pixels_never_enter(shade):
    values = shade(
        "float3 color = float3(at.uv, 7.0); float count = at.uv.x > 0.6 ? 2.0 : 0.0;"
        "for (float i = 0.0; i < count; i += 1.0)"
        "{ for (int k = 0; k < 3; k++) color.z += 1.0; color.x = 0.0; }"
        "return float4(color, 1.0);"
    )
    assert values[0].tolist() == [0.25, 0.5, 0]
    assert values[2].tolist() == [7, 7, 13]


def test_functions_of_the_language(shade):
    x, y = PLACES
    values = shade(
        "return float4(lerp(at.uv.x, 2.0, at.uv.y), saturate(3.0 * at.uv.x - 1.0), frac(5.5 * at.uv.x),"
        " smoothstep(0.0, 1.0, at.uv.x) + step(0.5, at.uv.y) + clamp(9.0, 0.0, 2.0));"
    )
    assert numpy.allclose(values[0], x + (2 - x) * y)
    assert numpy.allclose(values[1], numpy.clip(3 * x - 1, 0, 1))
    assert numpy.allclose(values[2], 5.5 * x % 1)
    assert numpy.allclose(values[3], x * x * (3 - 2 * x) + (y >= 0.5) + 2)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("return unknown(at.uv);", "the function unknown is not known"),
        ("return at.uv.xq;", "'xq' are no components"),
        ("return float4(1.0, 1.0, 1.0, 1.0)", "; is missing"),
        ("float a = 1.0 & 2.0; return a;", "; is missing"),
        ("for (int i = 0; i < 2; i++) return at.uv;", "a loop is left by return"),
    ],
)
def test_what_is_not_understood_is_an_error(shade, body, problem):
    with pytest.raises(ShaderProblem, match=problem):
        shade(body)


def test_a_branch_that_pixels_take_differently_is_an_error(shade):
    with pytest.raises(ValueError, match="differs from pixel to pixel"):
        shade("float a = 0.0; if (at.uv.x > 0.5) a = 1.0; return float4(a, a, a, a);")
