"""Raw events become facts; what is not on the list says nothing. Read against Slack's own samples."""

from __future__ import annotations

from typing import Any

from rung.channels.slack.events import parsing
from rung.channels.slack.events.facts import ChannelChanged, ChannelMoved, Deleted, Edited, Nothing, Uninstalled, Wrote


def envelope(**event: Any) -> dict[str, Any]:
    return {"event_id": "Ev1", "team_id": "T9", "authorizations": [{"team_id": "T1"}], "event": event}


def test_a_message_is_known_with_its_authors_home() -> None:
    found = parsing.read(
        envelope(type="message", channel="C1", ts="1.1", user="U1", user_team="T2", text="help", channel_type="channel")
    )
    assert isinstance(found, Wrote)
    assert (found.team, found.user_team, found.is_reply, found.direct) == ("T1", "T2", False, False)


def test_joins_topics_and_unknown_kinds_say_nothing() -> None:
    for subtype in ("channel_join", "channel_topic", "channel_name", "something_new", "tombstone"):
        assert isinstance(parsing.read(envelope(type="message", subtype=subtype, text="x")), Nothing)
    assert isinstance(parsing.read(envelope(type="emoji_changed")), Nothing)
    assert isinstance(parsing.read({"type": "event_callback"}), Nothing)


def test_a_preview_is_no_edit_but_other_words_are() -> None:
    before = {"ts": "1.1", "user": "U1", "text": "a"}
    same = envelope(type="message", subtype="message_changed", channel="C1", message=before, previous_message=before)
    assert isinstance(parsing.read(same), Nothing)
    changed = dict(before, text="b")
    other = envelope(type="message", subtype="message_changed", channel="C1", message=changed, previous_message=before)
    assert parsing.read(other) == Edited(
        team="T1", event_id="Ev1", channel="C1", ts="1.1", user="U1", text="b", before="a"
    )


def test_a_deletion_comes_as_such_or_as_a_tombstone() -> None:
    plainly = envelope(type="message", subtype="message_deleted", channel="C1", deleted_ts="1.1")
    tombstone = {"subtype": "tombstone", "ts": "1.1"}
    hidden = envelope(type="message", subtype="message_changed", channel="C1", message=tombstone, previous_message={})
    expected = Deleted(team="T1", event_id="Ev1", channel="C1", ts="1.1")
    assert parsing.read(plainly) == parsing.read(hidden) == expected


def test_what_happens_to_channels_and_to_the_app() -> None:
    moved = parsing.read(envelope(type="channel_id_changed", old_channel_id="G1", new_channel_id="C2"))
    assert isinstance(moved, ChannelMoved)
    renamed = parsing.read(envelope(type="channel_rename", channel={"id": "C1", "name": "new"}))
    assert isinstance(renamed, ChannelChanged)
    assert (renamed.channel, renamed.name) == ("C1", "new")
    assert isinstance(parsing.read(envelope(type="app_uninstalled")), Uninstalled)
    assert isinstance(parsing.read(envelope(type="tokens_revoked", tokens={"bot": ["U1"]})), Uninstalled)
    assert isinstance(parsing.read(envelope(type="tokens_revoked", tokens={"oauth": ["U1"]})), Nothing)
