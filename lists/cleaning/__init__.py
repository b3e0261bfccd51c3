"""Taking dead addresses off a list: who would be removed, then doing it, then undoing it.

candidates  who: kinds of dead addresses, their numbers, a sample
running     the work, in batches that can be killed at any line
"""
