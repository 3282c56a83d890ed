"""What a reader takes for one character, as a pattern."""

from __future__ import annotations

_EXTENSIONS = r"[\p{GCB=Extend}\p{GCB=SpacingMark}\p{GCB=ZWJ}]"
GRAPHEME = rf"(?:\p{{Regional_Indicator}}{{2}}{_EXTENSIONS}*+|\X)"
r"""One grapheme, for the library `regex`; a match must begin where one begins.

`\X` alone counts back to the beginning of a run of flags to know which two letters are one: on a page of flags that
takes quadratic time.
"""
