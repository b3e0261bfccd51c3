"""Telling people what is wrong, once each.

conditions  what is wrong now, one function a kind of trouble
watching    opens and closes alerts as conditions come and go, and says who is to be told
quiet       when a person may be told (pure)
delivering  the e-mails
"""
