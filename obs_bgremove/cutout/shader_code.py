# SPDX-License-Identifier: GPL-2.0-or-later
"""Turns the .effect files of OBS into Python that computes with numpy.

It understands what our own shaders are written in: uniforms, functions of floats and vectors, loops, and one
technique for each pixel shader. What it does not understand is an error, never a guess. A float of a shader
becomes float32 [N], a vector of k floats float32 [k, N], for N pixels at a time; a value that is the same for
all of them has N = 1, or is a number of Python's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from . import shader_functions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_TOKEN = re.compile(
    r"(?P<number>(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?)f?|(?P<word>[A-Za-z_]\w*)"
    r"|(?P<sign>\+\+|--|[-+*/%]=|[<>=!]=|&&|\|\||\S)"
)
_TYPE = re.compile(r"(float|int|bool)[2-4]?$|float4x4$|texture2d$|Vertex$|void$")
_VECTOR = re.compile(r"float[2-4]$")
#: Members that are no components of a vector: those of ``Vertex``.
_OF_VERTEX = {"uv", "pos"}
#: It hands over the pixels: nothing of it is computed.
_VERTEX_SHADER = "rectangle"
#: Binary operators with what they are in Python, those that bind least first.
_OPERATORS: tuple[dict[str, str], ...] = (
    {"||": "|"},
    {"&&": "&"},
    {"==": "==", "!=": "!="},
    {"<": "<", ">": ">", "<=": "<=", ">=": ">="},
    {"+": "+", "-": "-"},
    {"*": "*", "/": "/", "%": "%"},
)
_PLACES = {letter: place for letters in ("xyzw", "rgba") for place, letter in enumerate(letters)}


class ShaderProblem(Exception):
    """An effect is written in something that is not understood here."""


class Program(NamedTuple):
    """A translated effect. ``techniques``: pixel shaders by the name of the technique.

    A shader takes what the vertex shader returns (``Pixels``) and returns float32 [4, N].
    ``values`` are those of the uniforms by name; they are to be set before a shader runs.
    """

    functions: Mapping[str, Callable[..., Any]]
    techniques: Mapping[str, Callable[..., Any]]
    uniforms: frozenset[str]
    values: dict[str, Any]


def translate(path: Path) -> Program:
    """Return an effect file with what it includes as a program; raise ShaderProblem."""
    reader = _Reader(path.name, _text(path))
    while reader.ahead():
        reader.definition()
    values: dict[str, Any] = {}
    space: dict[str, Any] = {**vars(shader_functions), "uniforms": values}
    exec(compile("\n".join(reader.lines), str(path), "exec"), space)  # what is run was made above
    functions = {name: space[f"{name}_"] for name in reader.functions}
    techniques = {name: functions[shader] for name, shader in reader.techniques.items()}
    return Program(functions, techniques, frozenset(reader.uniforms), values)


def _text(path: Path) -> str:
    """Return a file and what it includes, without comments and macros."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"//.*", "", re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL))
    text = re.sub(r"#define(.*\\\n)*.*", "", text)
    return re.sub(r'#include "(.*)"', lambda found: _text(path.parent / found[1]), text)


