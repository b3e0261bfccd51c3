"""What sending applications talk to: JSON over HTTP, one file a resource.

models, tokens, auth   who may ask, and for what
limits                 how often
problems               every error as application/problem+json (RFC 9457)
paging                 keyset pages
fields                 the kinds of values that several resources take
root                   the resources put together, and their OpenAPI description
lists, campaigns, …    the resources: thin, each call is one call of the domain
"""
