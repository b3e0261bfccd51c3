"""What those who keep it running need: probes, metrics, logs, error reports.

endpoints   the middleware that answers /healthz, /readyz and /metrics
probes      whether this process can do its work
metrics     the state of the system in numbers, for Prometheus
access      who is asking, and may they read the metrics
ids         which request or task a log line belongs to
logs        the form of a log line; masking of addresses
sentry      error reports, where SENTRY_DSN is set
"""
