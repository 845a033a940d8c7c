# What an author may write about the ego and the other road users.

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from mkdocs_worldmodel.spec.keys import Flag, Model, Number, PlaceLane, Whole, one_of, wrong
from mkdocs_worldmodel.spec.units import (
    Acceleration,
    Angle,
    BodyHeight,
    BodyLength,
    BodyWidth,
    Distance,
    Duration,
    Jerk,
    Moment,
    Offset,
    Share,
    SignedAcceleration,
    Speed,
)

VehicleName = Literal["car", "van", "truck", "bus", "emergency", "motorcycle", "bicycle"]
KindName = Literal[
    "car", "van", "truck", "bus", "emergency", "motorcycle", "bicycle", "pedestrian", "child", "obstacle", "cone"
]
DriverName = Literal["idm", "constant", "scripted", "still", "careful", "aeb"]
ArmName = Literal["left", "right", "ahead", "ramp", "exit"]
Turn = Literal["left", "right", "straight", "exit"]
Facing = Literal["along", "against", "left", "right"]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]


class SizeSpec(Model):
    """Dimensions of a body; what is left out is as usual for the kind."""

    length: BodyLength | None = Field(
        default=None, description="Bumper to bumper; wheelbase, overhangs and turning circle scale with it."
    )
    width: BodyWidth | None = Field(default=None, description="Without mirrors.")
    height: BodyHeight | None = Field(default=None, description="Above the ground.")


class CarefulSpec(Model):
    """The careful and competent human driver of UN Regulation 157, for `driver: careful`."""

    wandering: Distance | None = Field(
        default=None, description="Lateral distance that still counts as wandering in the lane."
    )
    perception: Moment | None = Field(default=None, description="Time to see that a cut-in is a risk.")
    delay: Moment | None = Field(default=None, description="From then to the begin of braking.")
    jerk_time: Duration | None = Field(default=None, description="From the begin of braking to full braking.")
    deceleration: Acceleration | None = Field(default=None, description="Full braking.")
    risk_ttc: Duration | None = Field(default=None, description="A cut-in is a risk below this time to collision.")
    wrapped_deceleration: Acceleration | None = Field(
        default=None, description="Full braking once who cuts in overlaps over the whole width."
    )
    risk_headway: Duration | None = Field(
        default=None, description="Cut-outs and hard braking are a risk below this time headway."
    )
    lead_deceleration: Acceleration | None = Field(
        default=None, description="A leader that brakes harder than this is a risk."
    )


class AebSpec(Model):
    """An automatic emergency brake, for `driver: aeb`."""

    ttc: Duration | None = Field(default=None, description="It brakes below this time to collision.")
    delay: Moment | None = Field(default=None, description="From the decision to the first deceleration.")
    deceleration: Acceleration | None = Field(default=None, description="How hard it brakes.")
    jerk: Jerk | None = Field(default=None, description="How fast the deceleration builds up.")
    field_of_view: Angle | None = Field(
        default=None, description="It sees road users within half of it to either side."
    )
    range: Annotated[Distance, Field(le=1000)] | None = Field(default=None, description="How far it sees.")


class BehaviourSpec(Model):
    """The numbers of a road user's driver; what is left out is as usual for the kind."""

    time_headway: Annotated[Duration, Field(le=10)] | None = Field(
        default=None, description="Time gap that it keeps to whom it follows (IDM: T)."
    )
    standstill_gap: Annotated[Distance, Field(le=50)] | None = Field(
        default=None, description="Gap that it keeps when standing (IDM: s0)."
    )
    acceleration: Annotated[Acceleration, Field(le=10)] | None = Field(
        default=None, description="Acceleration that it likes (IDM: a)."
    )
    comfortable_deceleration: Annotated[Acceleration, Field(le=10)] | None = Field(
        default=None, description="Deceleration that it likes (IDM: b)."
    )
    coolness: Annotated[Number, Field(ge=0, le=1)] | None = Field(
        default=None, description="0: the original model; 1: trusts that those ahead keep their acceleration."
    )
    lane_changes: Literal["free", "needed"] | None = Field(
        default=None,
        description="free: changes lanes to get on faster; needed: only where its lane or its way asks for it.",
    )
    politeness: Annotated[Number, Field(ge=-1, le=2)] | None = Field(
        default=None, description="How much the others' loss counts in a lane change (MOBIL: p)."
    )
    safe_deceleration: Annotated[Acceleration, Field(le=10)] | None = Field(
        default=None, description="The new follower must not have to brake harder (MOBIL)."
    )
    change_threshold: Annotated[SignedAcceleration, Field(ge=0, le=10)] | None = Field(
        default=None, description="Gain that is worth a lane change (MOBIL)."
    )
    keep_outer_bias: Annotated[SignedAcceleration, Field(ge=0, le=10)] | None = Field(
        default=None, description="Extra gain in favour of the outer lane (MOBIL)."
    )
    change_duration: Annotated[Duration, Field(ge=0.5, le=30)] | None = Field(
        default=None, description="How long a lane change of its own takes."
    )
    critical_gap: Annotated[Duration, Field(le=30)] | None = Field(
        default=None, description="Time for which a way across others must be free."
    )
    minds_red: Flag | None = Field(default=None, description="Stops at red lights.")
    minds_priority: Flag | None = Field(default=None, description="Gives way where it must.")
    minds_pedestrians: Flag | None = Field(default=None, description="Gives way to people on crossings.")
    lateral_acceleration: Annotated[Acceleration, Field(le=10)] | None = Field(
        default=None, description="What it accepts in bends and turns; it slows down before them."
    )
    careful: CarefulSpec = Field(default=CarefulSpec(), description="Numbers of `driver: careful`.")
    aeb: AebSpec = Field(default=AebSpec(), description="Numbers of `driver: aeb`.")


