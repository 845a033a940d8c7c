# The ground as one camera sees it. Edges are polygons, so they stay crisp at any distance; grain is band-limited
# noise, warped on, each band only as far as the pixels can carry it; light and fog are per-pixel constants of the
# camera, because the rig is rigid and the ground flat.

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.ground.patches import Material, runs_of
from mkdocs_worldmodel.camera.light.light import Light, ego_headlights
from mkdocs_worldmodel.camera.projection import SUBPIXEL_BITS, Picture, Projected, View, to_fixed
from mkdocs_worldmodel.scenario.road import RoadKind

F8 = npt.NDArray[np.float64]
I4 = npt.NDArray[np.int32]

RANGE = {
    Material.TRACK: 70.0,
    Material.TRACK_CORE: 45.0,
    Material.JOINT: 16.0,
    Material.REPAIR: 120.0,
    Material.MARK: 260.0,
    Material.KERB_TOP: 150.0,
}
"""How far materials are drawn [m]; 420 m where none is given."""

FAR = 420.0

# red, green, blue, and how much of the grain shows (255 = all: grass; little: asphalt, which also shines when wet)
_DRY: dict[Material, tuple[int, int, int, int]] = {
    Material.PAVED_GROUND: (142, 138, 130, 110),
    Material.GRAVEL: (128, 122, 106, 170),
    Material.ASPHALT: (97, 98, 101, 74),
    Material.SHOULDER: (91, 92, 94, 90),
    Material.CYCLE_LANE: (146, 84, 74, 60),
    Material.PARKING: (112, 111, 110, 80),
    Material.REPAIR: (83, 84, 88, 50),
    Material.TRACK: (92, 93, 96, 66),
    Material.TRACK_CORE: (87, 88, 92, 60),
    Material.MARK: (233, 234, 230, 40),
    Material.PAVEMENT: (158, 155, 148, 70),
    Material.JOINT: (128, 125, 119, 60),
    Material.KERB_TOP: (178, 176, 170, 50),
    Material.KERB_FACE: (126, 125, 122, 50),
    Material.MEDIAN: (98, 118, 62, 255),
}
_GRASS = {"motorway": (106, 128, 68, 200), "rural": (113, 133, 68, 200), "town": (104, 126, 72, 190)}
_SNOW = (226, 230, 238, 64)
_SNOWY: dict[Material, tuple[int, int, int, int]] = {
    Material.PAVED_GROUND: (216, 220, 228, 64),
    Material.GRAVEL: (210, 213, 219, 80),
    Material.ASPHALT: (134, 136, 141, 84),
    Material.SHOULDER: (168, 171, 177, 96),
    Material.CYCLE_LANE: (164, 140, 138, 90),
    Material.PARKING: (172, 174, 179, 90),
    Material.REPAIR: (134, 136, 141, 84),
    Material.TRACK: (98, 99, 103, 80),
    Material.TRACK_CORE: (86, 87, 91, 70),
    Material.PAVEMENT: (200, 203, 210, 70),
    Material.JOINT: (184, 187, 194, 100),
    Material.KERB_TOP: (214, 217, 223, 60),
    Material.MEDIAN: _SNOW,
}
"""Where snow lies: vehicles clear tracks, all else is white."""
_MARK_LEVELS = 8


@dataclass(frozen=True, slots=True)
class _Band:
    """One octave group of the grain: `texel` [m], how many texels repeat, and the tile with its margins."""

    texel: float
    period: int
    margin: int
    tile: Picture
    """128 = nothing."""


