"""Addresses that are none never reach what logs a path or redirects to one."""

import pytest
from flask import Flask


@pytest.mark.parametrize("host", ["a..b", "..", "x" * 64 + ".dk", "evil dk", "a,b", "[::1", "stevns.dk:99999999"])
def test_a_host_that_is_no_name_is_refused_without_a_word_of_the_path(app: Flask, host: str) -> None:
    """It would end in an error outside every handler, and the server would write the link into its log."""
    answers: list[str] = []
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/s/" + "a" * 26, "HTTP_HOST": host}
    body = b"".join(app.wsgi_app(environ, lambda status, _headers: answers.append(status)))  # type: ignore[arg-type]  # a server's part in brief
    assert answers == ["400 Bad Request"]
    assert b"aaa" not in body


@pytest.mark.parametrize("path", ["/s//" + "a" * 26, "/s///x"])
def test_no_redirect_repeats_a_path(app: Flask, path: str) -> None:
    """Two slashes are an address that is none."""
    assert app.test_client().get(path).status_code == 404
