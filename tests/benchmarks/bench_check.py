"""`worldmodel check` on 1,000 blocks: `python tests/benchmarks/bench_check.py [blocks]`.

Blocks of 2 to 5 road users, 10 s, three expectations each, on 20 pages: the command with its workers, beside the same
blocks in a plain loop in one process (100 of them, extrapolated).
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mkdocs_worldmodel.site.judging import check_blocks

BUDGET, PAGES, SINGLES = 60.0, 20, 100


def block(n: int, rng: random.Random) -> str:
    """A motorway with a lorry that cuts in, and up to three cars around; no two blocks are equal."""
    cars = "".join(
        f"    car_{i}: {{lane: {3 - i % 2}, {'ahead' if i else 'behind'}: {40 + 35 * i + rng.randint(0, 9)} m, "
        f"speed: {rng.randint(90, 130)} km/h}}\n"
        for i in range(n % 4)
    )
    return f"""```worldmodel
title: Cut-in {n}
scenario:
  road: {{lanes: 3, speed_limit: 130 km/h}}
  ego: {{lane: 2, speed: {95 + 0.01 * n:.2f} km/h}}
  actors:
    lorry: {{kind: truck, lane: 1, ahead: {rng.randint(15, 60)} m, speed: 85 km/h}}
{cars}  story:
    - name: cut in
      when: {{time: 1.5 s}}
      do: {{lorry: {{change_lane: {{to: 2, over: 3 s}}}}}}
  stop: {{time: 10 s}}
expect:
  - no collision
  - min ttc > 1.5 s
  - max deceleration of ego < 4 m/s² after cut in
```
"""


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    rng = random.Random(1)
    blocks = [block(n, rng) for n in range(count)]
    with tempfile.TemporaryDirectory() as folder:
        docs = Path(folder, "docs")
        docs.mkdir()
        for page in range(PAGES):
            docs.joinpath(f"page_{page}.md").write_text("\n".join(blocks[page::PAGES]), encoding="utf-8")
        arguments = ["check", str(docs), "--junit", f"{folder}/report.xml"]
        code = f"from mkdocs_worldmodel.cli import main; main({arguments!r})"
        start = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        seconds = time.perf_counter() - start
        print(done.stderr.strip().splitlines()[-1])
        some = blocks[:: max(1, count // SINGLES)]
        bodies = [b.partition("\n")[2].rpartition("```")[0] for b in some]
        start = time.perf_counter()
        for body in bodies:
            one = {"text": body, "folder": folder, "roots": [folder], "defaults": []}
            assert not check_blocks([one])[0]["mistakes"]
        alone = (time.perf_counter() - start) * count / len(some)
    budget = BUDGET * count / 1000
    what = f"check of {count} blocks of 2 to 5 road users, 10 s"
    print(f"{what:<58} budget {budget:6.2f} s   measured {seconds:6.2f} s   ratio {seconds / budget:5.2f}")
    print(f"  a plain loop {alone:.1f} s (from {len(some)}), {alone / seconds:.1f} times as long")


if __name__ == "__main__":
    main()