@lru_cache(maxsize=1)
def _bands() -> tuple[_Band, ...]:
    """Grain of 5 cm, 30 cm and 2.5 m and more, as tiles with margins, so that no warp has to wrap."""
    out = []
    for i, (texel, period, margin, octaves, gain) in enumerate(
        ((0.035, 512, 420, 2, 34.0), (0.22, 256, 220, 2, 21.0), (1.6, 256, 190, 3, 28.0))
    ):
        rng = np.random.default_rng((31, i))
        cells = period // (2 << (octaves - 1)) if i < 2 else 20
        grid = rng.standard_normal((period, period)).astype(np.float32)
        noise = np.zeros((period, period), dtype=np.float32)
        for octave in range(octaves):
            side = max(cells << octave, 4)
            small = np.tile(grid[:side, :side], (3, 3))
            scale = side / period
            matrix = np.array([[scale, 0, side + 0.0], [0, scale, side + 0.0]])
            layer = cv2.warpAffine(small, matrix, (period, period), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP)
            noise += layer * np.float32(0.7**octave if i else 0.9**octave)
        noise *= np.float32(gain / max(float(noise.std()), 1e-6) * 0.5)
        tile = (np.clip(noise, -90, 90) + 128.5).astype(np.uint8)
        tile = np.pad(tile, margin, mode="wrap")
        out.append(_Band(texel, period, margin, tile))
    return tuple(out)


def _palette(light: Light) -> dict[Material, tuple[float, ...]]:
    """Colours of all materials: water darkens what it wets, marks and grass aside; snow covers."""
    colours = _DRY | _SNOWY if light.snow else _DRY
    wet = 1.0 - 0.36 * light.wetness * (0.5 if light.snow else 1.0)
    return {
        m: (*(v if m in (Material.MARK, Material.MEDIAN) else v * wet for v in c[:3]), float(c[3]))
        for m, c in colours.items()
    }


