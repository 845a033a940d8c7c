# A series of numbers as a short text, for an attribute of a page: one letter for each change of a small step.

from __future__ import annotations

from itertools import groupby

import numpy as np

from mkdocs_worldmodel.figure.svg import F8

_SAME = ord("m")
_REACH = 12
"""A letter says a change of so many steps at most."""


def packed(values: F8, digits: int) -> str:
    """Pack values, rounded to so many decimals; web/worldmodel.js unpacks them.

    'DIGITS:' and then, for each value, '_' where there is none (not finite); the letter for how many steps of the last
    decimal it lies above ('n' one, 'o' two) or below ('l', 'k') the one before ('m': the same); or '(STEPS)' where it
    begins anew. A number behind a letter says how often it stands.
    """
    codes: list[str] = []
    before: int | None = None
    for value in values.tolist():
        if not np.isfinite(value):
            codes.append("_")
            continue
        steps = round(value * 10**digits)
        if before is None or abs(steps - before) > _REACH:
            codes.append(f"({steps})")
        else:
            codes.append(chr(_SAME + steps - before))
        before = steps
    runs = [(code, len(list(same))) for code, same in groupby(codes)]
    return f"{digits}:" + "".join(code if n == 1 else f"{code}{n}" for code, n in runs)
