"""`/intake/v1/webhooks`: a partner's own endpoints."""
