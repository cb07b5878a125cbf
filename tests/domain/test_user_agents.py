"""What a browser calls itself, in words."""

from __future__ import annotations

import pytest

from tracker.domain.user_agents import device_words

MOZILLA = "Mozilla/5.0"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (f"{MOZILLA} (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0",
         "Firefox · Windows"),
        (f"{MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
         "Version/26.0 Safari/605.1.15", "Safari · Mac"),
        (f"{MOZILLA} (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
         "Gecko) Version/26.0 Mobile/15E148 Safari/604.1", "Safari · iPhone"),
        (f"{MOZILLA} (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
         "Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0", "Edge · Windows"),
        (f"{MOZILLA} (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
         "Chrome/142.0.0.0 Mobile Safari/537.36", "Chrome · Android"),
        (f"{MOZILLA} (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) "
         "Chrome/142.0.0.0 Safari/537.36", "Chrome · ChromeOS"),
        (f"{MOZILLA} (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 CriOS/142.0 Mobile "
         "Safari/604.1", "Chrome · iPad"),
        (f"{MOZILLA} (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/142.0 Safari/537.36",
         "Chrome · Linux"),
        ("curl/8.5.0", ""),
        ("", ""),
        ("Firefox/1 <script>alert(1)</script>", "Firefox"),
        ("\x00\n" * 300 + "Firefox/1", ""),
        ("x" * 10**6, ""),
    ],
)  # fmt: skip
def test_browser_and_system(user_agent: str, words: str) -> None:
    assert device_words(user_agent) == words
