"""Who gets in: API keys, sign-in secrets, and the only issuer of tokens."""
