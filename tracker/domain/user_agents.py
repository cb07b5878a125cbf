"""What a browser calls itself, in words that its owner knows again: Firefox · Windows."""

from __future__ import annotations

import re

# The first that fits: nearly every browser also names those that it wants to be taken for.
_BROWSERS = (
    ("Edge", r"\bEdg(e|A|iOS)?/"),
    ("Opera", r"\b(OPR|Opera)/"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("Vivaldi", r"\bVivaldi/"),
    ("Firefox", r"\b(Firefox|FxiOS)/"),
    ("Chrome", r"\b(Chrome|CriOS|Chromium|HeadlessChrome)/"),
    ("Safari", r"\bSafari/"),
)
_SYSTEMS = (
    ("iPhone", r"\biPhone\b"),
    ("iPad", r"\biPad\b"),
    ("Android", r"\bAndroid\b"),
    ("ChromeOS", r"\bCrOS\b"),
    ("Windows", r"\bWindows\b"),
    ("Mac", r"\bMac(intosh| OS X)\b"),
    ("Linux", r"\bLinux\b"),
)
_READ = 500  # characters


def device_words(user_agent: str) -> str:
    """Browser and system, as far as they are known ("Firefox · Windows", "iPhone"); empty where
    neither is."""
    read = user_agent[:_READ]
    found = (
        next((name for name, pattern in known if re.search(pattern, read)), "")
        for known in (_BROWSERS, _SYSTEMS)
    )
    return " · ".join(filter(None, found))
