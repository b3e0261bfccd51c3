"""Mailboxes that bounces are fetched from.

session    what a mailbox can do: list, read, finish; `imap`, `pop3`, `maildir` do it
errors     what can go wrong, each with a sentence for an admin
oauth      from a refresh token to an access token
opening    from a `Mailbox` row to an open session
leasing    one worker at a time
fetching   one run: list, read in batches, store, and only then finish
scheduling which mailboxes are due
trying     *Test connection*
"""
