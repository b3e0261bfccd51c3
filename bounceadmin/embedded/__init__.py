"""What `manage.py up` runs in one process: a list of services with a start and a stop.

    service    what a service is: a thread that starts, stops and may die
    web        the site, served by waitress
    worker     a Celery worker
    scheduler  Celery beat
    listening  the listener, where a port is given for it
    running    starts them, waits for a signal, stops them
    accounts   the first administrator
    alone      only one `up` on one folder

A new service is a subclass of `ThreadService` and a row in the
list of `management/commands/up.py`.
"""
