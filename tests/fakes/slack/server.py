"""The doors: `/api/METHOD`, uploads, private files and response URLs, over plain HTTP on a free port."""

from __future__ import annotations

import base64
import contextlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, urlsplit

from tests.fakes.slack import limits
from tests.fakes.slack.blockkit import faults_of_blocks
from tests.fakes.slack.checks import FORM
from tests.fakes.slack.dispatch import Dispatcher, Reply
from tests.fakes.slack.errors import SlackError
from tests.fakes.slack.model import Ephemeral, Message
from tests.fakes.slack.state import State, pings


class Server:
    """The HTTP side of the fake; `url` is what a client takes as `https://slack.com`."""

    def __init__(self, state: State, dispatcher: Dispatcher) -> None:
        handler = type("Handler", (_Handler,), {"state": state, "dispatcher": dispatcher})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    state: State
    dispatcher: Dispatcher
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        split = urlsplit(self.path)
        if split.path.startswith("/api/"):
            self._send(self.dispatcher.handle(split.path[5:], FORM, split.query.encode(), self._token()))
        elif split.path.startswith("/files-pri/"):
            self._send(self._file(split.path.split("/")[2]))
        else:
            self._send(Reply(b"no such page", 404))

    def do_POST(self) -> None:
        split = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if split.path.startswith("/api/"):
            content_type = self.headers.get("Content-Type") or FORM
            self._send(self.dispatcher.handle(split.path[5:], content_type, body + self._client(), self._token()))
        elif split.path.startswith("/upload/"):
            self._send(self._upload(split.path.split("/")[2], body))
        elif split.path.startswith("/actions/"):
            self._send(self._respond(split.path.split("/")[2], body))
        else:
            self._send(Reply(b"no such page", 404))

    def _client(self) -> bytes:
        """The app's id and secret, which OAuth clients send as HTTP basic authentication."""
        kind, _, given = (self.headers.get("Authorization") or "").partition(" ")
        if kind != "Basic":
            return b""
        client_id, _, secret = base64.b64decode(given).decode().partition(":")
        return f"&client_id={quote(client_id)}&client_secret={quote(secret)}".encode()

    def _token(self) -> str:
        return (self.headers.get("Authorization") or "").removeprefix("Bearer ").strip()

    def _upload(self, file_id: str, body: bytes) -> Reply:
        with self.state.lock:
            file = self.state.files.get(file_id)
            if file is None or file.uploaded:
                return Reply(b"not found", 404)
            file.content, file.uploaded = body, True
            return Reply(f"OK - {len(body)}".encode())

    def _file(self, file_id: str) -> Reply:
        """Without a token of somebody who may see it, Slack shows a page to sign in, with status 200."""
        with self.state.lock:
            file = self.state.files.get(file_id)
            try:
                caller = self.state.installation_of(self._token())
            except SlackError:
                return Reply(b"<!DOCTYPE html><html>Sign in to Slack</html>", 200, {"Content-Type": "text/html"})
            if file is None or not any(caller.bot_user_id in self.state.channels[one].members for one in file.channels):
                return Reply(b"not found", 404)
            return Reply(file.content, 200, {"Content-Type": file.mimetype})

    def _respond(self, name: str, body: bytes) -> Reply:
        """A response URL: five uses within half an hour."""
        with self.state.lock:
            found = self.state.response_urls.get(name)
            if found is None or found.expires < self.state.clock() or found.uses >= limits.RESPONSE_URL_USES:
                return Reply(b"expired_url", 404)
            found.uses += 1
            given = json.loads(body)
            blocks = given.get("blocks") or []
            if faults_of_blocks(blocks):
                return Reply(b"invalid_blocks", 400)
            channel = self.state.channels[found.channel_id]
            if given.get("response_type") == "in_channel":
                text = given.get("text") or ""
                ts = self.state.new_ts()
                bot = next(iter(self.state.bots_in(channel)), None)
                channel.messages[ts] = Message(
                    ts,
                    channel.id,
                    bot and bot.bot_user_id,
                    text,
                    blocks,
                    bot_id=bot and bot.bot_id,
                    pings=pings(text, blocks),
                )
            else:
                channel.ephemerals.append(Ephemeral(found.user_id, given.get("text") or "", blocks))
            return Reply(b"ok")

    def _send(self, reply: Reply) -> None:
        if reply.delay:
            time.sleep(reply.delay)
        if reply.silent:
            self.close_connection = True
            self.connection.close()
            return
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the client had stopped waiting
            self.send_response_only(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

    def log_message(self, *args: object) -> None:
        """Quiet: tests read `dispatcher.calls`."""
