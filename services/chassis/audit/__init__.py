"""Who looked at or changed what: written with the act, chained and signed by a sealer, anchored outside (S5)."""

from services.chassis.audit.record import Detail as Detail
from services.chassis.audit.record import audit as audit
from services.chassis.audit.record import audit_each as audit_each
