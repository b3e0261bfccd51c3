"""Suppressions out of files: our own CSV and what other senders export.

`shapes` finds out how a file is built, `formats` who wrote it, `rows` and `entries` read it: these
four are pure. `storing` keeps an upload, `running` works it off.
"""
