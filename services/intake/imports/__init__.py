"""The CSV door: a partner's file, sealed, checked row by row, and worked off beside everything else."""
