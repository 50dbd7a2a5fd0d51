"""Signs and sends, outside any transaction."""
