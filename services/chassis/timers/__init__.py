"""Durable timers: one row per subject and kind, fired once, never early (delivery.md, "Business time and timers")."""

from services.chassis.timers.due import DueTimer
from services.chassis.timers.ledger import Ledger, conservation
from services.chassis.timers.rows import cancel_timers, hold_timers, set_timers

__all__ = ["DueTimer", "Ledger", "cancel_timers", "conservation", "hold_timers", "set_timers"]
