"""Where messages come from. Each source ends in `storing.store` and acknowledges after it."""
