"""What is stored of a mail that was not taken, and of a mailbox that cannot be read."""

from rung.core.sentences import key
from rung.outbox.sentences import Sentences, table


class Said(Sentences):
    """Of the servers mail goes out and comes in by."""

    TOO_MANY = "email.too_many", key("more than %(most)s automatic mails to %(to)s within an hour")
    CANNOT_LOOK = "email.cannot_look", key("nobody can look into the customer's mailbox")
    NOT_LET_IN = "email.not_let_in", key("the mail server does not let us in: %(error)s")
    BROKE = "email.broke", key("the connection broke while the mail was handed over: %(error)s")
    BROKE_BEFORE = "email.broke_before", key("the connection broke before the mail was handed over: %(error)s")
    RECIPIENT_REFUSED = "email.recipient_refused", key("the mail server takes no mail to %(to)s: %(said)s")
    SENDER_REFUSED = "email.sender_refused", key("the mail server takes no mail from %(sender)s: %(said)s")
    MAIL_REFUSED = "email.mail_refused", key("the mail server did not take the mail: %(said)s")
    NO_SUCH_ADDRESS = "email.no_such_address", key("there is no such address (%(said)s)")
    CLOSED = "email.closed", key("the mailbox takes no mail any more (%(said)s)")
    FULL = "email.full", key("the mailbox is full (%(said)s)")
    TOO_LARGE = "email.too_large", key("the mail is too large for them (%(said)s)")
    UNWANTED = "email.unwanted", key("their server does not want it (%(said)s)")
    NO_SERVER = "email.no_server", key("No server is called %(host)s; is the name spelt right?")
    CERTIFICATE = "email.certificate", key("The certificate of %(place)s is not trusted: %(said)s.")
    NO_TLS = "email.no_tls", key("%(place)s does not speak TLS like this; try another encryption or port.")
    NOBODY_LISTENS = "email.nobody_listens", key("Nothing listens at %(place)s; is the port right?")
    SILENT = "email.silent", key("%(place)s does not answer; is the port right, is a firewall in between?")
    UNUSABLE = "email.unusable", key("%(place)s cannot be used: %(said)s")
    REFUSED = "email.refused", key("The server refuses this user and password: %(said)s")
    NO_FOLDER = "email.no_folder", key("There is no folder “%(folder)s” in this mailbox.")


SENTENCES = table(Said)
