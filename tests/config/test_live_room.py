"""Nobody takes the room that the pages of others need."""

from rung.config import live_room
from rung.config.live_room import Room


def test_one_reader_leaves_room_for_others() -> None:
    room = Room()
    for _ in range(live_room.OF_ONE):
        assert room.refusal(1) == ""
        room.take(1)
    assert room.refusal(1).startswith("You have 100 pages open already;")
    assert room.refusal(2) == ""
    room.leave(1)
    assert room.refusal(1) == ""


def test_beyond_its_limit_it_refuses_everybody() -> None:
    room = Room()
    room.most = 3
    for reader in range(3):
        room.take(reader)
    assert room.refusal(9).startswith("3 pages are open already;")
    assert room.open == 3
