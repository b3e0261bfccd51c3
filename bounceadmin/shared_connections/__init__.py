"""A database backend: the threads of a web process share a few connections to PostgreSQL.

Django lets each thread keep one of its own. A web process has many threads, since most of them
wait for others at any moment (`bounces/storing_together.py`), and PostgreSQL takes a hundred
connections altogether. Here a thread takes one when it first asks the database something in a
request, and gives it back at the request's end.

Not psycopg's pool, which Django can use: where the database is away or was started anew, its users
wait for a connection until their time is over, and a thread that waits answers nobody else, probes
among them. Here they are told at once, and what died is found out before it is used.
"""

from __future__ import annotations


def share(database: dict[str, object], connections: int) -> None:
    """Let the threads of this process share so many to `database`, one of `settings.DATABASES`.

    Before anything is asked of it. What is no PostgreSQL stays as it is, as all does with 0.
    """
    if connections and database["ENGINE"] == "django.db.backends.postgresql":
        database |= {"ENGINE": __name__, "SHARED_CONNECTIONS": connections}
