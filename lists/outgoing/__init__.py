"""Telling other systems what happened to their addresses, by signed webhooks.

kinds       what is told (a table)
outbox      writes what happened, in the transaction in which it happens
delivering  takes what is due, posts it, and keeps what came of it
backoff     when to try again, and when to stop (pure)
posting     one HTTP request within bounds, to a public address (pure)
signing     how a receiver knows that it is us (pure)
"""
