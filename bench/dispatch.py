"""Dispatch to an HTTP sink against a bare loop of the same requests from one process. Goal: at least 0.7."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from socket import IPPROTO_TCP, TCP_NODELAY, create_server, socket
from threading import Thread
from typing import NamedTuple

import urllib3

from bench._queue import NOW, database, fill
from survey import config, db, dispatch, jobs, texts
from survey.gateways import wire
from survey.gateways.gatewayapi import GatewayApi
from survey.jobs import Work

MESSAGES = 5_000
WARM = 500
ROUNDS = 7
AT_ONCE = 8
GOAL = 0.7
ROOT = Path(__file__).parent.parent
HEADERS = {
    "Accept": "application/json",
    "User-Agent": "Tilfreds",
    "Authorization": "Token token",
    "Content-Type": "application/json",
}
_filled = count()


class Pace(NamedTuple):
    """Messages a second, and how many cores the whole machine had in use meanwhile."""

    rate: float
    cores: float


def main() -> None:
    """Print the rates of our dispatch and of bare loops, their ratios, and what a second worker adds.

    The loops send what we send, by as many threads on as many kept connections: one by urllib3, as most programs
    would, one by the standard library's `http.client`, and one by our own wire, which is faster and has no goal. A
    first lot goes before each kind is timed.
    """
    dispatch.settle()  # as `flask work` does; the loops gain by it too
    with database() as url, _sink() as port:
        worker = _worker(port)
        kinds = (_by_urllib3, _by_http_client, _by_our_wire)
        _send(WARM, worker)
        rounds = [(_send(MESSAGES, worker), *(_bare(ask, port) for ask in kinds)) for _ in range(ROUNDS)]
        print(f"dispatch: {_median([each[0] for each in rounds])}")
        goal = f" (goal {GOAL})"
        named = (("urllib3", goal), ("http.client", goal), ("our own client", ""))
        for place, (name, goal) in enumerate(named, 1):
            ratios = sorted(each[0].rate / each[place].rate for each in rounds)
            spread = f"{ratios[0]:.2f} to {ratios[-1]:.2f}"
            print(f"bare loop by {name}: {_median([each[place] for each in rounds])}")
            print(f"  ratio {statistics.median(ratios):.2f}{goal}, {spread} in {ROUNDS} rounds")
        _together(url, port)


def _median(paces: Sequence[Pace]) -> str:
    rate, cores = (statistics.median(figures) for figures in zip(*paces, strict=True))
    return f"{rate:.0f} messages/s, {cores:.1f} of {os.cpu_count()} cores in use"


def _full(paces: Sequence[Pace]) -> str:
    full = statistics.median(pace.cores for pace in paces) > 0.9 * (os.cpu_count() or 1)
    return ": the cores are full, another worker can add nothing" if full else ""


def _timed(work: Callable[[], object], n: int = MESSAGES) -> Pace:
    begun, busy = time.perf_counter(), _busy()
    work()
    seconds = time.perf_counter() - begun
    return Pace(n / seconds, (_busy() - busy) / seconds)


def _busy() -> float:
    """Seconds that the machine's cores have worked, all programs together."""
    user, nice, system, _idle, _waiting, *other = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + sum(other)) / os.sysconf("SC_CLK_TCK")


# Ours -----------------------------------------------------------------------------------------------------


def _worker(port: int) -> Work:
    gateway = GatewayApi("sms", "token", address=f"http://127.0.0.1:{port}", at_once=AT_ONCE)
    return Work(config.load({"TILFREDS_BASE_URL": "https://svar.stevns.dk"}), (gateway,), print, lambda: NOW)


def _send(n: int, worker: Work) -> Pace:
    """Send `n` messages in this process."""
    fill(f"kommune{next(_filled)}", n)
    sent: Counter[str] = Counter()
    pace = _timed(lambda: sent.update(jobs.send(worker)), n)
    assert sent == {"sent": n}
    return pace


