"""How fast the bot starts on a large archive, what it weighs idle, and how soon a new file is in the group.

python -m benchmarks.start [DIGESTS] [FILES]

The real process on an HTTP Telegram of this machine. The second time runs from the moment at which a file has been
quiet for PUBLISH_SETTLE_S to its first message in the group.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
import tempfile
import time
from pathlib import Path

from tests.support.operator import Operator, operating

SETTLE_S = 0.5
ITEMS = "".join(
    f"### [新闻 {{0}}-{number}](https://example.org/{{0}}/{number})\n\n机器人走了 {number} 公里路，没有停下来休息。\n\n"
    "- **里程**：比去年多一倍\n- **价格**：降了三成\n\n"
    for number in range(26)
)


def write(folder: Path, name: str, date: dt.date) -> None:
    """A digest of median size."""
    head = f"---\ntitle: 第 {name} 期\ndate: {date}\ncategory: AI 日报\nslug: {name}\nsummary: 要点\n---\n\n## 要闻\n\n"
    (folder / f"{name}.md").write_text(head + ITEMS.format(name), "utf-8")


def rss_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


async def first_message_s(operator: Operator, name: str) -> float:
    before = len(operator.group_texts())
    write(operator.posts, name, dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).date())
    began = time.perf_counter()
    while len(operator.group_texts()) == before:  # noqa: ASYNC110 - the far side only counts
        await asyncio.sleep(0.005)
    took = time.perf_counter() - began - SETTLE_S
    await operator.until(lambda: len(operator.group_texts()) >= before + 2)
    await asyncio.sleep(10)  # the group's own pace must not be what is measured
    return took


async def measure(folder: Path, digests: int, files: int) -> None:
    settings = {"GROUP_CHATS": "@ai_news_plus", "PUBLISH_SETTLE_S": str(SETTLE_S), "PUBLISH_AT": "now"}
    async with operating(folder, **settings) as operator:
        for number in range(digests):
            write(operator.posts, f"old-{number}", dt.date(2020, 1, 1) + dt.timedelta(number))
        process = await operator.start()
        while "bot.ready" not in operator.log:  # noqa: ASYNC110 - it is another process
            await asyncio.sleep(0.2)
        await operator.end(process)
        began = time.perf_counter()
        process = await operator.run()
        print(f"{digests:,} digests indexed: ready in {time.perf_counter() - began:.2f} s", flush=True)
        await asyncio.sleep(5)
        print(f"idle after 5 s: {rss_mb(process.pid):.0f} MB", flush=True)
        waits = sorted([await first_message_s(operator, f"new-{number}") for number in range(files)])
        p95 = waits[int(0.95 * (len(waits) - 1))]
        print(
            f"settled file to first group message: median {waits[len(waits) // 2]:.2f} s, p95 {p95:.2f} s", flush=True
        )
        await operator.end(process)


def main() -> None:
    digests = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    files = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder), digests, files))


if __name__ == "__main__":
    main()