class UserSpec(Model):
    """What the ego and all other road users have in common."""

    size: SizeSpec = Field(default=SizeSpec(), description="Its dimensions; default: usual ones of its kind.")
    at: Distance | None = Field(
        default=None,
        description="Where it starts along the ego's road, counted from where that begins to its rear axle.",
    )
    desired_speed: Speed | None = Field(
        default=None,
        description="What its driver returns to when nothing is in the way; default: its speed at the start.",
    )
    colour: Colour | None = Field(default=None, description="Of its paint, like '#3366cc'.")
    offset: Offset = Field(default=0.0, description="From the middle of its lane, positive to its own left.")
    turn: Turn | None = Field(
        default=None, description="Which way it takes at the junction or exit; default: straight on."
    )
    behaviour: BehaviourSpec = Field(default=BehaviourSpec(), description="How its driver behaves.")


class EgoSpec(UserSpec):
    """The vehicle with the cameras."""

    kind: VehicleName = Field(default="car", description="What it is.")
    lane: Whole = Field(default=1, ge=1, le=8, description="1, 2, 3 … from the outer edge of its carriageway.")
    speed: Speed = Field(default=13.9, description="At the start.")


PLACES = ("at", "ahead", "behind", "before", "after", "beside")


class ActorSpec(UserSpec):
    """Another road user; placed by free space to the ego or to the junction, or by its position along the road."""

    kind: KindName = Field(default="car", description="What it is.")
    lane: PlaceLane = Field(description="Its lane, or what lies beside: shoulder, pavement, cycle_lane, parking.")
    on: ArmName | None = Field(default=None, description="The road on which it starts; default: the ego's own.")
    ahead: Distance | None = Field(default=None, description="Free metres ahead of the ego, bumper to bumper.")
    behind: Distance | None = Field(default=None, description="Free metres behind the ego, bumper to bumper.")
    before: Distance | None = Field(
        default=None,
        description="Free metres from it to the junction's stop line on its road, or to the end of the ramp.",
    )
    after: Distance | None = Field(
        default=None, description="Free metres from the junction to it, on a road that leads away."
    )
    beside: Literal["ego"] | None = Field(default=None, description="Level with the ego, middle to middle.")
    facing: Facing = Field(
        default="along",
        description="How it stands to the direction of its lane; `against` with a driver drives the wrong way.",
    )
    speed: Speed | None = Field(
        default=None, description="At the start; default: the ego's, a bicycle's 15 km/h, 0 of whoever stands."
    )
    driver: DriverName | None = Field(
        default=None, description="Default: idm; still for people, things and the parked, who move as the story says."
    )
    present: Flag = Field(default=True, description="false: it appears when the story says so.")

    @model_validator(mode="after")
    def _one_place(self) -> ActorSpec:
        given = one_of(
            self, PLACES, "it is not said where it starts",
            "give exactly one of ahead, behind (free space to the ego), at (position along the road), before, after "
            "(the junction) and beside",
        )  # fmt: skip
        if self.on is not None and given not in {"before", "after"}:
            raise wrong(f"{given} tells a place on the ego's road, not on another", "give before: or after: with on:")
        return self


class TrafficSpec(Model):
    """What all actors have in common."""

    spread: Share = Field(
        default=0.0,
        description="Relative standard deviation of the behaviour numbers between the actors, drawn from the seed; "
        "numbers that are said for an actor stay as said.",
    )
