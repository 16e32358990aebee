"""Dispatch to an HTTP sink against a bare loop of the same requests from one process. Goal: at least 0.7."""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from socket import IPPROTO_TCP, TCP_NODELAY, create_server, socket
from threading import Thread

import urllib3

from bench._queue import NOW, database, fill
from survey import config, db, jobs
from survey.gateways.gatewayapi import GatewayApi
from survey.jobs import Work

MESSAGES = 5_000
ROUNDS = 3
AT_ONCE = 8
GOAL = 0.7
ROOT = Path(__file__).parent.parent
TEXT = "Stevns Kommune: Hvordan gik din samtale? Svar anonymt: https://svar.stevns.dk/s/abcdefghijklmnopqrstuvwxyz"


def main() -> None:
    """Print messages a second of the bare loop, of our dispatch, their ratio, and what a second worker adds."""
    with database() as url, _sink() as port:
        fill("varm", 400)
        _dispatch(port)
        rounds = []
        for number in range(ROUNDS):
            fill(f"kommune{number}", MESSAGES)
            rounds.append((_bare(port), MESSAGES / _dispatch(port)))
        bare, ours = (statistics.median(rates) for rates in zip(*rounds, strict=True))
        ratio = statistics.median(mine / alone for alone, mine in rounds)
        print(f"dispatch: {ours:.0f} messages/s, bare loop {bare:.0f}; ratio {ratio:.2f} (goal {GOAL})")
        one, two = (_workers(url, port, n) for n in (1, 2))
        print(f"workers: one {one:.0f} messages/s, two {two:.0f}; growth {two / one:.2f}")


def _dispatch(port: int) -> float:
    """Seconds to send all that waits, in this process."""
    gateway = GatewayApi("sms", "token", address=f"http://127.0.0.1:{port}", at_once=AT_ONCE)
    settings = config.load({"TILFREDS_BASE_URL": "https://svar.stevns.dk"})
    begun = time.perf_counter()
    sent = jobs.send(Work(settings, (gateway,), print, lambda: NOW))
    assert set(sent) == {"sent"}, sent
    return time.perf_counter() - begun


def _bare(port: int) -> float:
    """Requests a second of a loop that does nothing else, over as many kept connections."""
    pool = urllib3.HTTPConnectionPool("127.0.0.1", port, maxsize=AT_ONCE, block=True, retries=False)
    headers = {"Content-Type": "application/json", "Authorization": "Token token"}

    def ask(n: int) -> None:
        letter = {"sender": "Stevns", "recipient": 4520000000 + n, "message": TEXT, "reference": f"1-{n}-1"}
        answer = pool.urlopen("POST", "/mobile/single", body=json.dumps(letter).encode(), headers=headers)
        assert answer.status == 202
        answer.json()

    begun = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for _ in threads.map(ask, range(MESSAGES)):
            pass
    return MESSAGES / (time.perf_counter() - begun)


def _workers(url: str, port: int, n: int) -> float:
    """Messages a second of `n` processes together, from when all are ready."""
    fill(f"arbejdere{n}", MESSAGES)
    command = [sys.executable, "-m", "bench.dispatch", "work", url, str(port)]
    started = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(n)
    ]
    for process in started:
        assert process.stdout is not None
        process.stdout.readline()
    begun = time.perf_counter()
    for process in started:
        process.communicate("go\n")
        process.wait()
    return MESSAGES / (time.perf_counter() - begun)


def _work(url: str, port: int) -> None:
    db.connect(url)
    print("ready", flush=True)
    sys.stdin.readline()
    _dispatch_some(port)


def _dispatch_some(port: int) -> None:
    gateway = GatewayApi("sms", "token", address=f"http://127.0.0.1:{port}", at_once=AT_ONCE)
    settings = config.load({"TILFREDS_BASE_URL": "https://svar.stevns.dk"})
    jobs.send(Work(settings, (gateway,), print, lambda: NOW))


@contextmanager
def _sink() -> Iterator[int]:
    """A server that takes everything on at once, in a process of its own; its port."""
    command = [sys.executable, "-m", "bench.dispatch", "sink"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def _serve() -> None:
    with create_server(("127.0.0.1", 0), backlog=128) as server:
        print(server.getsockname()[1], flush=True)
        while True:
            Thread(target=_answer, args=(server.accept()[0],), daemon=True).start()


def _answer(talk: socket) -> None:
    """Requests on one connection: the body's reference comes back in a 202."""
    talk.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
    buffer = b""
    while piece := talk.recv(65536):
        buffer += piece
        while (end := buffer.find(b"\r\n\r\n")) >= 0:
            begin = buffer.lower().find(b"content-length:", 0, end) + 15
            length = int(buffer[begin : buffer.find(b"\r\n", begin)])
            if len(buffer) < end + 4 + length:
                break
            letter = json.loads(buffer[end + 4 : end + 4 + length])
            buffer = buffer[end + 4 + length :]
            body = json.dumps({"msg_id": 1, "recipient": letter["recipient"], "reference": letter["reference"]})
            head = (
                f"HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            talk.sendall(head.encode() + body.encode())


if __name__ == "__main__":
    if sys.argv[1] == "sink":
        _serve()
    _work(sys.argv[2], int(sys.argv[3]))
