"""The partners' door for files: mappings, upload, dry run, start, progress, report, cancel, delete."""
