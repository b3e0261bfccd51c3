"""A new password for who forgot theirs, by Django's views and its tokens.

asking     taking down who asks, and how often one may
mailing    looking up whom it concerns, and mailing them
changing   what else happens when a password was changed, by a link or otherwise
pages      what people see of it
"""
