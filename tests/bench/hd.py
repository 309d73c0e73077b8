# SPDX-License-Identifier: GPL-2.0-or-later
"""The edge at full size: stills with known alpha through a real OBS, scored at their own size.

    python -m tests.bench.hd --stills DIR [...] [--model MODEL ...] [--set KEY=VALUE ...] [--out DIR]

DIR has images/ and alphas/*.png of the same names, of any sizes, and foregrounds/*.png where the person's
own colours are known (``python -m tests.bench.strands`` makes such stills). Each still is shown to a filter
on an image source. Its alpha and its colours are those of a screenshot of the source. Three lines for each:

- alone: the model outside OBS, on the whole still, its alpha enlarged bilinearly;
- plain: shown, without refinement and cleaning;
- refined: shown, with both, and with what ``--set`` names.

MAD, MSE: x 1e3. Grad: Rhemann et al., divided by the megapixels. band: MAD x 1e3 where the true alpha is
soft (0.02 to 0.98), and within 0.4 % of the width around. colour: the mean error of the colour shown in the
soft part, in 255ths, where at least a tenth is shown. ``--out`` gets contact sheets at 100 %: the places
with the largest errors of the refined alpha; each shows the still, the true alpha, the plain and the
refined one, the refined person before white, black and green, and the true person before white where it is
known.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy

from export.graph.runner import Runner
from export.metrics.grad import grad
from export.metrics.mad import mad
from export.metrics.mse import mse
from obs_bgremove.private_obs.wait import wait_for
from tests.bench import strands
from tests.bench.edge_colour import set_filter
from tests.bench.viewer import linear, setting
from tests.obs.stage import add_home_option, exchange, filtered_picture, installed_model, make_home, status

if TYPE_CHECKING:
    from obs_bgremove.private_obs.instance import PrivateObs

COLUMNS = "MAD", "MSE", "Grad", "band", "colour"
WAYS = "alone", "plain", "refined"
PLAIN = {"refinement": False, "color_cleaning": False}
#: Pixels of a crop of the contact sheets, and how many a still has.
CROP, CROPS = 256, 3
#: A recurrent model sees a still for this many frames before it is scored (``settle_frames`` in the cards).
SETTLED = 20


class Cutout(NamedTuple):
    """``alpha`` float32 [H, W] in 0..1; ``colours`` float32 [H, W, 3] BGR in 0..255, not premultiplied."""

    alpha: numpy.ndarray
    colours: numpy.ndarray


def main() -> None:
    """Measure and print a table for each model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--stills", type=Path, required=True, nargs="+", help="folders of images/ and alphas/"
    )
    parser.add_argument("--model", nargs="+", default=["fast", "quality"])
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting")
    parser.add_argument("--out", type=Path, help="folder for contact sheets")
    add_home_option(parser)
    options = parser.parse_args()
    for model in options.model:
        table(model, options)


def table(model: str, options: argparse.Namespace) -> None:
    """Measure each still with a model and print the table."""
    settings = dict(setting(one) for one in options.set)
    runner = Runner(installed_model(options.home, model) / "model.onnx")
    names = [(folder, name) for folder in options.stills for name in strands.find(folder)]
    print(f"{model:24}{'':9}" + "".join(f"{column:>9}" for column in COLUMNS))
    found: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        home = make_home(folder / "home", {model: installed_model(options.home, model)})
        first = strands.read(*names[0]).picture
        with filtered_picture(folder, home, model, first, canvas=(320, 180), fps=10) as obs:
            for where, name in names:
                still = strands.read(where, name)
                exchange(obs, folder, still.picture)
                cutouts = [alone(runner, still.picture)]
                for changed in (PLAIN, settings):
                    set_filter(obs, model, background="transparent", **changed)
                    cutouts.append(cut_out(settled(obs)))
                for way, cutout in zip(WAYS, cutouts):
                    found[way].append(scored(still, cutout))
                    print(row(name, way, found[way][-1:]), flush=True)
                if options.out:
                    options.out.mkdir(parents=True, exist_ok=True)
                    cv2.imwrite(str(options.out / f"{model}_{name}.png"), sheet(still, *cutouts[1:]))
    for way in WAYS:
        print(row("mean", way, found[way]))


def alone(runner: Runner, picture: numpy.ndarray) -> Cutout:
    """Return what the model makes of a whole still, enlarged, with the still's own colours."""
    small = cv2.resize(picture, (runner.width, runner.height), interpolation=cv2.INTER_AREA)
    frame = cv2.cvtColor(small, cv2.COLOR_BGR2BGRA)
    runner.reset()
    for _ in range(SETTLED if runner.recurrent else 1):
        alpha = runner.alpha(frame)
    size = picture.shape[1::-1]
    large = cv2.resize(alpha.astype(numpy.float32) / 255, size, interpolation=cv2.INTER_LINEAR)
    return Cutout(large, picture.astype(numpy.float32))


