"""
Expectations: what an author says must hold, whether the scenario has what it speaks of, and whether the run did it.

grammar.py and terms.py read the text, names.py checks it against the scenario, judging.py holds it against the run.
What holds where there is nothing to compare:

- All is judged up to the first contact, or the end.
- A quantity between two that does not exist counts as its harmless extreme (quantities.py): without anybody
  ahead, `min ttc > 1.5 s` holds and `max ttc < 2 s` does not. Without contact the speed of impact is 0.
- `ego.speed < 50 km/h when …` is an implication: it holds where the condition is never true.
- A part of the run that never came (`after cut in` without a cut-in, `at 20 s` of a run of 10 s), and a road user who
  is never there, leave nothing to be judged. That is missed, and so is its contrary with `not`.
- `until cut in` without a cut-in is the whole run; an event that never starts starts neither before nor after anything.
- Whoever stands from the start and drives later has not stopped; whoever stands all the time has.
- Values that differ by less than 2e-6 are equal: states are rounded to 1e-6.
"""

from mkdocs_worldmodel.analysis.expect.grammar import parse
from mkdocs_worldmodel.analysis.expect.judging import judge
from mkdocs_worldmodel.analysis.expect.names import check
from mkdocs_worldmodel.analysis.expect.tree import Expectation, Verdict

__all__ = ["Expectation", "Verdict", "check", "judge", "parse"]
