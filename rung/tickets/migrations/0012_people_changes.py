"""A change of people wakes the tickets it touches, whoever makes it: a page, a command, the API, a directory."""

from django.db import migrations

#: The ticker knows people up to five seconds old (`escalation/roster_cache.py`), so it looks a second later.
WAKE = """
CREATE FUNCTION rung_people_changed(who bigint, levels text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE tickets_ticket AS ticket
    SET wake_at = least(ticket.wake_at, clock_timestamp() + interval '6 seconds')
    FROM people_agent AS agent
    WHERE agent.id = who AND ticket.status NOT IN ('resolved', 'closed') AND ticket.parked_at IS NULL
        AND (ticket.assignee_id = agent.handle OR ticket.level = ANY(levels) OR ticket.offered_levels && levels);
    PERFORM pg_notify('rung_ticker', '');
END $$;

CREATE FUNCTION rung_agent_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM rung_people_changed(NEW.id, array_remove(ARRAY[OLD.level::text, NEW.level::text], ''));
    RETURN NULL;
END $$;
CREATE TRIGGER rung_agent_changed AFTER UPDATE OF is_active, level ON people_agent FOR EACH ROW
    WHEN (OLD.is_active IS DISTINCT FROM NEW.is_active OR OLD.level IS DISTINCT FROM NEW.level)
    EXECUTE FUNCTION rung_agent_changed();

CREATE FUNCTION rung_agents_row_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE who bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.agent_id ELSE NEW.agent_id END;
BEGIN
    PERFORM rung_people_changed(who, (SELECT array_remove(ARRAY[level::text], '') FROM people_agent WHERE id = who));
    RETURN NULL;
END $$;
CREATE TRIGGER rung_membership_changed AFTER INSERT OR DELETE ON people_membership FOR EACH ROW
    EXECUTE FUNCTION rung_agents_row_changed();
CREATE TRIGGER rung_absence_changed AFTER INSERT OR UPDATE OR DELETE ON people_absence FOR EACH ROW
    EXECUTE FUNCTION rung_agents_row_changed();
"""
SLEEP = """
DROP TRIGGER rung_agent_changed ON people_agent;
DROP TRIGGER rung_membership_changed ON people_membership;
DROP TRIGGER rung_absence_changed ON people_absence;
DROP FUNCTION rung_agents_row_changed();
DROP FUNCTION rung_agent_changed();
DROP FUNCTION rung_people_changed(bigint, text[]);
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0011_facts_at_the_end"), ("people", "0001_initial")]
    operations = [migrations.RunSQL(WAKE, SLEEP)]
