"""The page for a partner's developer is true: its snippets verify what is sent, its table names what is told."""

import re
from typing import Any

import pytest

from services.intake.webhooks.rules.event import Kind
from tests.house.tree import root
from tests.intake.webhooks.hooks import Hooks

PAGE = (root() / "docs/webhooks.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def run(n: int, name: str) -> Any:
    """What a snippet defines."""
    space: dict[str, Any] = {}
    exec(compile(SNIPPETS[n], "docs/webhooks.md", "exec"), space)  # noqa: S102 - our own page
    return space[name]


async def test_both_snippets_verify_what_is_really_sent(hooks: Hooks) -> None:
    id, _ = await hooks.endpoint()
    secret = (await hooks.ask("POST", f"/{id}/rotate")).json()["secret"]
    await hooks.ask("POST", f"/{id}/test")
    await hooks.round()
    [heard] = hooks.listener.heard
    receive, is_from_baton = run(0, "receive"), run(1, "is_from_baton")
    told = receive(heard.headers, heard.body, secret)
    assert told is not None
    assert told["type"] == "webhook.test"
    assert is_from_baton(heard.headers, heard.body, secret)
    other = "whsec_" + "A" * 43 + "="
    for headers, body, key in (
        (heard.headers, heard.body + b" ", secret),
        (heard.headers, heard.body, other),
        (heard.headers | {"webhook-id": "evt_other"}, heard.body, secret),
        (heard.headers | {"webhook-timestamp": "1700000000"}, heard.body, secret),
    ):
        assert receive(headers, body, key) is None
        assert not is_from_baton(headers, body, key)


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_on_the_page(kind: Kind) -> None:
    assert f"| `{kind}` |" in PAGE
