# SPDX-License-Identifier: GPL-2.0-or-later
"""What OBS' Metal renderer (32 and newer, on request) makes of each effect, by the rules of its translator
(``libobs-metal/OBSShader.swift``). No other renderer minds any of this.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest

from obs_bgremove.filter.passes.shaders import SHADERS
from tests.unit.filter.effects import INCLUDED, TOKEN, closing, text_of

EFFECTS = sorted(path for path in SHADERS.glob("*.effect") if path.name not in INCLUDED)


@dataclass
class Function:
    """``parameters`` and ``kinds`` in their order; ``words`` of the body; ``locals`` declared in it."""

    returns: str
    kinds: list[str]
    parameters: list[str]
    words: list[str]
    locals: list[str] = field(default_factory=list)


@dataclass
class Effect:
    """What is declared, in the order of the file; ``techniques``: name -> pixel shader."""

    uniforms: dict[str, str] = field(default_factory=dict)
    structs: list[str] = field(default_factory=list)
    functions: dict[str, Function] = field(default_factory=dict)
    techniques: dict[str, str] = field(default_factory=dict)


def read(path):
    """Return the effect of a file."""
    tokens, effect, at = TOKEN.findall(text_of(path)), Effect(), 0
    while at < len(tokens):
        if tokens[at] == "uniform":
            effect.uniforms[tokens[at + 2]] = tokens[at + 1]
            at += 4
        elif tokens[at] in ("struct", "sampler_state"):
            if tokens[at] == "struct":
                effect.structs.append(tokens[at + 1])
            at = closing(tokens, at) + 2
        elif tokens[at] == "TECHNIQUE":
            effect.techniques[tokens[at + 2]] = tokens[at + 4]
            at += 6
        else:
            start, end = tokens.index("{", at), closing(tokens, at)
            listed = tokens[at + 3 : tokens.index(")", at)]
            body = tokens[start:end]
            declared = re.findall(r"\b(?:float[234]?|int) (\w+) [=;]", " ".join(body))
            words = [word for word in body if re.match(r"[A-Za-z_]", word)]
            effect.functions[tokens[at + 1]] = Function(
                tokens[at], listed[::3], listed[1::3], words, declared
            )
            at = end + 1
    return effect


def below(effect, name):
    """Return the uniforms that ``name`` needs, a function's own before those of what it calls, and the
    functions, each after those that it calls.
    """
    uniforms, functions, seen = [], [], set()

    def visit(name):
        seen.add(name)
        words = effect.functions[name].words
        uniforms.extend(word for word in words if word in effect.uniforms and word not in uniforms)
        for word in words:
            if word in effect.functions and word not in seen:
                visit(word)
        functions.append(name)

    visit(name)
    return uniforms, functions


def problems(effect):
    """Return sentences: what would not compile, or be drawn with the wrong textures."""
    found = set()
    for pixel_shader in effect.techniques.values():
        uniforms, names = below(effect, pixel_shader)
        textures = [name for name in uniforms if effect.uniforms[name].startswith("texture")]
        sampled, reads = {}, set()
        for name in names:
            function = effect.functions[name]
            handed_over = []
            for word in function.words:
                handed_over += sampled.get(word, [word] if word in textures else [])
                if word in reads or (word in uniforms and word not in textures):
                    reads.add(name)
            sampled[name] = list(dict.fromkeys(handed_over))
            if sampled[name] != [texture for texture in textures if texture in sampled[name]]:
                found.add(f"{name} is given its textures in another order than it declares them.")
            if not function.parameters and (name in reads or sampled[name]):
                found.add(f"{name} uses uniforms and has no parameter.")
            for own in {*function.parameters, *function.locals} & set(uniforms):
                found.add(f"In {name}, {own} is taken for the uniform.")
        taken = {kind for name in names for kind in effect.functions[name].kinds}
        returned = {effect.functions[name].returns for name in names}
        for struct in taken & returned & set(effect.structs):
            found.add(f"{struct} is taken and returned.")
    return found


@pytest.mark.parametrize("path", EFFECTS, ids=lambda path: path.stem)
def test_metal_draws_what_the_others_draw(path):
    effect = read(path)
    assert effect.techniques
    assert problems(effect) == set()


def test_what_metal_does_not_draw_is_found(tmp_path):
    (tmp_path / "one.effect").write_text(
        "uniform texture2d first;\nuniform texture2d second;\nuniform float2 size;\nuniform float3 color;\n"
        "struct Edge { float near; };\n"
        "float ratio() { return size.x / size.y; }\n"
        "float own(float2 uv) { return first.Sample(uv); }\n"
        "float both(float2 uv) { float value = own(uv); return value + second.Sample(uv); }\n"
        "Edge edge_at(float2 uv) { Edge edge; edge.near = uv.x; return edge; }\n"
        "float shade(float3 color, Edge edge) { return edge.near * color.r; }\n"
        "float4 all(float4 at) : TARGET { return both(at.xy) + ratio() + shade(color, edge_at(at.xy)); }\n"
        "float4 one(float4 at) : TARGET { return own(at.xy); }\n"
        "TECHNIQUE(All, all)\nTECHNIQUE(One, one)\n"
    )
    assert problems(read(tmp_path / "one.effect")) == {
        "both is given its textures in another order than it declares them.",
        "ratio uses uniforms and has no parameter.",
        "In shade, color is taken for the uniform.",
        "Edge is taken and returned.",
        "all is given its textures in another order than it declares them.",
    }
