# What a model card says of drives: whether long ones stay like those of the data, whether others answer to the ego,
# which goals were reached, and what small models say of horizons and sampling.

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean, pstdev

from mkdocs_worldmodel.analysis.said import Said, say
from mkdocs_worldmodel.figure.bundle import Table
from mkdocs_worldmodel.figure.model_card_facts import CHUNK, Row
from mkdocs_worldmodel.figure.model_card_scores import ALL, between, percent, roads
from mkdocs_worldmodel.spec.model_card_results import Likely, Results, Span, Spread, known
from mkdocs_worldmodel.spec.model_card_told import Study, StudyRun

_SPREADS: Mapping[str, Said] = {
    "speed": say("speed [m/s]"), "acceleration": say("acceleration [m/s²]"), "gap": say("gap ahead [m]"),
    "lane_offset": say("from the lane's middle [m]"),
}  # fmt: skip
_TROUBLE: Mapping[str, Said] = {
    "contact": say("contacts per road user and hour"), "off road": say("times off the road per vehicle and hour"),
}  # fmt: skip
_HOUR = 3600.0
_GOALS: Mapping[str, Said] = {
    "final distance over that of the best baseline with as many tries": say(
        "Final distance at 6 s, best of 6, over that of drivers drawn at random"
    ),
    "final distance over that of the best single guess": say(
        "Final distance at 6 s, best of 6, over that of the best single guess"
    ),
    "contacts in 8 s over the data's": say("Contacts within 8 s, over the data's"),
    "lane changes over the data's": say("Lane changes in 24 s, over the data's"),
    "contact: 16 s to 24 s over 0 s to 8 s": say("Contacts from 16 s to 24 s, over those of the first 8 s"),
    "off road: 16 s to 24 s over 0 s to 8 s": say("Drives off the road from 16 s to 24 s, over those of the first 8 s"),
    "followers change speed as in the simulator": say("Followers slow down where the simulator's do: share"),
    "mean change of speed over the simulator's": say("By how much they slow down, over the simulator's"),
    "contacts reacting over not reacting": say("Contacts of others that answer, over those of the same replayed"),
    "distance told another's commands over told its own, ego brakes": say(
        "Distance told another ego's commands, over told its own, where it brakes"
    ),
    "distance told another's commands over told its own, ego keeps": say(
        "Distance told another ego's commands, over told its own, where it drives on"
    ),
}
"""Goals as results.json calls them."""


def goals(results: Results) -> Table:
    """Each goal, whether it was reached, what came out and what was wanted; those of one name together."""
    head: list[Said | str] = [say("Goal"), say("Reached"), say("Measured"), say("Wanted")]
    rows: list[Row] = []
    told = ""
    for goal in sorted(results.goals, key=lambda each: [g.goal for g in results.goals].index(each.goal)):
        reached = say("yes") if goal.surely else say("yes, the interval reaches beyond") if goal.reached else say("no")
        what: Said | str = _GOALS.get(goal.goal, goal.goal)
        if goal.goal == told:
            what = say("the same: {road}", road=roads(goal.kind))
        elif goal.kind != ALL:
            what = say("{what}: {road}", what=what, road=roads(goal.kind))
        rows.append([what, reached, between(goal.value), goal.wanted])
        told = goal.goal
    return Table(say("Goals"), head, rows)


# -- long drives ---------------------------------------------------------------------------------------------------


def long(results: Results) -> Table:
    """Distributions and events in each part of a drive of 24 s, the model's beside the data's."""
    of = (results.long or {})[ALL]
    head: list[Said | str] = [say("In {number} drives of 24 s", number=of.scenes)]
    head += [say("{begin:.0f}–{end:.0f} s", begin=begin, end=end) for begin, end in results.windows]
    rows: list[Row] = []
    for name, spread in of.spreads.items():
        rows += _spread(_SPREADS.get(name, name), spread)
    changes = of.changes
    rows += _both(say("lane changes per vehicle and hour"), changes.world, changes.data)
    for name, trouble in of.trouble.items():
        rows += _both(_TROUBLE.get(name, name), trouble.world, trouble.data)
    return Table(say("Mean ± standard deviation, and how much of the two distributions is common"), head, rows)


