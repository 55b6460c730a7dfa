"""Slack's written form becomes plain words."""

import pytest

from rung.channels.slack.messages.mrkdwn import mentioned, plain, says_something, without_mention


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
        ("hi <@U1>, see <#C1|general>", "hi @ann, see #general"),
        ("<!channel> <!here> <!subteam^S1|@ops>", "@channel @here @ops"),
        ("<https://x.example/a|the page>", "the page (https://x.example/a)"),
        ("<https://x.example/a>", "https://x.example/a"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("<!date^1392734382^{date}|18 February>", "18 February"),
        ("<@U9>", "@U9"),
        ("1 < 2", "1 < 2"),
    ],
)
def test_entities_are_read_as_a_person_sees_them(written: str, read: str) -> None:
    assert plain(written, {"U1": "ann"}) == read


def test_mentions_are_found_and_taken_off() -> None:
    assert list(mentioned("<@U1> and <@W2|bob>")) == ["U1", "W2"]
    assert without_mention("<@UBOT>: our import stopped", "UBOT") == "our import stopped"


def test_marks_nobody_sees_say_nothing() -> None:
    assert not says_something(" \u200b\n\u2066\u202e\ufeff")
    assert says_something("\u200b?")
