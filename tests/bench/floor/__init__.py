"""The floor: the bare four-hop loop. The same bytes, tables and batches as Baton, in one process, and no logic."""
