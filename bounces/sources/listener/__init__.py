"""Mail that an MTA, or the world, hands over by LMTP or SMTP.

    limits      what one peer, one session and all of them together may use
    recipients  whose mail is taken
    protocol    the conversation: aiosmtpd's, with our replies and our way of reading DATA
    taking      from a message to committed rows, in threads beside the conversation
    server      the listening socket, from start to a graceful stop

Nothing here, or anywhere else, ever answers a message with one.
"""
