"""Tickets found by what is written on them: subject, messages, notes, customer, requester, number."""

import re
from collections.abc import Iterator

from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.db.models import BooleanField, F, Func, Q, QuerySet, Value
from django.db.models.lookups import Exact

from rung.tickets.models import Ticket

CONFIGURATION = "rung_words"
#: From so many letters on, the last word also finds the longer ones that begin with it: it may still be being typed.
BEGINNING = 3
MOST_WORDS = 12
LONGEST_WORD = 80
#: So many of the newest tickets are read one by one (about a microsecond each), which finds common words soonest.
READ_THROUGH = 8_000
#: Rarer ones are taken from the index, so many tickets at a time, and looked up in smaller parts.
AT_A_TIME, PART = 5_000, 250
_TERM = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')


def query_of(words: str) -> str | None:
    """The words as PostgreSQL takes them: all of them, "side by side", without -those; None if none are left.

    >>> query_of('"has stopped" -acme import')
    "'has stopped' & 'import':* & !'acme'"
    """
    terms = _TERM.findall(words.replace("\x00", ""))[:MOST_WORDS]
    wanted, unwanted = [], []
    for place, (minus, phrase, word) in enumerate(terms, 1):
        term = (phrase or word)[:LONGEST_WORD].strip()
        if not any(letter.isalnum() for letter in term):
            continue
        quoted = "'" + term.replace("\\", " ").replace("'", "''") + "'"
        if minus:
            unwanted.append(f"!{quoted}")
        else:
            is_unfinished = place == len(terms) and len(word) >= BEGINNING
            wanted.append(f"{quoted}:*" if is_unfinished else quoted)
    return " & ".join([*wanted, *unwanted]) if wanted else None


def newest(
    among: QuerySet[Ticket], words: str, most: int, *, before: int | None = None, few: bool = False
) -> list[Ticket]:
    """The newest tickets of these on which all the words stand, at most so many. `few`: there are not many of these to
    begin with (the open ones, those of a customer), and each may be read."""
    query = query_of(words)
    if query is None:
        return []
    among = among.order_by("-number")
    read: QuerySet[Ticket] = among.filter(_read(query))
    if few:
        return list(read[:most])
    top = before or Ticket.objects.order_by("-number").values_list("number", flat=True).first() or 0
    tickets = list(read.filter(number__gte=top - READ_THROUGH)[:most])
    if len(tickets) == most or top <= READ_THROUGH:
        return tickets
    tickets = []
    for numbers in _indexed(query, before):
        tickets += among.filter(number__in=numbers)[: most - len(tickets)]
        if len(tickets) == most:
            break
    return tickets


def _read(query: str) -> Q:
    """Whether the words stand on a ticket, asked of its row: the planner does not take a function to the index."""
    asked = SearchQuery(query, config=CONFIGURATION, search_type="raw")
    said = Func(F("words__words"), asked, function="ts_match_vq", output_field=BooleanField())
    return Q(Exact(said, Value(True)))


def _indexed(query: str, before: int | None) -> Iterator[list[int]]:
    """Numbers of tickets with the words, the newest first, in parts."""
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_INDEXED, {"query": query, "before": before, "most": AT_A_TIME})
            numbers = [number for (number,) in cursor.fetchall()]
        for place in range(0, len(numbers), PART):
            yield numbers[place : place + PART]
        if len(numbers) < AT_A_TIME:
            return
        before = numbers[-1]


# `OFFSET 0` keeps the planner, which guesses how rare a beginning of a word is, from reading all tickets backwards.
_INDEXED = f"""
SELECT ticket_id FROM (
    SELECT ticket_id FROM tickets_ticketwords WHERE words @@ to_tsquery('{CONFIGURATION}', %(query)s) OFFSET 0
) found WHERE %(before)s::bigint IS NULL OR ticket_id < %(before)s ORDER BY ticket_id DESC LIMIT %(most)s
"""  # noqa: S608  nothing in it comes from outside
