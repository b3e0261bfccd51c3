"""Telling other systems what happened to their addresses, by signed webhooks.

kinds       what is told (a table)
telling     what happened, as other systems are told it
outbox      writes it down, in the transaction in which it happens
delivering  takes what is due, posts it, and keeps what came of it
forgetting  takes an erased person out of what was told
backoff     when to try again, and when to stop (pure)
posting     one HTTP request within bounds, to a public address (pure)
signing     how a receiver knows that it is us (pure)
"""