class _Reader:
    """Reads a shader's text from front to back; writes each function as Python.

    Names get a "_" at their end: what is a plain name to a shader may be a word of Python.
    """

    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._tokens = [found.group(found.lastgroup or 0) for found in _TOKEN.finditer(text)]
        self._at = 0
        self.lines: list[str] = []
        self.uniforms: set[str] = set()
        self.samplers: dict[str, str] = {}
        self.functions: list[str] = []
        #: The variables that there are at this point of a function, as Python calls them.
        self._variables: list[str] = []
        self._loops = 0
        self.techniques: dict[str, str] = {}

    # --- tokens ----------------------------------------------------------------------------

    def ahead(self, further: int = 0) -> str:
        """Return a token without taking it; empty at the end."""
        place = self._at + further
        return self._tokens[place] if place < len(self._tokens) else ""

    def _take(self, *expected: str) -> str:
        token = self.ahead()
        if expected and token not in expected:
            around = " ".join(self._tokens[max(self._at - 8, 0) : self._at + 1])
            raise ShaderProblem(f"{self._file}: {' or '.join(expected)} is missing at: {around}")
        self._at += 1
        return token

    def _skip(self, token: str) -> bool:
        """Take a token if it is the next one; return whether it was."""
        if self.ahead() != token:
            return False
        self._at += 1
        return True

    # --- definitions -----------------------------------------------------------------------

    def definition(self) -> None:
        """Read one thing that stands outside of all functions."""
        word = self._take()
        if word == "uniform":
            self._take()
            self.uniforms.add(self._take())
            self._take(";")
        elif word == "sampler_state":
            self._sampler(self._take())
        elif word == "struct":
            while self._take() != "}":
                pass
            self._take(";")
        elif word == "TECHNIQUE":
            self._take("(")
            name = self._take()
            self._take(",")
            self.techniques[name] = self._take()
            self._take(")")
        elif _TYPE.match(word):
            self._function(self._take())
        else:
            raise ShaderProblem(f"{self._file}: {word!r} begins nothing that is known")

    def _sampler(self, name: str) -> None:
        self._take("{")
        states = {}
        while not self._skip("}"):
            key = self._take()
            self._take("=")
            states[key] = self._take()
            self._take(";")
        self._take(";")
        if (states.get("AddressU"), states.get("AddressV")) != ("Clamp", "Clamp"):
            raise ShaderProblem(f"{self._file}: the sampler {name} does not clamp")
        self.samplers[name] = states["Filter"].lower()

    def _function(self, name: str) -> None:
        self._take("(")
        parameters = []
        while not self._skip(")"):
            self._take()
            parameters.append(f"{self._take()}_")
            self._skip(",")
        if self._skip(":"):
            self._take()
        if name == _VERTEX_SHADER:
            self._at += self._tokens[self._at :].index("}") + 1
            return
        self.functions.append(name)
        self._variables = parameters
        self.lines.append(f"def {name}_({', '.join(parameters)}):")
        self._block(1)

    # --- statements ------------------------------------------------------------------------

    def _write(self, depth: int, line: str) -> None:
        self.lines.append("    " * depth + line)

    def _block(self, depth: int) -> None:
        """Read a block or a single statement."""
        if not self._skip("{"):
            self._statement(depth)
            return
        self._write(depth, "pass")
        before = len(self._variables)
        while not self._skip("}"):
            self._statement(depth)
        del self._variables[before:]

    def _statement(self, depth: int) -> None:
        word = self.ahead()
        if word == "return":
            self._take()
            if self._loops:
                raise ShaderProblem(f"{self._file}: a loop is left by return")
            self._write(depth, f"return {self._expression()}")
            self._take(";")
        elif word == "for":
            self._loop(depth)
        elif word == "if":
            self._take()
            self._take("(")
            self._write(depth, f"if same_for_all({self._expression()}):")
            self._take(")")
            self._block(depth + 1)
            if self._skip("else"):
                self._write(depth, "else:")
                self._block(depth + 1)
        else:
            self._assignment(depth)
            self._take(";")

    def _loop(self, depth: int) -> None:
        """Read a loop as two functions of all variables: how often it runs may differ from pixel to pixel."""
        self._take("for")
        self._take("(")
        before = len(self._variables)
        self._assignment(depth)
        self._take(";")
        variables = ", ".join(self._variables)
        self._write(depth, f"def goes_on({variables}):")
        self._write(depth + 1, f"return {self._expression()}")
        self._take(";")
        self._write(depth, f"def one_round({variables}):")
        # What is done after each round stands before what is done in it.
        start = len(self.lines)
        self._assignment(depth + 1)
        step = self.lines[start:]
        del self.lines[start:]
        self._take(")")
        self._loops += 1
        self._block(depth + 1)
        self._loops -= 1
        self.lines += step
        self._write(depth + 1, f"return {variables},")
        self._write(depth, f"{variables}, = looped(goes_on, one_round, ({variables},))")
        del self._variables[before:]

    def _assignment(self, depth: int) -> None:
        """Read a declaration, with or without a value, or a change of a variable."""
        if _TYPE.match(self.ahead()) and self.ahead(1) != "(":
            kind = self._take()
            self._write(depth, "pass")
            while True:
                name = f"{self._take()}_"
                value = self._expression() if self._skip("=") else f"zeros({kind!r})"
                self._write(depth, f"{name} = {value}")
                self._variables.append(name)
                if not self._skip(","):
                    return
        name = f"{self._take()}_"
        places = self._take_places() if self._skip(".") else None
        old = f"{name}[{places}]" if places is not None else name
        sign = self._take("=", "+=", "-=", "*=", "/=", "++", "--")
        value = "1" if sign in ("++", "--") else self._expression()
        if sign != "=":
            value = f"{old} {sign[0]} ({value})"
        if places is not None:
            value = f"replaced({name}, {places}, {value})"
        self._write(depth, f"{name} = {value}")

    # --- expressions -----------------------------------------------------------------------

    def _expression(self) -> str:
        condition = self._binary(0)
        if not self._skip("?"):
            return condition
        yes = self._expression()
        self._take(":")
        return f"chosen({condition}, {yes}, {self._expression()})"

    def _binary(self, level: int) -> str:
        if level == len(_OPERATORS):
            return self._unary()
        left = self._binary(level + 1)
        while self.ahead() in _OPERATORS[level]:
            sign = _OPERATORS[level][self._take()]
            left = f"({left} {sign} {self._binary(level + 1)})"
        return left

    def _unary(self) -> str:
        if self._skip("-"):
            return f"(-{self._unary()})"
        if self._skip("+"):
            return self._unary()
        return self._with_members(self._primary())

    def _primary(self) -> str:
        token = self._take()
        if token == "(":
            inner = self._expression()
            self._take(")")
            return f"({inner})"
        if token[0].isdigit() or token[0] == ".":
            return token
        if self._skip("("):
            values = self._arguments()
            if _VECTOR.match(token):
                return f"vector({values})"
            if token in ("float", "int"):
                return f"{token}_of({values})"
            if token in self.functions:
                return f"{token}_({values})"
            if hasattr(shader_functions, f"shader_{token}"):
                return f"shader_{token}({values})"
            raise ShaderProblem(f"{self._file}: the function {token} is not known")
        return f"uniforms[{token!r}]" if token in self.uniforms else f"{token}_"

    def _arguments(self) -> str:
        values = []
        while not self._skip(")"):
            values.append(self._expression())
            self._skip(",")
        return ", ".join(values)

    def _with_members(self, value: str) -> str:
        while self._skip("."):
            if self.ahead() == "SampleLevel":
                value = self._sample(value)
            elif self.ahead() in _OF_VERTEX:
                value = f"{value}.{self._take()}"
            else:
                value = f"{value}[{self._take_places()}]"
        return value

    def _sample(self, texture: str) -> str:
        """Read the sampling of a texture; only the components are computed that are taken out of it."""
        self._take("SampleLevel")
        self._take("(")
        sampler = self._take()
        if sampler not in self.samplers:
            raise ShaderProblem(f"{self._file}: there is no sampler {sampler}")
        self._take(",")
        place = self._expression()
        self._take(",")
        self._expression()
        self._take(")")
        places = repr((0, 1, 2, 3))
        if self.ahead() == "." and self.ahead(1) not in _OF_VERTEX:
            self._take(".")
            places = self._take_places()
        return f"sampled({texture}, {self.samplers[sampler]!r}, {place}, {places})"

    def _take_places(self) -> str:
        """Take a swizzle; return the components as an index of numpy's: a number, or a list."""
        letters = self._take()
        if not all(letter in _PLACES for letter in letters):
            raise ShaderProblem(f"{self._file}: {letters!r} are no components of a vector")
        places = [_PLACES[letter] for letter in letters]
        return str(places[0]) if len(places) == 1 else str(places)
