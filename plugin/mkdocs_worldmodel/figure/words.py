# Every fixed text of a figure's page.

from __future__ import annotations

from mkdocs_worldmodel.analysis.said import Said, say

WORDS: dict[str, Said] = {
    "held": say("held"),
    "missed": say("not met"),
    "measured": say("measured"),
    "expected": say("Expected"),
    "numbers": say("Numbers"),
    "quantity": say("Quantity"),
    "value": say("Value"),
    "at": say("At"),
    "none": say("none"),
    "made": say("How this was made"),
    "source": say("Source"),
    "generated": say("Generated pictures"),
    "mistake": say("This figure has a mistake"),
    "failed": say("This figure could not be made"),
    "chart": say("Charts"),
}
