# What a build and its workers say to each other: JSON with its length in front, over pipes, and how an exception
# gets from one side to the other.

from __future__ import annotations

import json
import struct
import traceback
from typing import IO, Any

from mkdocs_worldmodel.errors import JobError, Mistake, SpecError, StoreError, WorldError, WorldModelError

OUT_OF_MEMORY = "MemoryError"
LARGEST_BYTES = 256 * 2**20
"""More than any message needs: results belong in the store, and a larger length is a sign of stray bytes."""

_LENGTH = struct.Struct("!I")
_BY_NAME: dict[str, type[WorldModelError]] = {
    kind.__name__: kind for kind in (JobError, StoreError, WorldError, WorldModelError)
}


def pack(value: object) -> bytes:
    """Return a message; NaN and infinity may stand in it, since both ends are ours."""
    body = json.dumps(value).encode("ascii")
    if len(body) > LARGEST_BYTES:
        raise ValueError(f"a message of {len(body)} bytes is too large; large results belong in the store")
    return _LENGTH.pack(len(body)) + body


def read_message(stream: IO[bytes]) -> Any:
    """
    Return the next message.

    Raises:
        EOFError: The other side is gone, or what came is not a message.
    """
    head = stream.read(_LENGTH.size)
    length = _LENGTH.unpack(head)[0] if len(head) == _LENGTH.size else LARGEST_BYTES + 1
    if length > LARGEST_BYTES:
        raise EOFError
    body = stream.read(length)
    try:
        return json.loads(body)
    except ValueError as error:  # cut off in the middle
        raise EOFError from error


def describe(error: BaseException) -> dict[str, Any]:
    """
    Put an exception into plain JSON: `type`, `message`, `trace`, and the mistakes of a `SpecError` as `data`.

    The type is empty for what is neither ours nor a lack of memory; then the message names it, in one line.
    """
    trace = "".join(traceback.format_exception(error))
    if _is_out_of_memory(error):
        return {"type": OUT_OF_MEMORY, "message": str(error), "trace": trace}
    if isinstance(error, SpecError):
        mistakes = [[m.message, m.hint, m.line, m.file] for m in error.mistakes]
        return {"type": "SpecError", "message": str(error), "trace": trace, "data": mistakes}
    known = next((kind.__name__ for kind in type(error).__mro__ if kind in _BY_NAME.values()), "")
    message = str(error) if known else " ".join(f"{type(error).__name__}: {error}".split())
    return {"type": known, "message": message, "trace": trace}


def rebuild(told: dict[str, Any]) -> WorldModelError:
    """
    Return the exception that `describe` described: one of ours as itself, any other as a `JobError` in one line.

    The trace from the other side is kept as a note, so that it shows up where tracebacks are shown.
    """
    kind, message = told["type"], told["message"]
    error: WorldModelError
    if kind == "SpecError":
        error = SpecError(*(Mistake(*mistake) for mistake in told["data"]))
    elif kind == OUT_OF_MEMORY:
        error = JobError("the job ran out of memory")
    else:
        error = _BY_NAME.get(kind, JobError)(message)
    error.add_note(told["trace"])
    return error


def _is_out_of_memory(error: BaseException) -> bool:
    # OpenCV has its own exception; -4 is its code for "insufficient memory"
    return isinstance(error, MemoryError) or (type(error).__module__ == "cv2" and getattr(error, "code", None) == -4)
