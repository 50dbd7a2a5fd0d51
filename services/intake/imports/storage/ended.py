"""Taking files away: their pieces at once, their keys outside any transaction, their reports after a month."""

from uuid import UUID

from services.chassis.work import Work
from services.intake.imports.rules.state import State

FEW = 10


async def due(work: Work) -> list[tuple[UUID, UUID]]:
    """Imports whose file is to be destroyed by now, with its key."""
    rows = await work.fetch(
        "select id, key_id from file_import where destroyed_at is null and destroy_at <= baton_now() "
        "order by destroy_at limit $1",
        FEW,
    )
    return [(row["id"], row["key_id"]) for row in rows]


async def destroyed(work: Work, id: UUID) -> None:
    """Its key is gone: nobody can read the pieces any more, and they go. What was not started ends."""
    await work.run("delete from import_piece where import = $1", id)
    await work.run(
        "update file_import set destroyed_at = baton_now(), ended_at = coalesce(ended_at, baton_now()), "
        "state = case when state in ('done', 'failed', 'cancelled') then state when state = 'receiving' then $2 "
        "else $3 end where id = $1",
        id,
        State.FAILED,
        State.CANCELLED,
    )


async def take_away(work: Work, id: UUID) -> None:
    """Delete the pieces now; the key follows as soon as the ticker looks."""
    await work.run("delete from import_piece where import = $1", id)
    await work.run("update file_import set destroy_at = baton_now() where id = $1 and destroyed_at is null", id)


async def forget_reports(work: Work, most: int) -> int:
    """Rows of reports a month after the import ended (P17), in slices."""
    return int(
        await work.value(
            "with old as (select r.import, r.phase, r.row from file_import as f cross join lateral (select import, "
            "phase, row from import_row where import = f.id limit $1) as r "
            "where f.ended_at < baton_now() - interval '30 days' limit $1), "
            "gone as (delete from import_row as r using old where r.import = old.import and r.phase = old.phase "
            "and r.row = old.row returning 1) select count(*) from gone",
            most,
        )
    )
