"""Files of messages: how they come in, where they lie, who gets them, and what is left of a cut."""

import os
from base64 import b64encode
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from rung.people import tokens
from rung.people.clock import database_now
from rung.people.models import Role
from rung.tickets import file_store
from rung.tickets.actions import conversation
from rung.tickets.customer_pass import pass_of
from rung.tickets.message_rows import MessageText, NewFile
from rung.tickets.models import Attachment, Message, Ticket
from tests.web.test_ask import REQUEST

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    """Files of these tests lie by themselves."""
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        }
    }
    return tmp_path / "files"


def on_disk(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def upload(name: str = "import.log", content: bytes = b"02:00 disk full") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/html")


def test_a_file_goes_with_an_answer_and_comes_back_only_as_a_download(signed_in: Any, opened: Any) -> None:
    number = opened()
    sam = signed_in("sam")
    sam.post(
        f"/tickets/{number}/answer",
        {"text": "See the log.", "files": [upload("../../import.log"), upload("b.png", PNG)]},
    )
    first, second = Attachment.objects.order_by("pk")
    assert (first.name, first.content_type, second.content_type) == ("import.log", "text/plain", "image/png")
    page = sam.get(f"/tickets/{number}").content.decode()
    assert f'href="/attachments/{first.pk}"' in page
    answer = signed_in("otto").get(f"/attachments/{first.pk}")
    assert b"".join(answer.streaming_content) == b"02:00 disk full"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="import.log"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert Client().get(f"/attachments/{first.pk}").status_code == 302


def png(width: int, height: int) -> bytes:
    """The beginning of a PNG, which says how large it is."""
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + width.to_bytes(4) + height.to_bytes(4) + b"\0" * 90


def test_an_image_is_shown_to_whoever_sees_its_ticket_and_nothing_else_is(signed_in: Any, opened: Any) -> None:
    number = opened()
    sam = signed_in("sam")
    files = [
        upload("shot.png", png(640, 480)),
        upload("huge.png", png(60_000, 60_000)),
        upload("draw.svg", b"<svg onload='alert(1)'/>"),
    ]
    sam.post(f"/tickets/{number}/answer", {"text": "See the picture.", "files": files})
    shot, huge, drawing = Attachment.objects.order_by("pk")
    page = sam.get(f"/tickets/{number}").content.decode()
    assert f'src="/attachments/{shot.pk}/preview"' in page
    assert f"/attachments/{drawing.pk}/preview" not in page
    answer = sam.get(f"/attachments/{shot.pk}/preview")
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert sam.get(f"/attachments/{huge.pk}/preview").status_code == 404
    assert sam.get(f"/attachments/{drawing.pk}/preview").status_code == 404
    assert Client().get(f"/attachments/{shot.pk}/preview").status_code == 302

    customer = Client()
    word = pass_of(number, database_now())
    assert customer.get(f"/ask/{word}/files/{shot.pk}/preview").status_code == 200
    conversation.note(
        number,
        MessageText(text="inside", files=(NewFile(name="in.png", content_type="", data=png(9, 9)),)),
        by="agent:sam",
    )
    inside = Attachment.objects.get(name="in.png")
    assert customer.get(f"/ask/{word}/files/{inside.pk}/preview").status_code == 404


def test_the_same_content_lies_there_once_and_goes_with_its_last_message(
    opened: Any, folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    number = opened()
    words = MessageText(text="log", files=(NewFile(name="a.log", content_type="", data=b"same"),))
    for _ in range(2):
        conversation.note(number, words, by="agent:sam")
    one, other = Attachment.objects.order_by("pk")
    assert one.path == other.path
    assert len(on_disk(folder)) == 1
    with django_capture_on_commit_callbacks(execute=True):
        file_store.remove([one])
    assert default_storage.exists(other.path)
    with django_capture_on_commit_callbacks(execute=True):
        file_store.remove([other])
    assert on_disk(folder) == []


def test_too_much_is_refused_with_a_sentence_and_the_words_are_kept(signed_in: Any, opened: Any, settings: Any) -> None:
    settings.ATTACHMENT_LARGEST, settings.ATTACHMENTS_MOST = 1024, 2
    number, sam = opened(), signed_in("sam")
    for files, why in (
        ([upload("big.log", b"x" * 1025)], "“big.log” is larger than 1.0\xa0KB"),
        ([upload(), upload(), upload()], "Not more than 2 files at once"),
        ([upload("empty.log", b"")], "“empty.log” is empty"),
    ):
        page = sam.post(f"/tickets/{number}/answer", {"text": "My long answer.", "files": files}).content.decode()
        assert why in page
        assert "My long answer.</textarea>" in page
    assert Attachment.objects.count() == 0
    assert Message.objects.filter(ticket=number, direction="public").count() == 0


def test_more_than_all_files_together_may_have_is_not_even_read(signed_in: Any, opened: Any, settings: Any) -> None:
    settings.ATTACHMENT_LARGEST, settings.ATTACHMENTS_MOST = 1024, 1
    number = opened()
    answer = signed_in("sam").post(
        f"/tickets/{number}/answer", {"text": "x", "files": [upload("big", b"x" * 3_000_000)]}
    )
    assert answer.status_code in (400, 413)


def test_a_customer_sends_files_and_gets_those_of_answers_but_never_those_of_notes(
    signed_in: Any, desk: Any, folder: Path
) -> None:
    Client().post("/ask", REQUEST | {"files": [upload("screen.png", PNG)]})
    ticket, sam = Ticket.objects.get(), signed_in("sam")
    sam.post(f"/tickets/{ticket.number}/answer", {"text": "Try this.", "files": [upload("patch.txt")]})
    sam.post(f"/tickets/{ticket.number}/note", {"text": "", "files": [upload("secret.txt", b"secret")]})
    word, customer = pass_of(ticket.number), Client()
    customer.post(f"/ask/{word}", {"text": "It fails.", "files": [upload("new.log", b"new")]})
    page = customer.get(f"/ask/{word}").content.decode()
    assert all(name in page for name in ("screen.png", "patch.txt", "new.log"))
    assert "secret.txt" not in page
    files = {each.name: each.pk for each in Attachment.objects.all()}
    assert customer.get(f"/ask/{word}/files/{files['patch.txt']}").status_code == 200
    assert customer.get(f"/ask/{word}/files/{files['secret.txt']}").status_code == 404
    Client().post("/ask", REQUEST | {"email": "zed@other.example"})
    other = Ticket.objects.latest("number")
    assert customer.get(f"/ask/{pass_of(other.number)}/files/{files['patch.txt']}").status_code == 404


def test_a_request_with_too_large_a_file_keeps_what_was_typed(desk: Any, settings: Any) -> None:
    settings.ATTACHMENT_LARGEST = 4
    answer = Client().post("/ask", REQUEST | {"files": [upload()]})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "“import.log” is larger" in page
    assert "Since 02:00 nothing arrives." in page
    assert Ticket.objects.count() == 0


def test_files_by_the_api(desk: Any, opened: Any, signed_in: Any) -> None:
    key = tokens.create("script", role=Role.OWNER)
    with_key = {"headers": {"Authorization": f"Bearer {key}"}, "content_type": "application/json"}
    file = {"name": "a.log", "data": b64encode(b"hello").decode()}
    body = {"subject": "Stopped", "body": "Since 02:00", "files": [file]}
    number = Client().post("/api/v1/tickets", body, **with_key).json()["ticket"]
    (message,) = Client().get(f"/api/v1/tickets/{number}/messages", **with_key).json()
    (told,) = message["attachments"]
    assert (told["name"], told["content_type"], told["size"]) == ("a.log", "text/plain", 5)
    answer = Client().get(f"/api/v1/tickets/{number}/attachments/{told['id']}", **with_key)
    assert b"".join(answer.streaming_content) == b"hello"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert Client().get(f"/api/v1/tickets/{opened()}/attachments/{told['id']}", **with_key).status_code == 404
    broken = Client().post("/api/v1/tickets", body | {"files": [file | {"data": "%%"}]}, **with_key)
    assert broken.status_code == 422
    assert 'the content of "a.log" is not base64' in broken.json()["error"]


def test_what_was_cut_off_or_belongs_to_nothing_is_swept(opened: Any, folder: Path) -> None:
    number = opened()
    conversation.note(
        number, MessageText(text="x", files=(NewFile(name="kept.log", content_type="", data=b"kept"),)), by="agent:sam"
    )
    kept = Attachment.objects.get()
    cut, orphan = folder / file_store.INCOMING / "tmpcut", folder / file_store.FOLDER / "ab" / ("ab" * 32)
    fresh = folder / file_store.INCOMING / "tmpfresh"
    for path in (cut, orphan, fresh):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"part of")
    long_ago = (database_now() - timedelta(days=3)).timestamp()
    for path in (cut, orphan, Path(default_storage.path(kept.path))):
        os.utime(path, (long_ago, long_ago))
    assert file_store.sweep(before=database_now() - timedelta(days=1)) == 2
    assert {path.name for path in on_disk(folder)} == {Path(kept.path).name, "tmpfresh"}


def test_a_disk_that_refuses_keeps_neither_the_message_nor_a_part_of_the_file(
    opened: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = opened()

    def full(_fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(file_store.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        conversation.note(
            number, MessageText(text="x", files=(NewFile(name="a.log", content_type="", data=b"a"),)), by="agent:sam"
        )
    assert not Message.objects.filter(ticket=number, direction="note").exists()
    assert on_disk(folder) == []


def test_with_an_origin_of_its_own_downloads_go_there_and_nothing_else_is_there(
    signed_in: Any, opened: Any, settings: Any
) -> None:
    settings.FILES_URL, settings.FILES_HOST = "https://files.example", "files.example"
    settings.ALLOWED_HOSTS = ["testserver", "files.example"]
    number = opened()
    sam = signed_in("sam")
    sam.post(f"/tickets/{number}/note", {"text": "x", "files": [upload()]})
    there = sam.get(f"/attachments/{Attachment.objects.get().pk}").headers["Location"]
    assert there.startswith("https://files.example/files/")
    elsewhere = {"headers": {"Host": "files.example"}}
    answer = Client().get(there.removeprefix("https://files.example"), **elsewhere)
    assert b"".join(answer.streaming_content) == b"02:00 disk full"
    assert sam.get(f"/tickets/{number}", **elsewhere).status_code == 404
    assert Client().get("/files/forged", **elsewhere).status_code == 404
