"""A mailbox that speaks as much IMAP4rev1 as reading mail takes, on a free port of this machine."""

import re
import socketserver
import ssl
import threading
from typing import Any


class ImapMailbox:
    """`mails`: UID -> the mail as it lies there. `validity` is raised when the server counts anew."""

    def __init__(self, user: str = "support", password: str = "secret", tls: ssl.SSLContext | None = None) -> None:
        self.user, self.password, self.validity = user, password, 7
        self.mails: dict[int, bytes] = {}
        self.next_uid = 1
        self.dates: dict[int, str] = {}  # UID -> when it came, where that is not a hundred years from now
        self.refuses: set[int] = set()  # UIDs the server does not hand over
        self.breaks = False  # whether it hangs up in the middle of the next mail
        self.marked: list[str] = []  # commands that would change something
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), type("H", (_Session,), {"box": self}))
        self._server.daemon_threads = True
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def arrives(self, mail: str | bytes) -> int:
        """One more mail; its UID."""
        raw = mail.encode() if isinstance(mail, str) else mail
        uid, self.next_uid = self.next_uid, self.next_uid + 1
        self.mails[uid] = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        return uid

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    # aiosmtpd calls this where a test leads mail out into this box
    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:  # noqa: N802
        self.arrives(envelope.content)
        return "250 kept"


class _Session(socketserver.StreamRequestHandler):
    box: ImapMailbox

    def handle(self) -> None:
        self._say("* OK ready")
        while line := self.rfile.readline():
            tag, _, command = line.decode().strip().partition(" ")
            if not self._answer(tag, command):
                return

    def _answer(self, tag: str, command: str) -> bool:
        box, verb = self.box, command.upper()
        if verb == "CAPABILITY":
            self._say("* CAPABILITY IMAP4rev1")
        elif verb.startswith("LOGIN"):
            if re.findall(r'"([^"]*)"|(\S+)', command[6:])[-1] != (box.password, "") and not command.endswith(
                f" {box.password}"
            ):
                self._say(f"{tag} NO [AUTHENTICATIONFAILED] wrong password")
                return True
        elif verb.startswith(("SELECT", "EXAMINE")):
            if "INBOX" not in verb:
                self._say(f"{tag} NO no such folder")
                return True
            self._say(f"* {len(box.mails)} EXISTS", f"* OK [UIDVALIDITY {box.validity}] valid")
        elif verb.startswith("STATUS"):
            facts = f"MESSAGES {len(box.mails)} UIDNEXT {box.next_uid} UIDVALIDITY {box.validity}"
            self._say(f'* STATUS "INBOX" ({facts} RECENT 0 UNSEEN 0)')
        elif verb.startswith("UID SEARCH"):
            self._say(f"* SEARCH {' '.join(map(str, self._searched(command)))}".rstrip())
        elif verb.startswith("UID FETCH"):
            return self._handed_over(tag, command)
        elif verb == "LOGOUT":
            self._say("* BYE", f"{tag} OK bye")
            return False
        elif verb != "NOOP":
            box.marked.append(command)
        self._say(f"{tag} OK done")
        return True

    def _searched(self, command: str) -> list[int]:
        if "SINCE" in command:
            return sorted(self.box.mails)
        if found := re.search(r"UID (\d+):\*", command):
            first = int(found[1])
            return sorted({uid for uid in self.box.mails if uid >= first} | set(sorted(self.box.mails)[-1:]))
        words = re.findall(r'SUBJECT "([^"]*)"', command)
        return [uid for uid, raw in self.box.mails.items() if words and words[0].encode() in raw]

    def _handed_over(self, tag: str, command: str) -> bool:
        if int(command.split()[2]) in self.box.refuses:
            self._say(f"{tag} NO [UNAVAILABLE] later")
            return True
        if self.box.breaks and "BODY" in command:
            self.box.breaks = False
            self.wfile.write(b"* 1 FETCH (UID 1 BODY[] {5000}\r\nFrom: zoe")
            return False
        self._fetched(command)
        self._say(f"{tag} OK done")
        return True

    def _fetched(self, command: str) -> None:
        uid = int(command.split()[2])
        raw = self.box.mails.get(uid)
        if raw is None:
            return
        if "BODY.PEEK[]" in command:
            if first := re.search(r"\[\]<0\.(\d+)>", command):
                raw = raw[: int(first[1])]
            self.wfile.write(f"* 1 FETCH (UID {uid} BODY[] {{{len(raw)}}}\r\n".encode() + raw + b")\r\n")
        elif "BODY[" in command:
            self.box.marked.append(command)
        else:
            when = self.box.dates.get(uid, '"24-Nov-2126 08:00:00 +0000"')
            self._say(f"* 1 FETCH (UID {uid} RFC822.SIZE {len(raw)} INTERNALDATE {when})")

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())
