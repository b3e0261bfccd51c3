"""How people prove who they are: throttled tries, and a second factor.

locking         what is said to whoever tried too often, and unlocking
second_factor   codes of an app, recovery codes, who must have them
middleware      no page before the second factor is given
pages           setting it up, giving it, turning it off
"""
