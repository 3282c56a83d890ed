"""The bot as a process of its own, on a sandbox, driven over HTTP as a person at the chat page would."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0
T = TypeVar("T")
GROUP = -1001000000001
ADMIN, READER, NEWCOMER = 1000, 1001, 1002


class Sandbox:
    """A running `python -m bot sandbox`; `address` is that of its page."""

    def __init__(self, process: subprocess.Popen[str], address: str, log: Path) -> None:
        self.process, self.address, self._log = process, address, log

    def open_page(self) -> None:
        """What a browser does first."""
        with urllib.request.urlopen(f"{self.address}/", timeout=PATIENCE_S) as response:  # noqa: S310 - loopback
            assert response.status == 200

    def messages(self, chat: int) -> list[dict[str, Any]]:
        """The messages of a chat, oldest first."""
        found: list[dict[str, Any]] = self._call("GET", f"/api/chats/{chat}/messages")["messages"]
        return found

    def texts(self, chat: int) -> list[str]:
        """Their texts."""
        return [message.get("text", "") for message in self.messages(chat)]

    def send(self, user: int, text: str, chat: int | None = None, reply_to: int | None = None) -> None:
        """A person writes, in private unless a chat is named."""
        self._call("POST", "/api/send", {"user": user, "chat": chat or user, "text": text, "reply_to": reply_to})

    def tap(self, user: int, words: str) -> None:
        """A person taps the latest button with these words in the private chat."""
        message, button = self.await_button(user, words)
        body = {"user": user, "chat": user, "message_id": message["message_id"], "data": button["callback_data"]}
        self._call("POST", "/api/tap", body)

    def found(self, user: int, title: str) -> int:
        """A person makes a group with the bot in it; its id."""
        return int(self._call("POST", "/api/found", {"user": user, "title": title})["chat"])

    def follow(self, user: int, chat: int, words: str) -> None:
        """A person follows the latest link with these words in a chat into the private one."""
        _, button = self.await_button(chat, words)
        self._call("POST", "/api/start", {"user": user, "payload": button["url"].partition("?start=")[2]})

    def await_button(self, chat: int, words: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """The latest message with such a button, once there is one."""
        return self.eventually(lambda: self._button(chat, words), f"a button {words!r}")

    def await_text(self, chat: int, words: str) -> dict[str, Any]:
        """The latest message that contains the words, once there is one."""

        def look() -> dict[str, Any] | None:
            found = [message for message in self.messages(chat) if words in message.get("text", "")]
            return found[-1] if found else None

        return self.eventually(look, f"{words!r} in chat {chat}")

    def eventually(self, look: Callable[[], T | None], what: str) -> T:
        """What `look` finds, once it finds something."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            assert self.process.poll() is None, f"the process ended: {self._log.read_text('utf-8')[-2000:]}"
            if found := look():
                return found
            time.sleep(0.05)
        raise AssertionError(f"there never was {what}; log: {self._log.read_text('utf-8')[-2000:]}")

    def _button(self, chat: int, words: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
        for message in reversed(self.messages(chat)):
            for row in message.get("reply_markup", {}).get("inline_keyboard", []):
                for button in row:
                    if words in button["text"]:
                        return message, button
        return None

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 - loopback
            self.address + path,
            method=method,
            data=json.dumps({name: value for name, value in body.items() if value is not None}).encode()
            if body
            else None,
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as response:  # noqa: S310 - loopback
            answer: dict[str, Any] = json.load(response)
            return answer


@contextmanager
def sandbox(folder: Path, posts: Path) -> Iterator[Sandbox]:
    """A sandbox on these posts with its data in `folder`; at the end Ctrl+C is pressed, and it must stop by itself."""
    log = folder / "process.log"
    environment = {
        name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")
    }
    settings = {"POSTS_DIR": str(posts), "DATA_DIR": str(folder / "var"), "PUBLISH_SETTLE_S": "0.2"}
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "bot", "sandbox", "--port", "0"],
            cwd=folder,
            env=environment | settings | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
    try:
        yield Sandbox(process, _await_address(process, log), log)
        os.killpg(process.pid, signal.SIGINT)  # the whole group hears it, as in a terminal
        assert process.wait(PATIENCE_S) == 0, log.read_text("utf-8")[-3000:]
        assert "Traceback" not in log.read_text("utf-8")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _await_address(process: subprocess.Popen[str], log: Path) -> str:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        if found := re.search(r"http://127\.0\.0\.1:\d+", log.read_text("utf-8")):
            return found[0]
        time.sleep(0.05)
    raise AssertionError(f"no address was printed: {log.read_text('utf-8')}")
