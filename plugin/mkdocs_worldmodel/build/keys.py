# Keys: equal inputs give equal names. A key is the SHA-256 of one canonical JSON text, so that it is the same in
# every process, on every machine and for every order of a mapping's items.

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from pathlib import Path


def key_of(value: object) -> str:
    """
    Return the key of a JSON-able value: 64 hexadecimal digits.

    Mappings are sorted by name, tuples count as lists, floats are written as `repr` writes them (so `1` and `1.0`
    are different inputs).

    Raises:
        ValueError: Something in the value has no canonical text: NaN, infinity, a name that is not a string, or a
            type that JSON does not have. The message says where it stands.
    """
    if fault := _fault(value):
        raise ValueError(f"value{fault}")
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def digest_of_file(path: str | Path) -> str:
    """Return the SHA-256 of a file's bytes: 64 hexadecimal digits."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _fault(value: object) -> str:
    """What `json` would refuse without saying where, or would quietly turn into something else; '' if all is well."""
    if isinstance(value, float):
        return "" if math.isfinite(value) else f" is {value!r}; a key needs finite numbers"
    if value is None or isinstance(value, str | int):  # bool is an int
        return ""
    if isinstance(value, dict):
        return _fault_in_mapping(value)
    if isinstance(value, list | tuple):
        return next((f"[{i}]{fault}" for i, item in enumerate(value) if (fault := _fault(item))), "")
    return f" is a {type(value).__name__}; a key is made from plain JSON values"


def _fault_in_mapping(value: Mapping[object, object]) -> str:
    for name, item in value.items():
        # json would turn the names 1, None and True into strings, and two different mappings into one text
        if not isinstance(name, str):
            return f" has the name {name!r}; names must be strings"
        if fault := _fault(item):
            return f".{name}{fault}"
    return ""
