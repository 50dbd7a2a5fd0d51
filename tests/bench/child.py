"""One part of a measurement in a process of its own: told what to do in one argument, answers in one line of JSON."""

import asyncio
import json
import sys
from collections.abc import Mapping
from typing import Any


async def told_by(module: str, order: Mapping[str, Any]) -> dict[str, Any]:
    """Run `python -m module ORDER` to its end; what it prints.

    Raises:
        RuntimeError: it failed; its own last words.
    """
    pipe = asyncio.subprocess.PIPE
    argv = (sys.executable, "-m", module, json.dumps(order))
    process = await asyncio.create_subprocess_exec(*argv, stdout=pipe, stderr=pipe)
    try:
        out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode:
        raise RuntimeError(err.decode(errors="replace")[-2000:])
    told: dict[str, Any] = json.loads(out)
    return told