def _spread(what: Said | str, spread: Spread) -> list[Row]:
    common = [None if share is None else say("{share:.0f} %", share=100.0 * share) for share in spread.overlap]
    return [
        [say("{what}: the model", what=what), *_likely(spread.world)],
        [say("the data"), *_likely(spread.data)],
        [say("in common"), *common],
    ]


def _likely(of: Likely) -> list[Said | str | None]:
    return [
        None if mean[0] is None or std is None else say("{mean:.2f} ± {std:.2f}", mean=mean[0], std=std)
        for mean, std in zip(of.mean, of.std, strict=False)
    ]


def _both(what: Said | str, world: Sequence[Span], data: Sequence[Span]) -> list[Row]:
    return [
        [say("{what}: the model", what=what), *_hourly(world)],
        [say("the data"), *_hourly(data)],
    ]


def _hourly(spans: Sequence[Span]) -> list[Said | str | None]:
    return [None if span[0] is None else say("{rate:.1f}", rate=_HOUR * span[0]) for span in spans]


# -- answers -------------------------------------------------------------------------------------------------------


def reaction(results: Results) -> Table:
    """What followers do when the ego brakes, in the model and in the simulator."""
    of = (results.reaction or {})[ALL]
    head: list[Said | str] = [say("In {number} scenes", number=of.scenes), say("The model"), say("The data")]
    change = (of.change.world, of.change.data)
    rows: list[Row] = [
        [say("how much slower its follower is after 3 s [m/s]"), *(between(_slower(span)) for span in change)],
        [say("in the same direction, of {number} clear ones", number=of.changed), percent(of.same.each), None],
    ]
    hits = {who: of.contact.get(who) for who in ("world", "data")}
    rows += [
        [say("somebody touches the braking ego"), *(percent(hit.reacting) if hit else None for hit in hits.values())],
        [say("the same if nobody answered"), *(percent(hit.replayed) if hit else None for hit in hits.values())],
    ]
    for truth, told in of.commands.items():
        what = _TRUTHS.get(truth, truth)
        rows.append([say("{what}, told so: distance after 6 s [m]", what=what), between(told.own), None])
        rows.append([say("{what}, told another's commands [m]", what=what), between(told.another), None])
    return Table(say("Answers to an ego that brakes to a stop"), head, rows)


def _slower(change: Span) -> Span | None:
    """By how much a speed has become less."""
    found = known(change)
    return None if found is None else (-found[0], -found[2], -found[1])


_TRUTHS: Mapping[str, Said] = {"brakes": say("the ego brakes"), "keeps": say("the ego drives on")}


# -- small models --------------------------------------------------------------------------------------------------


def study(told: Study) -> Table:
    """Small models with the same compute: horizons of their training, rare moments more often or not."""
    kinds = list(dict.fromkeys((run.horizon, run.importance) for run in told.runs))
    head: list[Said | str] = [
        say("Trained on"), say("Rare moments"), say("minADE [m]"), say("minFDE [m]"), say("FDE, one try [m]"),
        say("Contacts [%]"), say("Models"),
    ]  # fmt: skip
    rows: list[Row] = []
    for horizon, importance in kinds:
        runs = [run for run in told.runs if (run.horizon, run.importance) == (horizon, importance)]
        cells = [_seeds(runs, name) for name in ("ade", "fde", "first_fde", "contact")]
        often = say("more often") if importance else say("as they come")
        rows.append([say("{length:g} s", length=CHUNK * horizon), often, *cells, f"{len(runs)}"])
    return Table(say("Small models: mean ± spread over seeds"), head, rows)


def _seeds(runs: Sequence[StudyRun], name: str) -> Said:
    values = [float(getattr(run, name)) for run in runs]
    return say("{mean:.2f} ± {std:.2f}", mean=fmean(values), std=pstdev(values))
