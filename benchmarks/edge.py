"""A Bot API far away, in a process of its own: TLS, latency, sending limits; its messages go nowhere.

    with far_telegram(latency_s=0.05, model="sliding_window") as far: ...   # far.url, far.counts()

It only counts, so that a core of its own carries far more than the bot under measurement sends.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from bot.sandbox.limits import Limits

BOT = {"id": 42, "is_bot": True, "first_name": "bench", "username": "bench_bot"}
TOKEN = "42:bench"  # noqa: S105 - good for nothing elsewhere


class Edge:
    """Answers every sending method after `latency_s`, or refuses it as Telegram would."""

    def __init__(self, latency_s: float, limits: Limits | None) -> None:
        self._latency_s = latency_s
        self._limits = limits
        self._number = 0
        self.ok = self.refused = 0
        self.first_s = self.last_s = 0.0

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        method = request.path.rpartition("/")[2]
        body = await request.read()
        if method == "counts":
            return web.json_response({name: getattr(self, name) for name in ("ok", "refused", "first_s", "last_s")})
        if method.lower() == "getme":
            return web.json_response({"ok": True, "result": BOT})
        reply = self._receive(request, body)
        await asyncio.sleep(self._latency_s)
        return reply

    def _receive(self, request: web.BaseRequest, body: bytes) -> web.Response:
        now_s = time.monotonic()
        params = json.loads(body) if request.content_type == "application/json" else {}
        chat_id = int(params.get("chat_id") or 0)
        if not params:  # the library's own transport sends a form
            chat_id = int(body.partition(b"chat_id=")[2].partition(b"&")[0])
            params = {"allow_paid_broadcast": b"allow_paid_broadcast" in body}
        is_paid = bool(params.get("allow_paid_broadcast"))
        wait_ms = self._wait_ms(chat_id, int(now_s * 1000), is_paid)
        if wait_ms:
            self.refused += 1
            wait_s = -(-wait_ms // 1000)
            words = f"Too Many Requests: retry after {wait_s}"
            flood = {"ok": False, "error_code": 429, "description": words, "parameters": {"retry_after": wait_s}}
            return web.json_response(flood, status=429)
        self.ok += 1
        self.first_s, self.last_s = self.first_s or now_s, now_s
        self._number += 1
        message = {"message_id": self._number, "date": 1, "chat": {"id": chat_id, "type": "private"}, "text": "x"}
        return web.json_response({"ok": True, "result": message})

    def _wait_ms(self, chat_id: int, now_ms: int, is_paid: bool) -> int:
        if self._limits is None:
            return 0
        return self._limits.wait_ms(chat_id, now_ms, is_private=chat_id > 0, is_paid=is_paid)


@dataclass(frozen=True)
class Counts:
    """What the far side saw: accepted and refused calls, and between which moments."""

    ok: int
    refused: int
    first_s: float
    last_s: float

    @property
    def per_second(self) -> float:
        """Accepted calls a second from the first to the last."""
        return (self.ok - 1) / (self.last_s - self.first_s) if self.ok > 1 else 0.0


class Far:
    """The running far side."""

    def __init__(self, url: str) -> None:
        self.url = url

    @property
    def base_url(self) -> str:
        """As python-telegram-bot wants it."""
        return f"{self.url}/bot"

    def counts(self) -> Counts:
        """What it saw so far."""
        with urllib.request.urlopen(f"{self.url}/counts", context=trusting()) as response:  # noqa: S310 - loopback
            return Counts(**json.load(response))


def trusting() -> ssl.SSLContext:
    """Full TLS that does not ask who signed the certificate of a loopback server."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def pin(core: int) -> None:
    """Keep this process on one core, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[core % len(cores)]})


@contextmanager
def far_telegram(*, latency_s: float, model: str = "", tls: bool = True, core: int = 1) -> Iterator[Far]:
    """Start one; it ends with the context. `model`: of `bot.sandbox.limits`, "" for no limits."""
    command = [sys.executable, "-m", "benchmarks.edge", "--latency", str(latency_s), "--core", str(core)]
    command += ["--model", model] if model else []
    with tempfile.TemporaryDirectory() as folder:
        command += ["--certificate", str(make_certificate(Path(folder)))] if tls else []
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            yield Far(process.stdout.readline().strip())
        finally:
            process.terminate()
            process.wait(10)


def make_certificate(folder: Path) -> Path:
    """A key and its self-signed certificate in one file."""
    path = folder / "far.pem"
    made = folder / "certificate.pem"
    subprocess.run(
        f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost -days 2 "
        f"-keyout {path} -out {made}".split(),
        check=True,
        capture_output=True,
    )
    path.write_text(path.read_text() + made.read_text())
    return path


async def serve(arguments: argparse.Namespace) -> None:
    pin(arguments.core)
    limits = Limits(arguments.model) if arguments.model else None
    tls = None
    if arguments.certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(arguments.certificate)
    server = web.Server(Edge(arguments.latency, limits).answer)
    runner = web.ServerRunner(server)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    gc.disable()  # Telegram does not stop for our garbage: what waits meanwhile would arrive as a burst
    print(f"http{'s' if tls else ''}://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency", type=float, default=0.05)
    parser.add_argument("--model", default="")
    parser.add_argument("--certificate", default="")
    parser.add_argument("--core", type=int, default=1)
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
