"""Every operation of every service against its own description: what schemathesis makes of it, answered in-process."""
