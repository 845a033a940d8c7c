# People on foot and in the saddle, in parts that limbs.py moves: bodies stand upright at rest and look along +x.

from __future__ import annotations

from mkdocs_worldmodel.camera.bodies.limbs import ADULT, CHILD, LEGS, Build, Limb, Seat
from mkdocs_worldmodel.camera.mesh import Mesh, MeshBuilder, Role, Size


def pedestrian(size: Size) -> Mesh:
    """Return the mesh of an adult on foot."""
    return _walker(size, ADULT)


def child(size: Size) -> Mesh:
    """Return the mesh of a child on foot, with its satchel."""
    return _walker(size, CHILD)


def _walker(size: Size, build: Build) -> Mesh:
    h, x = size.height, size.x(0.5)
    wide, deep = _stretch(size, h)
    b = MeshBuilder()
    b.begin(size.x(0.0), size.x(1.0))
    person(b, x, h, build, (deep, wide))
    if build is CHILD:
        b.limb(Limb.TRUNK)
        back = x - 0.075 * h * deep
        satchel = [(back, 0.0, z * h, 0.05 * h * deep, 0.085 * h) for z in (0.53, 0.72)]
        b.column(satchel, Role.YELLOW, 0, 4)
        b.limb(0)
    return b.build()


def rider(b: MeshBuilder, seat: Seat, size: Size, helmet: Role) -> None:
    """Add who sits in a saddle; gait.py brings it there."""
    tall = seat.tall * size.height
    person(b, seat.hip[0] * size.wheelbase, tall, ADULT, (1.0, _stretch(size, tall)[0]), helmet)


def _stretch(size: Size, h: float) -> tuple[float, float]:
    """How wide and deep somebody of height h is, over the usual: as far as its box allows."""
    return min(max(size.width / (0.288 * h), 0.5), 1.0), min(max(size.length / (0.2 * h), 0.5), 1.0)


def person(
    b: MeshBuilder, x: float, h: float, build: Build, stretch: tuple[float, float], helmet: Role | None = None
) -> None:
    """Add a person that stands at x and is h tall; `stretch` makes it deeper and wider."""
    for side, thigh, shin, arm in LEGS:
        leg(b, (x, side * 0.052 * h * stretch[1]), h, build, (thigh, shin))
        hang = (x, side * 0.115 * h * stretch[1])
        b.limb(arm)
        upper_arm(b, hang, (0.52 * h, (build.shoulder - 0.01) * h), h * build.girth)
        hand = [(*hang, build.hand * h, 0.014 * h, 0.012 * h), (*hang, 0.52 * h, 0.017 * h, 0.016 * h)]
        b.column(hand, Role.SKIN, 0, 4)
    b.limb(Limb.TRUNK)
    trunk(b, x, h, build, stretch)
    b.limb(Limb.HEAD)
    head(b, x + 0.01 * h, build.chin * h, build.head * h, helmet)
    b.limb(0)


def leg(b: MeshBuilder, at: tuple[float, float], h: float, build: Build, limbs: tuple[Limb, Limb]) -> None:
    """Add a leg that hangs from the hip at `at` (x, y)."""
    x, y = at
    g = h * build.girth
    b.limb(limbs[0])
    b.column(
        [
            (x, y, (build.knee - 0.012) * h, 0.034 * g, 0.032 * g),
            (x, y, (build.hip + 0.02) * h, 0.052 * g, 0.048 * g),
        ],
        Role.CLOTH,
        0,
    )
    b.limb(limbs[1])
    calf = 0.19 * h
    b.column(
        [
            (x, y, 0.035 * h, 0.022 * g, 0.022 * g),
            (x, y, calf, 0.034 * g, 0.030 * g),
            (x, y, build.knee * h, 0.032 * g, 0.030 * g),
        ],
        Role.CLOTH,
        0,
    )
    foot = [(x + 0.03 * h, y, 0.0, 0.07 * h, 0.025 * h), (x + 0.018 * h, y, 0.042 * h, 0.045 * h, 0.02 * h)]
    b.column(foot, Role.SHOE, 0, 4)


def upper_arm(b: MeshBuilder, at: tuple[float, float], zs: tuple[float, float], h: float) -> None:
    """Add a sleeve that hangs from the shoulder."""
    low, high = zs
    middle = 0.5 * (low + high)
    b.column(
        [(*at, low, 0.019 * h, 0.019 * h), (*at, middle, 0.026 * h, 0.024 * h), (*at, high, 0.032 * h, 0.028 * h)],
        Role.PAINT,
        0,
    )


def trunk(b: MeshBuilder, x: float, h: float, build: Build, stretch: tuple[float, float]) -> None:
    """Add hips, jacket and neck."""
    deep, wide = stretch[0] * build.girth, stretch[1]
    b.column(
        [
            (x, 0.0, (build.hip - 0.035) * h, 0.058 * h * deep, 0.088 * h * wide),
            (x, 0.0, (build.hip + 0.02) * h, 0.064 * h * deep, 0.094 * h * wide),
        ],
        Role.CLOTH,
        0,
        8,
    )
    waist, chest = build.hip + 0.10, build.shoulder - 0.10
    jacket = [
        (x, 0.0, (build.hip - 0.02) * h, 0.066 * h * deep, 0.097 * h * wide),
        (x, 0.0, waist * h, 0.060 * h * deep, 0.085 * h * wide),
        (x, 0.0, chest * h, 0.068 * h * deep, 0.102 * h * wide),
        (x, 0.0, (build.shoulder - 0.005) * h, 0.055 * h * deep, 0.098 * h * wide),
        (x, 0.0, (build.shoulder + 0.022) * h, 0.030 * h * deep, 0.045 * h * wide),
    ]
    b.column(jacket, Role.PAINT, 0, 8)
    neck = [(x, 0.0, z * h, 0.026 * h, 0.026 * h) for z in (build.shoulder, build.chin + 0.02)]
    b.column(neck, Role.SKIN, 0, 6, caps=False)


def head(b: MeshBuilder, x: float, z: float, tall: float, helmet: Role | None = None) -> None:
    """Add a head that stands on its chin at (x, z): a face in front, hair or a helmet behind and above."""
    rows = ((0.0, 0.26, 0.24), (0.22, 0.38, 0.32), (0.60, 0.44, 0.36), (0.74, 0.43, 0.36))
    b.column([(x, 0.0, z + s * tall, d * tall, w * tall) for s, d, w in rows], Role.SKIN, 1, 8)
    role = helmet or Role.HAIR
    swell = 1.12 if helmet else 1.03
    crown = ((0.34, 0.30, 0.34), (0.62, 0.40, 0.385), (0.86, 0.36, 0.33), (1.0, 0.17, 0.16))
    back = x - 0.09 * tall
    b.column([(back, 0.0, z + s * tall, swell * d * tall, swell * w * tall) for s, d, w in crown], role, 2, 8)
    brow = ((0.70, 0.45, 0.375), (0.88, 0.40, 0.34), (1.0, 0.20, 0.18))
    b.column([(x, 0.0, z + s * tall, swell * d * tall, swell * w * tall) for s, d, w in brow], role, 2, 8)
