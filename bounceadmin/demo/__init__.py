"""A believable month of mail, invented, that goes through the real pipeline.

people   invented recipients
lists    the three lists, their campaigns and what troubles them
replies  what receiving hosts say
shapes/  how different MTAs write it down
month    who gets which message when: the plan, drawn from a seeded random source
dmarc    what large receivers report every day
zones    the sender's DNS, and what diagnosing runs real checks over
filling  puts it into the database and through the worker
"""
