"""Round trips: a message to an address that cannot exist is sent with a campaign's bounce address,
and its bounce is waited for, by whichever road it comes.

letter     the message, and the same as a line for swaks
relay      handing it to the configured relay
trips      a probe's way: asked for, sent, back or lost
returning  the bounce among the messages that come in
schedule   probes that are sent again and again, and those whose way is broken
"""
