"""Things that go wrong on purpose: refusals, floods, cut connections and garbage, a given number of times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.sandbox.answers import Answer, ApiError, Drop, flood, refusal


@dataclass(frozen=True, slots=True)
class Fault:
    """What the caller gets instead of the answer. `is_processed`: Telegram did the work all the same."""

    answer: Answer
    is_processed: bool = False

    @classmethod
    def error(cls, status: int, description: str, **parameters: Any) -> Fault:
        """Any refusal: `Fault.error(400, "Bad Request: chat not found")`."""
        return cls(refusal(ApiError(status, description, parameters)))

    @classmethod
    def flood(cls, retry_after_s: int) -> Fault:
        """A 429."""
        return cls(refusal(flood(retry_after_s)))

    @classmethod
    def refuse(cls) -> Fault:
        """No connection can be made."""
        return cls(Answer(0, {}, drop=Drop.REFUSED))

    @classmethod
    def reset(cls, *, is_processed: bool) -> Fault:
        """The connection is cut before or after the work."""
        return cls(Answer(0, {}, drop=Drop.RESET), is_processed)

    @classmethod
    def timeout(cls, *, is_processed: bool) -> Fault:
        """No answer comes in time, with or without the work done."""
        return cls(Answer(0, {}, drop=Drop.TIMEOUT), is_processed)

    @classmethod
    def garbage(cls, *, is_processed: bool = True) -> Fault:
        """A 200 whose body is no JSON."""
        return cls(Answer(200, {}, raw=b'{"ok":true,"resu'), is_processed)

    @classmethod
    def bad_gateway(cls, *, is_processed: bool = False) -> Fault:
        """A 502 with a page of HTML, as a proxy sends it."""
        page = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>nginx</body>\r\n</html>\r\n"
        return cls(Answer(502, {}, raw=page), is_processed)


@dataclass(slots=True)
class _Planned:
    fault: Fault
    method: str
    chat_id: int | None
    times: int
    skip: int


class FaultPlan:
    """The faults to come, in the order they were planned."""

    def __init__(self) -> None:
        self._planned: list[_Planned] = []

    def add(self, fault: Fault, method: str, *, times: int, chat_id: int | None, skip: int) -> None:
        """Let the next `times` matching calls fail, after `skip` that do not; method `*` is every one."""
        self._planned.append(_Planned(fault, method.lower(), chat_id, times, skip))

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._planned.clear()

    def take(self, method: str, chat_id: int | None) -> Fault | None:
        """The fault for this call, if one is due."""
        for planned in self._planned:
            if planned.method not in ("*", method.lower()) or planned.chat_id not in (None, chat_id):
                continue
            if planned.skip > 0:
                planned.skip -= 1
                continue
            planned.times -= 1
            if planned.times <= 0:
                self._planned.remove(planned)
            return planned.fault
        return None
