"""What a mail says on its ticket: the writer's own words, what they quoted, and what could not be taken over."""

from django.conf import settings

from rung.channels.email.reading import File, Mail, tidy
from rung.channels.email.threads import INBOX, bare_subject
from rung.core.text.html_words import words_of
from rung.core.text.reply import Split, split
from rung.tickets import text_facts
from rung.tickets.message_rows import MessageText, NewFile
from rung.tickets.models import Direction, Message, Ticket

#: Characters shown of a mail; the whole text of a longer one is a file beside it.
LONGEST = 50_000
CUT = "(This mail was larger than 35 MB; only its beginning was taken in.)"
_LONG = "(This is the beginning of a long mail. All of it is in the file message.txt.)"
_NO_ADDRESS = "(This mail names no address: it cannot be answered by mail.)"
_EMPTY = "(a mail without words)"
#: Answers of ours that are looked for in what came back.
_MOST_SENT = 30


def request(mail: Mail, *, name: str, source: str) -> MessageText:
    """Of a mail that answers nothing: all of it."""
    return _words(mail, Split(mail.text), name=name, source=source)


def answer(mail: Mail, ticket: Ticket, *, name: str, source: str) -> MessageText:
    """Of an answer: what was written now, and what was quoted. A subject of its own is part of the words."""
    sent = Message.objects.filter(ticket=ticket, direction=Direction.PUBLIC).order_by("-at", "-pk")
    said = own_words(mail, list(sent.values_list("text", flat=True)[:_MOST_SENT]))
    subject = bare_subject(mail.subject)
    is_new = bool(subject) and subject.lower() != ticket.subject.lower() and mail.automatic is None
    if is_new and text_facts.verdict_on(said.own) is not None and subject == mail.subject.strip():
        said = Split(f"{subject}\n\n{said.own}", said.folded)
    return _words(mail, said, name=name, source=source)


def own_words(mail: Mail, sent: list[str]) -> Split:
    """By the plain text; by the structure of the HTML where the plain text marks nothing as quoted."""
    said = split(mail.text[: 4 * LONGEST], sent, is_forward=mail.is_forward)
    if said.folded or not mail.html or mail.is_forward:
        return said
    by_structure = split(tidy(words_of(mail.html))[: 4 * LONGEST], sent)
    return by_structure if by_structure.folded else said


def _words(mail: Mail, said: Split, *, name: str, source: str) -> MessageText:
    files, told = list(mail.files), []
    text = said.own
    if len(text) > LONGEST:
        files.insert(0, File(name="message.txt", content_type="text/plain", data=text.encode()))
        text = text[:LONGEST]
        told.append(_LONG)
    fitting = [file for file in files if len(file.data) <= settings.ATTACHMENT_LARGEST][: settings.ATTACHMENTS_MOST]
    left = len(files) - len(fitting) + mail.left_out
    if left:
        told.append(f"({left} attachments were too large or too many, and were not taken over.)")
    if not mail.sender and mail.automatic is None:
        told.append(_NO_ADDRESS)
    return MessageText(
        text="\n\n".join([text or _EMPTY, *told]),
        folded=said.folded,
        source=source,
        author_name=name,
        inbox=INBOX,
        external_id=mail.message_id or None,
        files=tuple(NewFile(name=file.name, content_type=file.content_type, data=file.data) for file in fitting),
    )