# Bare -----------------------------------------------------------------------------------------------------


def _bare(kind: Callable[[int], Callable[[bytes], bytes]], port: int) -> Pace:
    """A loop that does nothing else, over as many kept connections."""
    draft = texts.Draft(
        kind="invitation",
        channel="sms",
        municipality="Kommune0",
        phone="1",
        questions=5,
        smallest_group=5,
        sender="Kommune0",
    )
    writing = texts.Writing(draft, "", f"https://svar.stevns.dk/s/{'a' * 26}")
    message = texts.render(writing).body

    def ask(mine: range) -> None:
        post = kind(port)
        for n in mine:
            letter = {
                "sender": "Kommune0",
                "recipient": 4520000000 + n,
                "message": message,
                "reference": f"1-{n}-1",
            }
            answer = json.loads(post(json.dumps(letter, ensure_ascii=False).encode()))
            assert answer["reference"] == letter["reference"]

    threads = [Thread(target=ask, args=(range(start, MESSAGES, AT_ONCE),)) for start in range(AT_ONCE)]

    def run() -> None:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return _timed(run)


def _by_urllib3(port: int) -> Callable[[bytes], bytes]:
    pool = urllib3.HTTPConnectionPool("127.0.0.1", port, retries=False)
    return lambda body: pool.urlopen("POST", "/mobile/single", body=body, headers=HEADERS).data


def _by_http_client(port: int) -> Callable[[bytes], bytes]:
    connection = HTTPConnection("127.0.0.1", port)

    def post(body: bytes) -> bytes:
        connection.request("POST", "/mobile/single", body, HEADERS)
        return connection.getresponse().read()

    return post


def _by_our_wire(port: int) -> Callable[[bytes], bytes]:
    talk = wire.call("127.0.0.1", port, None, connect=5, patience=20)
    lines = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
    head = (
        f"POST /mobile/single HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: identity\r\n{lines}".encode()
    )

    def post(body: bytes) -> bytes:
        talk.begin(b"%bContent-Length: %d\r\n\r\n%b" % (head, len(body), body))
        talk.end(time.monotonic() + 20)
        return talk.body

    return post


# More workers ---------------------------------------------------------------------------------------------


def _together(url: str, port: int) -> None:
    """Print what a second process adds, and whether the cores are full."""
    with ExitStack() as stack:
        started = [stack.enter_context(_process(url, port)) for _ in range(2)]
        rounds = [[_at_once(started[:n]) for n in (1, 2)] for _ in range(ROUNDS)]
    for name, paces in zip(("one worker", "two workers"), zip(*rounds, strict=True), strict=True):
        print(f"{name}: {_median(paces)}{_full(paces)}")
    print(f"  growth {statistics.median(two.rate / one.rate for one, two in rounds):.2f}")


def _at_once(processes: Sequence[subprocess.Popen[str]]) -> Pace:
    """What these workers do together, from when all are told until all are done."""
    fill(f"arbejdere{next(_filled)}", MESSAGES)

    def run() -> None:
        for process in processes:
            _tell(process)
        for process in processes:
            _hear(process)

    return _timed(run)


def _tell(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("send\n")
    process.stdin.flush()


def _hear(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline()


@contextmanager
def _process(url: str, port: int) -> Iterator[subprocess.Popen[str]]:
    """A worker that has sent a first lot and waits to be told."""
    fill(f"varm{next(_filled)}", WARM)
    command = [sys.executable, "-m", "bench.dispatch", "work", url, str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        _tell(process)
        _hear(process)
        yield process


def _work(url: str, port: int) -> None:
    engine, worker = db.connect(url), _worker(port)
    dispatch.settle()
    for _line in sys.stdin:
        jobs.send(worker)
        print("done", flush=True)
    engine.dispose()


# The sink -------------------------------------------------------------------------------------------------


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
