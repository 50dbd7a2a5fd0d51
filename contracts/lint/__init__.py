"""What a fact, a stream and a closed list must be, checked on the classes themselves: `python -m contracts.lint`."""
