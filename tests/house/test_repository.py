"""Facts about the repository itself."""

import ast
import hashlib
import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT

TRACKED = [
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    if (ROOT / name).is_file()
]
SOURCES = [path for path in TRACKED if path.suffix == ".py"]
OURS = [path for path in SOURCES if path.relative_to(ROOT).parts[0] in ("survey", "admin", "wsgi.py")]


def text_of(path: Path) -> str:
    """The text of a tracked file; empty for a binary one."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        return ""


def test_no_file_names_a_package_registry() -> None:
    """Locks and pages hold names, versions and hashes, never an address."""
    hosts = re.compile(r"py" r"pi\.org|python" r"hosted\.|npm" r"js\.(org|com)|deb\.deb" r"ian\.org")
    assert [str(path) for path in TRACKED if hosts.search(text_of(path))] == []


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    """Neither temporary nor home folders; tests make their own."""
    folders = ("tmp", "home", "root", "work")
    paths = re.compile("|".join(f"/{folder}/" for folder in folders))
    assert [str(path) for path in TRACKED if paths.search(text_of(path))] == []


def test_every_dependency_is_locked_with_hashes() -> None:
    """Each requirement has a version and at least one hash, and everything asked for is locked."""
    lock = text_of(ROOT / "requirements.txt")
    blocks = re.findall(
        r"^([a-z0-9-]+)==\S+(?: ; [^\\]+)? \\\n((?:    --hash=\S+(?: \\)?\n)+)", lock, re.MULTILINE
    )
    names = {name for name, _ in blocks}
    project = tomllib.loads(text_of(ROOT / "pyproject.toml"))
    asked = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    assert len(re.findall(r"^[a-z0-9-]+==", lock, re.MULTILINE)) == len(blocks)
    assert {re.split(r"[\[>=<]", wish)[0] for wish in asked} <= names


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_opens_with_a_line_and_commits_nowhere(path: Path) -> None:
    """A docstring first; `.commit(` only in `db.py`, where doors' transactions end."""
    source = text_of(path)
    assert ast.get_docstring(ast.parse(source))
    assert path.name == "db.py" or ".commit(" not in source


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_silenced_tool_has_its_reason_on_the_line(path: Path) -> None:
    """`noqa`, `type: ignore` and the like carry a reason after them."""
    silenced = re.compile(r"#\s*(?:noqa(?::\s*[A-Z0-9, ]+)?|type:\s*ignore(?:\[[\w, -]+\])?)")
    for number, line in enumerate(text_of(path).splitlines(), 1):
        for match in silenced.finditer(line):
            rest = line[match.end() :].strip(" -#")
            assert len(rest) >= 10 or "re.compile" in line, f"{path}:{number} has no reason"


def test_every_module_of_the_survey_has_its_layer() -> None:
    """A module that no contract names could import anything."""
    contracts = tomllib.loads(text_of(ROOT / "pyproject.toml"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if "Inside survey" in contract["name"])
    named = {name.removeprefix("survey.") for layer in layers for name in re.split(r" [|:] ", layer)}
    modules = {path.relative_to(ROOT / "survey").parts[0] for path in OURS if path.is_relative_to(ROOT / "survey")}
    assert {name.removesuffix(".py") for name in modules} - {"__init__"} == named


WRITTEN = [path for path in SOURCES if path.relative_to(ROOT).parts[0] != "migrations"]
"""What people wrote: migrations are generated."""


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_and_no_function_is_too_long_to_read(path: Path) -> None:
    """A file has 400 lines at most, one of tests 300; a function 60."""
    source, limit = text_of(path), 300 if path.is_relative_to(ROOT / "tests") else 400
    assert source.count("\n") <= limit
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    assert [each.name for each in functions if (each.end_lineno or 0) - each.lineno >= 60] == []


def test_every_package_of_ours_is_installed() -> None:
    """The list of packages names each folder with an `__init__.py`, and no other."""
    folders = {path.parent.relative_to(ROOT) for path in OURS if path.name == "__init__.py"}
    listed = tomllib.loads(text_of(ROOT / "pyproject.toml"))["tool"]["setuptools"]["packages"]
    assert sorted(".".join(folder.parts) for folder in folders) == sorted(listed)


def test_third_party_static_files_are_listed_with_checksum_and_licence() -> None:
    """The manifest and the folder agree, file by file."""
    vendor = ROOT / "static" / "vendor"
    manifest = json.loads((vendor / "manifest.json").read_text()) if (vendor / "manifest.json").exists() else []
    found = {path.name for path in vendor.glob("*") if path.name != "manifest.json"} if vendor.exists() else set()
    listed = {entry["file"]: entry for entry in manifest}
    assert found == set(listed) | {entry["licence_file"] for entry in manifest}
    for name, entry in listed.items():
        assert hashlib.sha256((vendor / name).read_bytes()).hexdigest() == entry["sha256"]
        assert entry["version"]
        assert entry["licence"]
