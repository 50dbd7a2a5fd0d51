"""A partner whose agreement names a public key signs its referrals; a copy of one is refused beside the others (S6)."""

import asyncio
import json

from tests.chassis.http.test_signatures import signed
from tests.intake.referrals.door import PATH, Desk, a_referral


async def test_signed_referrals_that_come_at_once_are_each_taken_once(desk: Desk) -> None:
    client = await desk.doors.ask("intake", "partner:brightpost")
    bodies = [json.dumps(a_referral(route="of-brightpost")).encode() for _ in range(6)]
    sent = [(body, signed(body, f"intake-{n}", idempotency=f"signed-{n}", path=PATH)) for n, body in enumerate(bodies)]
    forged = (bodies[0], signed(bodies[1], "forged", idempotency="forged", path=PATH))
    answers = await asyncio.gather(
        *(client.post(PATH, content=body, headers=headers) for body, headers in [*sent, *sent, forged])
    )
    assert sorted(answer.status_code for answer in answers) == [202] * 6 + [401] * 7
    assert {answer.json()["code"] for answer in answers if answer.status_code == 401} == {"signature_invalid"}


async def test_a_batch_is_signed_as_a_whole(desk: Desk) -> None:
    client = await desk.doors.ask("intake", "partner:brightpost")
    lines = b"\n".join(json.dumps(a_referral(route="of-brightpost")).encode() for _ in range(3))
    headers = signed(lines, "batch", path=f"{PATH}/batch", leave_out="idempotency-key")
    headers |= {"content-type": "application/x-ndjson"}
    del headers["idempotency-key"]
    first, again = [await client.post(f"{PATH}/batch", content=lines, headers=headers) for _ in range(2)]
    assert [json.loads(line)["status"] for line in first.text.splitlines()] == [202] * 3
    assert (again.status_code, again.json()["code"]) == (401, "signature_invalid")
