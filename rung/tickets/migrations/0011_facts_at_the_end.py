"""Cases keep the facts by which an ended clock is judged: those kept before are folded again from their events."""

from typing import Any

import msgspec
from django.db import migrations

from rung.core.case import case as cases
from rung.core.case.fold import rebuild
from rung.tickets.history import events_by_ticket

AT_ONCE = 500


def fold_again(apps: Any, _schema: Any) -> None:
    """Where all events of a ticket are there and can be read; the audit names the others."""
    tickets = apps.get_model("tickets", "Ticket").objects
    last = 0
    while rows := dict(
        tickets.filter(number__gt=last).order_by("number").values_list("number", "events_count")[:AT_ONCE]
    ):
        last = max(rows)
        try:
            histories = dict(events_by_ticket(list(rows)))
        except msgspec.DecodeError:
            continue
        for number, history in histories.items():
            if len(history) == rows[number] == history[-1].number:
                tickets.filter(number=number).update(snapshot=cases.encode(rebuild(history)))


class Migration(migrations.Migration):
    dependencies = [("tickets", "0010_channel_names")]
    operations = [migrations.RunPython(fold_again, migrations.RunPython.noop, elidable=True)]
