"""Webhooks of mail services: authenticated and stored as they come, interpreted in the pipeline."""
