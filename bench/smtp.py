"""Our mail gateway on kept connections against a client that opens one STARTTLS connection per mail. Goal: 5."""

import smtplib
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import BinaryIO

from survey.gateways import Letter
from survey.gateways.bounces import Verp
from survey.gateways.mail import written
from survey.gateways.smtp import Smtp

ROUNDS = 5
MAILS = 200
AT_ONCE = (1, 4)
GOAL = 5.0
SENDER = "svar@svar.stevns.dk"
ROOT = Path(__file__).parent.parent
TEXT = "Hej Åse\n\nDu har for nylig været til en samtale hos os.\n\nSvar her:\nhttps://svar.stevns.dk/s/x\n" * 4
ANSWERS = {
    b"EHLO": b"250-localhost\r\n250 STARTTLS\r\n",
    b"STAR": b"220 go on\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 bye\r\n",
}
LETTERS = [
    Letter(f"1-{n}-1", "email", f"borger{n}@borger.dk", "Stevns Kommune", "Hvordan gik din samtale?", TEXT)
    for n in range(MAILS)
]


def main() -> None:
    """Print mails a second of both and their ratio, with one thread and with four; the median of the rounds."""
    with tempfile.TemporaryDirectory() as folder, _sink(*_certificate(Path(folder))) as port:
        trusted = ssl.create_default_context(cafile=str(Path(folder) / "cert.pem"))
        ours = Smtp(
            "localhost",
            port,
            SENDER,
            ca_file=str(Path(folder) / "cert.pem"),
            verp=Verp("retur@svar.stevns.dk", bytes(32)),
        )
        for at_once in AT_ONCE:
            _compare(lambda letter: _alone(port, trusted, letter), lambda letter: _ours(ours, letter), at_once)
        ours.close()


def _compare(alone: Callable[[Letter], None], ours: Callable[[Letter], None], at_once: int) -> None:
    # The two take turns, so that another load on the machine meets both.
    rates = [(_rate(alone, at_once), _rate(ours, at_once)) for _ in range(ROUNDS)]
    bare, kept = (statistics.median(rate) for rate in zip(*rates, strict=True))
    ratio = statistics.median(ours / alone for alone, ours in rates)
    print(
        f"SMTP, {at_once} at once: {kept:.0f} mails/s on kept connections, {bare:.0f} with a connection each;"
        f" ratio {ratio:.1f} (goal {GOAL:.0f})"
    )


def _rate(send: Callable[[Letter], None], at_once: int) -> float:
    with ThreadPoolExecutor(at_once) as pool:
        start = time.perf_counter()
        for _ in pool.map(send, LETTERS):
            pass
        return MAILS / (time.perf_counter() - start)


def _ours(gateway: Smtp, letter: Letter) -> None:
    assert gateway.send(letter).word == "accepted"


def _alone(port: int, trusted: ssl.SSLContext, letter: Letter) -> None:
    """The same mail from the library's own client, as in its documentation."""
    with smtplib.SMTP("localhost", port, "svar.stevns.dk", timeout=30) as connection:
        connection.starttls(context=trusted)
        connection.sendmail(SENDER, letter.to, written(letter, SENDER))


@contextmanager
def _sink(certificate: Path, key: Path) -> Iterator[int]:
    """A server that takes mails on and forgets them, in a process of its own; its port."""
    command = [sys.executable, "-m", "bench.smtp", str(certificate), str(key)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def _certificate(folder: Path) -> tuple[Path, Path]:
    made, key = folder / "cert.pem", folder / "key.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    options = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", str(key), "-out", str(made)]
    subprocess.run(["openssl", "req", *options, *subject], check=True, capture_output=True)
    return made, key


class _Forgetful(StreamRequestHandler):
    """The least a server for submission does: it takes every mail on and forgets it."""

    disable_nagle_algorithm = (
        True  # else it waits 40 ms for the client's acknowledgements, in the handshake above all
    )
    tls: ssl.SSLContext

    def handle(self) -> None:
        """One connection: clear until STARTTLS, then mails until QUIT."""
        lines, talk = self.rfile, self.connection
        talk.sendall(b"220 localhost\r\n")
        for line in iter(lines.readline, b""):
            word = line[:4].upper()
            talk.sendall(ANSWERS.get(word, b"250 OK\r\n"))
            if word == b"STAR":
                talk = self.tls.wrap_socket(talk, server_side=True)
                self.connection, lines = talk, talk.makefile("rb")
                self._mails(talk, lines)
                return

    def _mails(self, talk: ssl.SSLSocket, lines: BinaryIO) -> None:
        for line in iter(lines.readline, b""):
            word = line[:4].upper()
            if word == b"EHLO":
                talk.sendall(b"250-localhost\r\n250 8BITMIME\r\n")
                continue
            talk.sendall(ANSWERS.get(word, b"250 OK\r\n"))
            if word == b"DATA":
                for text in iter(lines.readline, b".\r\n"):
                    assert text
                talk.sendall(b"250 OK\r\n")
            if word == b"QUIT":
                return


def _serve(certificate: str, key: str) -> None:
    _Forgetful.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _Forgetful.tls.load_cert_chain(certificate, key)
    with ThreadingTCPServer(("127.0.0.1", 0), _Forgetful) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()


if __name__ == "__main__":
    _serve(*sys.argv[1:])
