"""How fast the bot starts on a large archive, what it weighs idle, and how soon a new file is in the group.

python -m benchmarks.start [DIGESTS] [FILES]

The real process on an HTTP Telegram of this machine, beside an Application of python-telegram-bot without a single
handler. The second time runs from the moment at which a file has been quiet for PUBLISH_SETTLE_S to its first message
in the group; the files come PAUSE_S apart, so that none waits for the 18 messages a minute that a group may get. Ten
files take about five minutes.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.figures import percentile, rss_mb
from tests.support.operator import Operator, operating

SETTLE_S = 0.5
PAUSE_S = 25
PEER = """
import asyncio, sys
from telegram.ext import ApplicationBuilder
async def main():
    application = ApplicationBuilder().token(sys.argv[1]).base_url(sys.argv[2] + "/bot").build()
    await application.initialize()
    await application.start()
    await application.updater.start_polling()
    print("ready", flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""
ITEMS = "".join(
    f"### [新闻 {{0}}-{number}](https://example.org/{{0}}/{number})\n\n机器人走了 {number} 公里路，没有停下来休息。\n\n"
    "- **里程**：比去年多一倍\n- **价格**：降了三成\n\n"
    for number in range(26)
)


def write(folder: Path, name: str, date: dt.date) -> None:
    """A digest of median size."""
    head = f"---\ntitle: 第 {name} 期\ndate: {date}\ncategory: AI 日报\nslug: {name}\nsummary: 要点\n---\n\n## 要闻\n\n"
    (folder / f"{name}.md").write_text(head + ITEMS.format(name), "utf-8")


async def first_message_s(operator: Operator, name: str) -> float:
    before = len(operator.group_texts())
    write(operator.posts, name, dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).date())
    began = time.perf_counter()
    while len(operator.group_texts()) == before:  # noqa: ASYNC110 - the far side only counts
        await asyncio.sleep(0.005)
    took = time.perf_counter() - began - SETTLE_S
    await operator.until(lambda: len(operator.group_texts()) >= before + 2)
    await asyncio.sleep(PAUSE_S)
    return took


async def beside(operator: Operator) -> None:
    """The peer's start and weight."""
    began = time.perf_counter()
    token, address = operator.settings["BOT_TOKEN"], operator.settings["TELEGRAM_API_URL"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PEER, token, address, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    await process.stdout.readline()
    took = time.perf_counter() - began
    await asyncio.sleep(5)
    print(f"an empty Application: ready in {took:.2f} s; idle after 5 s: {rss_mb(process.pid):.0f} MB", flush=True)
    process.kill()
    await process.wait()


async def measure(folder: Path, digests: int, files: int) -> None:
    settings = {"GROUP_CHATS": "@ai_news_plus", "PUBLISH_SETTLE_S": str(SETTLE_S), "PUBLISH_AT": "now"}
    async with operating(folder, **settings) as operator:
        for number in range(digests):
            write(operator.posts, f"old-{number}", dt.date(2020, 1, 1) + dt.timedelta(number))
        process = await operator.start()
        while "history.taken_in" not in operator.log:  # noqa: ASYNC110 - it is another process
            await asyncio.sleep(0.2)
        await operator.end(process)
        await beside(operator)
        began = time.perf_counter()
        process = await operator.run()
        took = time.perf_counter() - began
        await asyncio.sleep(5)
        print(f"ours, {digests:,} digests indexed: ready in {took:.2f} s; ", end="")
        print(f"idle after 5 s: {rss_mb(process.pid):.0f} MB (bars: 2 s, 150 MB)", flush=True)
        waits = [await first_message_s(operator, f"new-{number}") for number in range(files)]
        print(
            f"settled file to first group message, {files} files: median {percentile(waits, 0.5):.2f} s, "
            f"p95 {percentile(waits, 0.95):.2f} s, longest {max(waits):.2f} s (bar: p95 3 s)",
            flush=True,
        )
        await operator.end(process)


def main() -> None:
    digests = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    files = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder), digests, files))


if __name__ == "__main__":
    main()