class GroundView:
    """Paints the ground of one camera."""

    def __init__(self, view: View, light: Light, kind: RoadKind) -> None:
        self.view = view
        self.top = int(np.clip(np.ceil(view.horizon + 0.5), 0, view.height))
        self._light = light
        self._palette = _palette(light)
        grass = np.array(_SNOW if light.snow else _GRASS[kind], dtype=float) * (
            1.0 - 0.1 * light.wetness,
            1.0 - 0.05 * light.wetness,
            1.0,
            1.0,
        )
        grey = grass[:3].mean()
        grass[:3] = grey + (grass[:3] - grey) * light.saturation
        height = view.height - self.top
        self.empty = height == 0
        if self.empty:
            return
        rays = view.rays(self.top)
        reach = view.origin[2] / np.maximum(-rays[..., 2], 1e-9)
        reach = np.minimum(reach, 4000.0 / np.hypot(rays[..., 0], rays[..., 1]))
        self._x = view.origin[0] + rays[..., 0] * reach
        self._y = view.origin[1] + rays[..., 1] * reach
        distance = np.hypot(rays[..., 0], rays[..., 1]) * reach
        self._base = np.empty((height, view.width, 4), dtype=np.uint8)
        self._base[:] = np.rint(grass).astype(np.uint8)
        depth = (self._x - view.origin[0]) * view.axes[2, 0] + (self._y - view.origin[1]) * view.axes[2, 1]
        self._depth = np.maximum(depth[:, view.width // 2], 0.1)
        self._light_maps(distance)
        self._grain_maps()

    def _light_maps(self, distance: F8) -> None:
        light = self._light
        clear = light.clear_view(distance)[..., None]
        gain = np.broadcast_to(np.array(light.ground), (*distance.shape, 3)).copy()
        if light.lamps > 0.0:
            beam = ego_headlights(self._x, self._y) * (0.25 + 0.75 * light.lamps) * (1.0 - 0.15 * light.wetness)
            gain += beam[..., None] * np.array([1.0, 0.95, 0.84]) * (0.4 if light.lamps < 0.5 else 1.3)
            rear = np.exp(-(((self._x + 3.2) / 2.2) ** 2) - (self._y / 1.6) ** 2) * (self._x < 0) * light.lamps
            gain += rear[..., None] * np.array([0.16, 0.02, 0.015])
        self._gain = np.clip(gain * clear * 128.0 + 0.5, 0, 250).astype(np.uint8)
        self._veil = np.clip(np.array(light.haze) * (1.0 - clear) * 255.0 + 0.5, 0, 255).astype(np.uint8)
        steep = self.view.origin[2] / np.hypot(distance, self.view.origin[2])
        mirror = 0.05 + (0.62 + 0.20 * light.wetness) * (1.0 - steep) ** (4.0 - light.wetness)
        self._mirror = np.clip(mirror * clear[..., 0] * 255.0, 0, 255).astype(np.uint8)
        sky = 0.75 * np.array(light.horizon) + 0.25 * np.array(light.zenith)
        shine = sky * (mirror * clear[..., 0])[..., None] * 255.0 * (0.10 + 0.40 * light.wetness)
        self._shine = np.clip(shine, 0, 255).astype(np.uint8)
        # a wet road mirrors the sky: far things stand as much below the horizon as they rise above it
        rows = 2.0 * self.view.horizon - (np.arange(self.top, self.view.height) + 0.5)
        self._sky_rows = np.clip(np.floor(rows), 0, max(self.top - 1, 0)).astype(np.intp)

    def _grain_maps(self) -> None:
        """Row weights of each band: it fades where a pixel covers more ground than its texels."""
        step = self._depth**2 / (self.view.origin[2] * self.view.focal)
        self._weights: list[tuple[_Band, int, npt.NDArray[np.int16]]] = []
        for band in _bands():
            covered = step / band.texel
            weight = np.clip(1.6 - covered * 0.42, 0.0, 1.0)
            reach = band.margin * band.texel
            wide = np.hypot(self._x, self._y).max(axis=1)
            weight *= np.clip((reach - wide) / (0.35 * reach), 0.0, 1.0)
            rows = np.flatnonzero(weight > 0.01)
            if len(rows):
                first = int(rows[0])
                self._weights.append((band, first, np.rint(weight[first:, None] * 256).astype(np.int16)))
        # pixel -> ground of the vehicle's frame, as a homography
        a = self.view.axes
        f, cx, cy = self.view.focal, 0.5 * self.view.width - 0.5, 0.5 * self.view.height - 0.5 - self.top
        ray = np.stack([a[0], a[1], f * a[2] - cx * a[0] - cy * a[1]], axis=1)
        h = self.view.origin[2]
        ox, oy = self.view.origin[0], self.view.origin[1]
        self._to_ground = np.stack([ox * -ray[2] + h * ray[0], oy * -ray[2] + h * ray[1], -ray[2]])

    def _grain(self, x: float, y: float, heading: float) -> npt.NDArray[np.int16]:
        """Grain (h, W) of the ground, about -128…127."""
        height = len(self._base)
        total = np.zeros((height, self.view.width), dtype=np.int16)
        c, s = float(np.cos(heading)), float(np.sin(heading))
        for band, first, weight in self._weights:
            size = band.period * band.texel
            px = (x % size) / band.texel + band.margin
            py = (y % size) / band.texel + band.margin
            k = 1.0 / band.texel
            place = np.array([[c * k, -s * k, px], [s * k, c * k, py], [0.0, 0.0, 1.0]])
            down = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, float(first)], [0.0, 0.0, 1.0]])
            matrix = _times(_times(place, self._to_ground), down)
            part = cv2.warpPerspective(
                band.tile,
                matrix,
                (self.view.width, height - first),
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REPLICATE,
            )
            grain: npt.NDArray[np.int16] = part.astype(np.int16)
            grain -= 128
            grain *= weight
            grain >>= 8
            total[first:] += grain
        return total

    def paint(
        self,
        image: Picture,
        pose: tuple[float, float, float],
        patches: GroundPatches,
        dynamic: GroundLight,
    ) -> Picture | None:
        """Paint the rows below the horizon; returns how much each pixel mirrors (None where dry)."""
        if self.empty:
            return None
        canvas = self._base.copy()
        self._patches(canvas, patches)
        share: Picture = cv2.extractChannel(canvas, 3)
        colour: Picture = cv2.cvtColor(canvas, cv2.COLOR_RGBA2RGB)
        grain = self._grain(*pose)
        grain *= share
        grain >>= 8
        detail: Picture = np.clip(grain + 128, 0, 255).astype(np.uint8)
        if dynamic.shadow is not None:
            detail = cv2.multiply(detail, cv2.resize(dynamic.shadow, detail.shape[::-1]), scale=1 / 255)
        colour = cv2.multiply(colour, cv2.cvtColor(detail, cv2.COLOR_GRAY2RGB), scale=1 / 128)
        gain: Picture = self._gain
        if dynamic.lamps is not None:
            gain = cv2.add(gain, cv2.resize(dynamic.lamps, detail.shape[::-1]))
        out = image[self.top :]
        cv2.multiply(colour, gain, dst=colour, scale=1 / 128)
        cv2.add(colour, self._veil, dst=out)
        gloss = cv2.subtract(np.full_like(share, 215), share)
        if self._light.wetness == 1.0:
            puddles = np.clip((gloss.astype(np.int16) * 5 >> 2) + grain * 3, 0, 255).astype(np.uint8)
            mirror: Picture = cv2.multiply(puddles, self._mirror, scale=1 / 255)
            above: Picture = self._shine
            if self.top:
                above = cv2.blur(image[self._sky_rows], (1, max(3, len(image) // 20)))
                cv2.add(out, cv2.multiply(above, cv2.cvtColor(mirror, cv2.COLOR_GRAY2RGB), scale=0.8 / 255), dst=out)
            return mirror
        cv2.add(out, cv2.multiply(self._shine, cv2.cvtColor(gloss, cv2.COLOR_GRAY2RGB), scale=1 / 255), dst=out)
        return None

    def _patches(self, canvas: Picture, patches: GroundPatches) -> None:
        shape = patches.shape
        fixed = to_fixed(shape.uv - (0.0, float(self.top)))
        for start, end in runs_of(patches.layer):
            material = Material(int(patches.material[start]))
            if material is Material.MARK:
                self._marks(canvas, shape.part(slice(start, end)), fixed[start:end])
            else:
                cv2.fillPoly(canvas, list(fixed[start:end]), self._palette[material], cv2.LINE_AA, SUBPIXEL_BITS)

    def _marks(self, canvas: Picture, marks: Projected, fixed: I4) -> None:
        """Paint marks; those thinner than a pixel are mixed with asphalt instead of drawn a pixel wide."""
        uv = marks.uv
        ahead = np.concatenate([uv[:, 1:], uv[:, :1]], axis=1)
        area = 0.5 * np.abs((uv[..., 0] * ahead[..., 1] - ahead[..., 0] * uv[..., 1]).sum(axis=1))
        extent = np.hypot(*(marks.high - marks.low))
        thick = area / np.maximum(extent, 1e-3)
        share = np.minimum(1.0, 1.2 * thick / (thick + 0.55)) * np.minimum(1.0, (extent + 0.1) / 1.2)
        level = np.rint(share * _MARK_LEVELS).astype(int)
        mark, asphalt = np.array(self._palette[Material.MARK]), np.array(self._palette[Material.TRACK])
        for value in range(1, _MARK_LEVELS + 1):
            chosen = np.flatnonzero(level == value)
            if len(chosen):
                colour = asphalt + (mark - asphalt) * (value / _MARK_LEVELS)
                cv2.fillPoly(canvas, list(fixed[chosen]), colour.tolist(), cv2.LINE_AA, SUBPIXEL_BITS)


@dataclass(frozen=True, slots=True)
class GroundPatches:
    """Patches in a picture, in painting order."""

    shape: Projected
    material: npt.NDArray[np.intp]
    layer: npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class GroundLight:
    """What changes the ground's light from frame to frame, at a coarser size; None where there is nothing."""

    shadow: Picture | None
    """Share of light that is left, 255 = all."""
    lamps: Picture | None
    """Extra light (…, 3), 128 = 1.0."""


def _times(a: F8, b: F8) -> F8:
    """Matrix product without BLAS."""
    return np.asarray((a[:, :, None] * b[None, :, :]).sum(axis=1))


def reach_of(material: npt.NDArray[np.intp]) -> F8:
    """Return how far each patch is drawn [m]."""
    reach = np.full(len(Material), FAR)
    for m, value in RANGE.items():
        reach[m] = value
    return reach[material]
