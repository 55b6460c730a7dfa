"""How long a broken network is borne: what every connection to the database is given, beside its url."""

from psycopg.conninfo import conninfo_to_dict, make_conninfo

# A host that is cut off is given up within half a minute, by us (the words) and by the server (`options`): until then
# the rows it holds stay locked. A url that brings its own words, or its own `options`, keeps them.
WORDS = {
    "connect_timeout": "10",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "25000",
    "options": "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
    " -c tcp_user_timeout=25000 -c idle_in_transaction_session_timeout=60000",
}


def with_timeouts(url: str) -> str:
    """The url with those of the words it does not say itself."""
    said = conninfo_to_dict(url)
    return make_conninfo(url, **{name: word for name, word in WORDS.items() if name not in said})
