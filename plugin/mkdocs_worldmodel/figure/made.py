# How a figure was made: the rows of the list at its end.

from __future__ import annotations

from collections.abc import Mapping

from mkdocs_worldmodel.analysis.said import Said, joined, say
from mkdocs_worldmodel.analysis.wording import kmh, on_lane, plain_name
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.environment import Environment, TimeOfDay, Weather, Wetness
from mkdocs_worldmodel.scenario.layout import lane_name
from mkdocs_worldmodel.scenario.road import RoadKind
from mkdocs_worldmodel.scenario.scenario import Scenario

_MOST_DRIVERS = 8
_COMMA = "{a}, {b}"
_ROADS: Mapping[RoadKind, Said] = {"motorway": say("motorway"), "rural": say("rural road"), "town": say("road in town")}
_TIMES: Mapping[TimeOfDay, Said] = {
    "sunrise": say("sunrise"), "day": say("day"), "dusk": say("dusk"), "night": say("night"),
}  # fmt: skip
_WEATHER: Mapping[Weather, Said] = {
    "clear": say("clear sky"), "overcast": say("overcast"), "rain": say("rain"), "fog": say("fog"), "snow": say("snow"),
}  # fmt: skip
_WETNESS: Mapping[Wetness, Said] = {"dry": say("dry road"), "moist": say("moist road"), "wet": say("wet road")}


def rows(scenario: Scenario, run: Rollout, fps: int | None) -> list[list[Said | str]]:
    """Rows (what, value). `fps`: of the film; None where there is none."""
    drawn = say("generated: drawn from the run's states; no camera recorded them")
    if fps is not None:
        drawn = say("{drawn}; {fps} pictures a second", drawn=drawn, fps=fps)
    return [
        [say("World"), say("{world}; step {dt:g} s; seed {seed}", world=run.world, dt=run.dt, seed=run.seed)],
        [say("Pictures"), drawn],
        [say("Road"), _road(scenario)],
        [say("Light and weather"),
         say("{environment} (no effect on the driving)", environment=_environment(scenario.environment))],
        [say("Drivers"), _drivers(scenario)],
    ]  # fmt: skip


def _road(scenario: Scenario) -> Said:
    road = scenario.network.roads[0]
    parts = [_ROADS[road.kind], say("{length:.0f} m", length=road.length)]
    if road.speed_limit is not None:
        parts.append(say("speed limit {speed}", speed=kmh(road.speed_limit)))
    start = say("the ego starts {lane}", lane=on_lane(lane_name(road, scenario.users[0].lane)))
    return joined([joined(parts, _COMMA), start])


def _environment(e: Environment) -> Said:
    """Defaults are not named."""
    parts = [_TIMES[e.time_of_day], _WEATHER[e.weather]]
    if e.wetness is not None:
        parts.append(_WETNESS[e.wetness])
    if e.visibility is not None:
        parts.append(say("visibility {distance:g} m", distance=e.visibility))
    if e.sun is not None:
        azimuth, elevation = (angle * 57.29577951308232 for angle in (e.sun.azimuth, e.sun.elevation))
        parts.append(say("sun at {azimuth:.0f}°, {elevation:.0f}° high", azimuth=azimuth, elevation=elevation))
    return joined(parts, _COMMA)


def _drivers(scenario: Scenario) -> Said:
    users = scenario.users
    parts = [say("{name}: {driver}", name=plain_name(u.name), driver=u.driver) for u in users[:_MOST_DRIVERS]]
    if (more := len(users) - _MOST_DRIVERS) > 0:
        parts.append(say("{number} more", number=more))
    return joined(parts)
