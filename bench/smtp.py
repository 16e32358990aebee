"""Our mail gateway on kept connections against a client that opens one STARTTLS connection per mail. Goal: 5.

Both write the same mails and talk to the same sink on this machine, so a round trip costs next to nothing: what is
measured is mostly work of the processor, and the handshake is most of the other client's.
"""

import smtplib
import socket
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
from socketserver import BaseRequestHandler, ThreadingTCPServer

from survey.gateways import Letter
from survey.gateways.bounces import Verp
from survey.gateways.mail import written
from survey.gateways.smtp import Smtp

ROUNDS = 5
MAILS = 200
MORE = 5
"""Times as many by the quicker of the two, so that its rounds are not over in a moment."""
AT_ONCE = (1, 4)
GOAL = 5.0
SENDER = "svar@svar.stevns.dk"
ROOT = Path(__file__).parent.parent
TEXT = "Hej Åse\n\nDu har for nylig været til en samtale hos os.\n\nSvar her:\nhttps://svar.stevns.dk/s/x\n" * 4
LINE, TEXT_END = b"\r\n", b"\r\n.\r\n"
SECURE = {
    b"EHLO": b"250-localhost\r\n250-PIPELINING\r\n250 8BITMIME\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 bye\r\n",
}
CLEAR = {b"EHLO": b"250-localhost\r\n250 STARTTLS\r\n", b"STAR": b"220 go on\r\n"}
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
    rates = [(_rate(alone, at_once, LETTERS), _rate(ours, at_once, LETTERS * MORE)) for _ in range(ROUNDS)]
    bare, kept = (statistics.median(rate) for rate in zip(*rates, strict=True))
    ratio = statistics.median(ours / alone for alone, ours in rates)
    print(
        f"SMTP, {at_once} at once: {kept:.0f} mails/s on kept connections, {bare:.0f} with a connection each;"
        f" ratio {ratio:.1f} (goal {GOAL:.0f})"
    )


def _rate(send: Callable[[Letter], None], at_once: int, letters: list[Letter]) -> float:
    # Each thread gets its share at the start: taking letters from a pool one by one would be measured as well.
    def hand_over(share: list[Letter]) -> None:
        for letter in share:
            send(letter)

    shares = [letters[first::at_once] for first in range(at_once)]
    with ThreadPoolExecutor(at_once) as pool:
        start = time.perf_counter()
        for _ in pool.map(hand_over, shares):
            pass
        return len(letters) / (time.perf_counter() - start)


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


class _Forgetful(BaseRequestHandler):
    """The least a server for submission does: it takes every mail on and forgets it.

    As Postfix, Exim and Exchange do, it announces PIPELINING over TLS, answers all commands of a group in one
    write (RFC 2920, 3.2), and reads as much at once as has come.
    """

    tls: ssl.SSLContext

    def handle(self) -> None:
        """One connection: clear until STARTTLS, then mails until QUIT."""
        talk = self.request
        # Else it waits 40 ms for the client's acknowledgements, in the handshake above all.
        talk.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        talk.sendall(b"220 localhost\r\n")
        if self._answered(talk, CLEAR) == b"STAR":
            with self.tls.wrap_socket(talk, server_side=True) as secure:
                self._answered(secure, SECURE)

    def _answered(self, talk: socket.socket, answers: dict[bytes, bytes]) -> bytes:
        """The word after which nothing more is read; b"" when the client hung up."""
        held, end, word = b"", LINE, b""
        while fresh := talk.recv(65536):
            held += fresh
            said = []
            while end in held:
                line, _, held = held.partition(end)
                word = line[:4].upper() if end == LINE else b""
                said.append(answers.get(word, b"250 OK\r\n"))
                end = LINE
                if word == b"DATA":
                    # A text begins after the end of a line, so that a lone dot ends an empty one.
                    held, end = LINE + held, TEXT_END
            talk.sendall(b"".join(said))
            if word in (b"STAR", b"QUIT"):
                return word
        return b""


def _serve(certificate: str, key: str) -> None:
    _Forgetful.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _Forgetful.tls.load_cert_chain(certificate, key)
    with ThreadingTCPServer(("127.0.0.1", 0), _Forgetful) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()


if __name__ == "__main__":
    _serve(*sys.argv[1:])
