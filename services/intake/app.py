"""Intake, put together."""

from typing import Final

from services.chassis.auth.identity import Identity
from services.chassis.auth.keys import PURPOSE as API_KEY
from services.chassis.http.signatures import Signing, public_key
from services.chassis.pages.reference import reference_routes
from services.chassis.service import Breach, Census, Parts, Sends, Service, Sweep
from services.chassis.telemetry import metrics
from services.chassis.work import NOBODY, Work
from services.intake.access.api import token_route
from services.intake.access.pages.routes import sign_in_routes
from services.intake.access.rules import KEYED
from services.intake.access.storage.factors import PURPOSE as SECOND_FACTOR
from services.intake.access.storage.issuer import TokenMint
from services.intake.access.storage.keys import whose_key
from services.intake.access.storage.sessions import LINK, SESSION, forget_past
from services.intake.contacts.storage.keys import VaultKeys
from services.intake.contacts.storage.tokens import PURPOSES as TOKENS
from services.intake.imports.api.route import CODES as IMPORT_CODES
from services.intake.imports.api.route import import_routes
from services.intake.imports.storage.files import PURPOSE as IMPORT_FILE
from services.intake.imports.ticker.chores import chores as import_chores
from services.intake.network.api import routes as network_routes
from services.intake.network.rules.parts import Limits
from services.intake.network.storage import agreements_of
from services.intake.network.ticker import sweeps as network_sweeps
from services.intake.receipts.api.route import CODES as RECEIPT_CODES
from services.intake.receipts.api.route import receipt_routes
from services.intake.receipts.ticker import receipt_sweeps
from services.intake.referrals.api.route import CODES, POSTS, referral_routes
from services.intake.referrals.rules.cleaned import FIELDS as OVER_SHARED_FIELDS
from services.intake.referrals.storage.census import breaches, leads
from services.intake.referrals.storage.referrals import PURPOSE as EXTERNAL_ID
from services.intake.webhooks.api.route import CODES as WEBHOOK_CODES
from services.intake.webhooks.api.route import webhook_routes
from services.intake.webhooks.sender.outside import Outside
from services.intake.webhooks.sender.webhooks import PATIENCE, WebhookSender
from services.intake.webhooks.storage.secrets import PURPOSE as WEBHOOK_SECRET
from services.intake.webhooks.ticker import webhook_sweeps

PEPPERS: Final = (API_KEY, LINK, SESSION, SECOND_FACTOR, EXTERNAL_ID, IMPORT_FILE, WEBHOOK_SECRET, *TOKENS)
"""Keys this service cannot work without; a missing one is found at the start and not by a caller."""

PROBLEMS: Final = (*CODES, *RECEIPT_CODES, *IMPORT_CODES, *WEBHOOK_CODES)

SWEEPS: Final = (
    *network_sweeps(),
    *receipt_sweeps(),
    *webhook_sweeps(),
    Sweep("access_past", 3600.0, forget_past),
)


def build(parts: Parts) -> Service:
    """Every part of intake; nothing is connected yet."""
    parts.keys.require(*PEPPERS)
    metrics.allow("code", *PROBLEMS)
    metrics.allow("field", *OVER_SHARED_FIELDS)
    mint = TokenMint(parts.settings.keys_dir)
    webhooks = WebhookSender(parts.keys, Outside())
    vault_keys = VaultKeys(parts.settings.keys_dir, parts.keys)

    async def key_reader(work: Work, key: str) -> Identity | None:
        identity = await whose_key(work, parts.keys, key)
        return identity if identity is not None and identity.kind in KEYED else None

    async def broken(work: Work) -> list[Breach]:
        return await breaches(work, vault_keys)

    own = (
        token_route(mint),
        *sign_in_routes(mint, parts.settings.public_url),
        *network_routes(),
        *referral_routes(vault_keys),
        *receipt_routes(vault_keys),
        *import_routes(vault_keys),
        *webhook_routes(),
    )
    return Service(
        name="intake",
        prefixes=("/intake", "/sign-in"),
        routes=(*own, *reference_routes("intake", "/intake", own)),
        scope_of=scope_of,
        census=Census(breaches=broken, leads=leads),
        sweeps=SWEEPS,
        chores=import_chores(parts, vault_keys),
        sends=(Sends("webhooks", webhooks.claim, webhooks.send, webhooks.mark, patience=PATIENCE),),
        key_reader=key_reader,
        allowance=allowance,
        signing=signing_of,
        closed=(vault_keys.close,),
    )


async def allowance(work: Work, identity: Identity, kind: str) -> int | None:
    """How many requests of a kind a partner may make in an hour: by its most generous agreement of today."""
    if identity.kind != "partner":
        return None
    agreements = await agreements_of(work, identity.id, await work.value("select baton_now()"))
    limits = [one.limits for one in agreements] or [Limits()]
    return max(one.posts_per_hour if kind == POSTS else one.batches_per_hour for one in limits)


async def signing_of(work: Work, identity: Identity) -> Signing | None:
    """Whether a partner must sign, and with what: by its agreements of today together."""
    if identity.kind != "partner":
        return None
    agreements = await agreements_of(work, identity.id, await work.value("select baton_now()"))
    keys = {key.id: public_key(key.public) or b"" for one in agreements for key in one.signing_keys}
    return Signing(any(one.signing_required for one in agreements), keys)


async def scope_of(_work: Work, identity: Identity) -> str:
    """A partner sees its own referrals; nobody else sees any of intake's protected rows yet."""
    return f"partner/{identity.id}" if identity.kind == "partner" else NOBODY
