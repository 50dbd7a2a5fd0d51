"""The HTTP door: routes as declarations, bodies read by our own code, problems that never repeat what was sent."""
