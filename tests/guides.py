"""Pages for people who send requests, taken at their word: what stands in their blocks is what is run."""

import re
import shlex
from collections.abc import Mapping

import httpx

from tests.house.tree import root


def blocks(page: str, kind: str) -> list[str]:
    """The fenced blocks of one kind, in order."""
    text = (root() / "docs" / page).read_text(encoding="utf-8")
    found: list[str] = re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)
    return found


async def curl(
    client: httpx.AsyncClient, command: str, known: Mapping[str, str], files: Mapping[str, str]
) -> httpx.Response:
    """What curl would send. `known`: names of the page and shell as they are here; `files`: what `@name` holds."""
    for name, value in known.items():
        command = command.replace(name, value)
    words = iter(shlex.split(command))
    assert next(words) == "curl"
    method, url, headers, body = "GET", "", {}, ""
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = value
        elif word in ("-d", "--data-binary"):
            given = next(words)
            body = files[given[1:]] if given.startswith("@") else given
        else:
            url = word
    return await client.request(method, url, headers=headers, content=body.encode())
