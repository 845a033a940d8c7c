# Every fixed text of a figure's page, by language.

from __future__ import annotations

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "held": "held",
        "missed": "not met",
        "measured": "measured",
        "expected": "Expected",
        "moments": "Key moments, left to right",
        "numbers": "Numbers",
        "quantity": "Quantity",
        "value": "Value",
        "at": "At",
        "none": "none",
        "made": "How this was made",
        "source": "Source",
        "key": "Key",
        "generated": "Generated pictures",
        "mistake": "This figure has a mistake",
        "mistakes": "This figure has {n} mistakes",
        "failed": "This figure could not be made",
        "chart": "Charts",
    }
}
