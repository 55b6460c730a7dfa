"""Everything written on a ticket as one searchable row beside it, kept by the database itself whichever way the words
come, change or go: a message that is blanked is found no more."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

CONFIGURATION = """
CREATE TEXT SEARCH CONFIGURATION rung_words (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION rung_words
    ALTER MAPPING FOR word, hword, hword_part WITH unaccent, simple;
"""

# A message longer than a hundred thousand letters is found by what stands in those. What a tsvector cannot hold
# (1 MB) must never keep a message from being written: from 30,000 different words on, a ticket gains no more.
FUNCTIONS = r"""
ALTER TABLE tickets_ticketwords ADD CONSTRAINT ticketwords_of_ticket
    FOREIGN KEY (ticket_id) REFERENCES tickets_ticket (number) ON DELETE CASCADE;

CREATE FUNCTION rung_label(ticket tickets_ticket) RETURNS tsvector LANGUAGE sql STABLE AS $$
    SELECT setweight(to_tsvector('rung_words', concat_ws(' ', ticket.number, ticket.subject)), 'A')
        || setweight(to_tsvector('rung_words', concat_ws(' ',
            (SELECT name FROM people_customer WHERE id = ticket.customer_id),
            (SELECT concat_ws(' ', name, email) FROM people_requester WHERE id = ticket.requester_id))), 'B')
$$;

CREATE FUNCTION rung_said(ticket bigint) RETURNS tsvector LANGUAGE plpgsql STABLE AS $$
DECLARE
    words tsvector := ''::tsvector;
    said text;
BEGIN
    FOR said IN SELECT left(m.text, 100000) FROM tickets_message m WHERE m.ticket_id = ticket ORDER BY m.id LOOP
        EXIT WHEN length(words) > 30000;
        words := words || to_tsvector('rung_words', said);
    END LOOP;
    RETURN words;
END $$;

CREATE FUNCTION rung_read_again(tickets bigint[]) RETURNS void LANGUAGE sql AS $$
    UPDATE tickets_ticketwords w SET words = rung_label(t) || rung_said(t.number)
    FROM tickets_ticket t WHERE t.number = ANY (tickets) AND w.ticket_id = t.number
$$;

CREATE FUNCTION rung_ticket_opened() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO tickets_ticketwords (ticket_id, words) VALUES (NEW.number, rung_label(NEW));
    RETURN NULL;
END $$;
CREATE TRIGGER words_of_new AFTER INSERT ON tickets_ticket
    FOR EACH ROW EXECUTE FUNCTION rung_ticket_opened();

CREATE FUNCTION rung_label_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM rung_read_again(ARRAY[NEW.number]);
    RETURN NULL;
END $$;
CREATE TRIGGER words_of_label AFTER UPDATE ON tickets_ticket FOR EACH ROW
    WHEN (OLD.subject IS DISTINCT FROM NEW.subject OR OLD.customer_id IS DISTINCT FROM NEW.customer_id
        OR OLD.requester_id IS DISTINCT FROM NEW.requester_id)
    EXECUTE FUNCTION rung_label_changed();

CREATE FUNCTION rung_messages_written() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE tickets_ticketwords w SET words = w.words || said.words
    FROM (
        SELECT ticket_id, to_tsvector('rung_words', left(string_agg(left(text, 100000), E'\n' ORDER BY id), 200000)) AS words
        FROM written GROUP BY ticket_id ORDER BY ticket_id
    ) said
    WHERE w.ticket_id = said.ticket_id AND length(w.words) <= 30000;
    RETURN NULL;
END $$;
CREATE TRIGGER words_of_messages AFTER INSERT ON tickets_message
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION rung_messages_written();

CREATE FUNCTION rung_message_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM rung_read_again(CASE WHEN TG_OP = 'DELETE' THEN ARRAY[OLD.ticket_id] ELSE ARRAY[OLD.ticket_id, NEW.ticket_id] END);
    RETURN NULL;
END $$;
CREATE TRIGGER words_of_changed AFTER UPDATE ON tickets_message FOR EACH ROW
    WHEN (OLD.text IS DISTINCT FROM NEW.text OR OLD.ticket_id IS DISTINCT FROM NEW.ticket_id)
    EXECUTE FUNCTION rung_message_changed();
CREATE TRIGGER words_of_gone AFTER DELETE ON tickets_message
    FOR EACH ROW EXECUTE FUNCTION rung_message_changed();

CREATE FUNCTION rung_customer_renamed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM rung_read_again(ARRAY(SELECT number FROM tickets_ticket WHERE customer_id = NEW.id));
    RETURN NULL;
END $$;
CREATE TRIGGER words_of_customer AFTER UPDATE ON people_customer FOR EACH ROW
    WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION rung_customer_renamed();

CREATE FUNCTION rung_requester_renamed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM rung_read_again(ARRAY(SELECT number FROM tickets_ticket WHERE requester_id = NEW.id));
    RETURN NULL;
END $$;
CREATE TRIGGER words_of_requester AFTER UPDATE ON people_requester FOR EACH ROW
    WHEN (OLD.name IS DISTINCT FROM NEW.name OR OLD.email IS DISTINCT FROM NEW.email)
    EXECUTE FUNCTION rung_requester_renamed();
"""

WITHOUT = """
ALTER TABLE tickets_ticketwords DROP CONSTRAINT ticketwords_of_ticket;
DROP TRIGGER words_of_new ON tickets_ticket;
DROP TRIGGER words_of_label ON tickets_ticket;
DROP TRIGGER words_of_messages ON tickets_message;
DROP TRIGGER words_of_changed ON tickets_message;
DROP TRIGGER words_of_gone ON tickets_message;
DROP TRIGGER words_of_customer ON people_customer;
DROP TRIGGER words_of_requester ON people_requester;
DROP FUNCTION rung_requester_renamed, rung_customer_renamed, rung_message_changed, rung_messages_written,
    rung_label_changed, rung_ticket_opened, rung_read_again, rung_said, rung_label;
"""

READ_WHAT_IS_THERE = """
INSERT INTO tickets_ticketwords (ticket_id, words) SELECT t.number, rung_label(t) || rung_said(t.number)
FROM tickets_ticket t
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0005_message_came_from")]

    operations = [
        # Left where it is on the way back: somebody else may have made it.
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS unaccent", migrations.RunSQL.noop),
        migrations.RunSQL(CONFIGURATION, "DROP TEXT SEARCH CONFIGURATION rung_words"),
        migrations.CreateModel(
            name="TicketWords",
            fields=[
                (
                    "ticket",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="words",
                        serialize=False,
                        to="tickets.ticket",
                    ),
                ),
                ("words", django.contrib.postgres.search.SearchVectorField()),
            ],
        ),
        migrations.RunSQL(FUNCTIONS, WITHOUT),
        migrations.RunSQL(READ_WHAT_IS_THERE, migrations.RunSQL.noop),
        # After the rows, many times as fast.
        migrations.AddIndex(
            model_name="ticketwords",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["words"], gin_pending_list_limit=512, name="ticket_words"
            ),
        ),
    ]
