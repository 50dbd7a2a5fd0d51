"""Reading: every fact once and in order, whatever is delivered twice, late, broken or to two owners (delivery.md).

Per poll, one transaction: decode, lock cursors, park what cannot be applied, run the rooms, move cursors and position.
"""
