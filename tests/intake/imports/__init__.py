"""The CSV door: mappings, files, dry runs, imports and what they must never show."""