def settled(obs: PrivateObs) -> numpy.ndarray:
    """Return a screenshot, int [H, W, 4] BGRA, once it hardly changes (memories go on)."""

    def still():
        one, other = (obs.screenshot("Picture").astype(int) for _ in range(2))
        same = one.shape == other.shape and numpy.abs(one - other).mean() < 0.05
        return [other] if same and status(obs)["state"] == "running" else None

    still()  # the first ones may still be from before
    return wait_for(still, "the picture settled", 300)[0]


def cut_out(screenshot: numpy.ndarray) -> Cutout:
    """Return the alpha and the colours of a screenshot (int [H, W, 4] BGRA).

    obs-websocket has sources drawn without linear light: the values are premultiplied as they are.
    """
    alpha = screenshot[..., 3].astype(numpy.float32) / 255
    colours = screenshot[..., :3] / numpy.maximum(alpha, 0.004)[..., None]
    return Cutout(alpha, numpy.clip(colours, 0, 255).astype(numpy.float32))


def soft_band(truth: numpy.ndarray) -> numpy.ndarray:
    """Return where the true alpha is soft, and 0.4 % of the width around: bool [H, W]."""
    soft = ((truth > 0.02) & (truth < 0.98)).astype(numpy.uint8)
    radius = round(0.004 * truth.shape[1])
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    return cv2.dilate(soft, disc) > 0


def scored(still: strands.Still, cutout: Cutout) -> dict[str, float]:
    """Return the errors of a cutout by the names of the columns."""
    alpha, truth = cutout.alpha, still.alpha
    band = soft_band(truth)
    scores = {
        "MAD": mad(alpha, truth),
        "MSE": mse(alpha, truth),
        "Grad": grad(alpha, truth) / (truth.size / 1e6),
        "band": float(numpy.abs(alpha - truth)[band].mean() * 1e3) if band.any() else float("nan"),
    }
    soft = (truth > 0.05) & (truth < 0.95) & (alpha > 0.1)
    if still.foreground is not None and soft.any():
        scores["colour"] = float(numpy.abs(cutout.colours - still.foreground)[soft].mean())
    return scores


def row(label: str, way: str, scores: list[dict[str, float]]) -> str:
    """Return a line of the table: the means over the stills."""
    line = f"{label[:23]:24}{way:9}"
    for column in COLUMNS:
        values = [one[column] for one in scores if column in one]
        line += f"{numpy.nanmean(values):9.2f}" if values else f"{'-':>9}"
    return line


def before(cutout: Cutout, background: tuple[int, int, int]) -> numpy.ndarray:
    """Return the person before a colour (BGR), blended in linear light as OBS does: uint8 [H, W, 3]."""
    alpha = cutout.alpha[..., None]
    light = alpha * linear(cutout.colours) + (1 - alpha) * linear(numpy.asarray(background))
    encoded = numpy.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return numpy.clip(encoded * 255, 0, 255).round().astype(numpy.uint8)


def sheet(still: strands.Still, plain: Cutout, refined: Cutout) -> numpy.ndarray:
    """Return crops at 100 % of the places with the largest errors, one below the other."""
    rows = []
    for place in worst(numpy.abs(refined.alpha - still.alpha)):
        alphas = [one[place] for one in (still.alpha, plain.alpha, refined.alpha)]
        crops = [still.picture[place]]
        crops += [cv2.cvtColor((one * 255).astype(numpy.uint8), cv2.COLOR_GRAY2BGR) for one in alphas]
        part = Cutout(refined.alpha[place], refined.colours[place])
        crops += [before(part, colour) for colour in ((255, 255, 255), (0, 0, 0), (0, 200, 0))]
        if still.foreground is not None:
            crops.append(before(Cutout(still.alpha[place], still.foreground[place]), (255, 255, 255)))
        rows.append(numpy.hstack(crops))
    return numpy.vstack(rows)


def worst(errors: numpy.ndarray) -> list[tuple[slice, slice]]:
    """Return the parts, CROP wide and high, with the largest sums of errors, no two of which overlap."""
    sums = cv2.boxFilter(errors.astype(numpy.float32), -1, (CROP, CROP), normalize=False)
    half = CROP // 2
    height, width = errors.shape
    places = []
    for _ in range(CROPS):
        y, x = numpy.unravel_index(int(sums.argmax()), sums.shape)
        top = min(max(int(y) - half, 0), max(height - CROP, 0))
        left = min(max(int(x) - half, 0), max(width - CROP, 0))
        places.append((slice(top, top + CROP), slice(left, left + CROP)))
        sums[max(y - CROP, 0) : y + CROP, max(x - CROP, 0) : x + CROP] = -1
    return places


if __name__ == "__main__":
    main()
