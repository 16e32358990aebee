"""What opens a citizen's link before the citizen does: mail scanners, link previews and prefetching browsers."""

import html
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from urllib.parse import urldefrag, urlencode, urljoin

import urllib3
from sqlalchemy import select

from survey import db
from survey.db import Base

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36"
)
VISITORS = {
    "Outlook Safe Links": CHROME + " Edg/126.0",
    "Proofpoint URL Defense": CHROME,
    "Mimecast": "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko",
    "Slack": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Facebook": "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "WhatsApp": "WhatsApp/2.23.20.0 A",
    "Twitter": "Twitterbot/1.0",
    "iMessage": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) "
    "Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
    "Google Read Aloud": f"{CHROME} (compatible; Google-Read-Aloud; "
    "+https://support.google.com/webmasters/answer/1061943)",
    "Bing": "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
}
"""Who comes → the User-Agent it says it has. Scanners of mail pass for ordinary browsers, on purpose."""

WAYS: dict[str, tuple[str, Mapping[str, str]]] = {
    "GET": ("GET", {}),
    "HEAD": ("HEAD", {}),
    "OPTIONS": ("OPTIONS", {}),
    "a piece": ("GET", {"Range": "bytes=0-511"}),
    "prefetch, old": ("GET", {"Purpose": "prefetch", "X-Moz": "prefetch"}),
    "prefetch": ("GET", {"Sec-Purpose": "prefetch"}),
    "prerender": ("GET", {"Sec-Purpose": "prefetch;prerender"}),
    "preview": ("GET", {"X-Purpose": "preview"}),
}
"""How they ask → the method, and what stands in the head of the request."""

ADDRESS = re.compile(r"""\b(?:href|src|action|formaction)="([^"]*)\"""")


def addresses(page: str, base: str) -> Iterator[str]:
    """Every address a page names, whatever for: links, files, and where its forms would be sent."""
    for found in ADDRESS.findall(page):
        address = urldefrag(urljoin(base, html.unescape(found))).url
        if address.startswith("http"):
            yield address


def everything_from(start: str, user_agent: str = CHROME) -> dict[str, urllib3.BaseHTTPResponse]:
    """All that can be reached by GET from `start` on the same host, as a visitor who follows every address."""
    host = urljoin(start, "/")
    found: dict[str, urllib3.BaseHTTPResponse] = {}
    waiting = [start]
    while waiting:
        address = waiting.pop()
        if address not in found and address.startswith(host):
            found[address] = ask(address, "GET", {"User-Agent": user_agent})
            waiting += addresses(found[address].data.decode(), address)
    return found


def ask(address: str, method: str, headers: Mapping[str, str]) -> urllib3.BaseHTTPResponse:
    """One request, answered; followed nowhere."""
    return urllib3.request(method, address, headers=headers, redirect=False, timeout=60)


def send(address: str, form: Mapping[str, str]) -> int:
    """Send a form, as somebody does who presses its button: the status of the answer."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return urllib3.request("POST", address, body=urlencode(form), headers=headers, timeout=60).status


def tables() -> dict[str, str]:
    """A hash of what is in each table."""
    with db.reading() as connection:
        every = Base.metadata.sorted_tables
        rows = {table.name: sorted(map(repr, connection.execute(select(table)))) for table in every}
    return {name: sha256("\n".join(lines).encode()).hexdigest() for name, lines in rows.items()}
