"""What agents keep in their homes."""

import io
import os
import tarfile
from pathlib import Path

import pytest

from parley.adapters import homes
from parley.adapters.homes import TarHomes
from parley.ports.work import Account

HOMES = TarHomes(None)


def written(home: Path, *paths: str) -> Path:
    for path in paths:
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_text(f"content of {path}")
    return home


def moved(home: Path, into: Path, *keeps: str) -> Path:
    into.mkdir()
    HOMES.unpack(into, HOMES.pack(home, keeps))
    return into


def found(home: Path) -> list[str]:
    return sorted(str(path.relative_to(home)) for path in home.rglob("*") if not path.is_dir())


def test_kept_files_and_folders_are_there_again(tmp_path: Path) -> None:
    home = written(tmp_path / "a", ".s/db", ".s/deep/er/x", ".config", "other")

    again = moved(home, tmp_path / "b", ".s", ".config")

    assert found(again) == [".config", ".s/db", ".s/deep/er/x"]
    assert (again / ".s/db").read_text() == "content of .s/db"


def test_nothing_there_is_nothing_kept(tmp_path: Path) -> None:
    assert HOMES.pack(written(tmp_path, "other"), [".s"]) == b""


@pytest.mark.parametrize("target", ["/etc/passwd", "../outside", "other"])
def test_links_are_not_followed(tmp_path: Path, target: str) -> None:
    home = written(tmp_path / "a", ".s/db", "other")
    written(tmp_path, "outside")
    (home / ".s/link").symlink_to(target)
    (home / ".folder").symlink_to("/etc")
    (home / ".file").symlink_to("/etc/passwd")

    again = moved(home, tmp_path / "b", ".s", ".folder", ".file", ".folder/passwd")

    assert found(again) == [".s/db"]


def test_what_is_no_file_is_left(tmp_path: Path) -> None:
    home = written(tmp_path / "a", ".s/db")
    os.mkfifo(home / ".s/pipe")

    assert found(moved(home, tmp_path / "b", ".s")) == [".s/db"]


def test_more_than_is_kept_is_not_kept_in_part(tmp_path: Path) -> None:
    home = written(tmp_path, ".s/db")
    with (home / ".s/large").open("wb") as file:
        file.truncate(homes.MOST_BYTES)

    assert HOMES.pack(home, [".s"]) == b""


@pytest.mark.parametrize("name", ["../outside", "/outside", "a/../../outside"])
def test_nothing_is_put_outside_of_the_home(tmp_path: Path, name: str) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = 1
        archive.addfile(entry, io.BytesIO(b"x"))
    home = tmp_path / "home"
    home.mkdir()

    with pytest.raises(ValueError, match="does not belong here"):
        HOMES.unpack(home, packed.getvalue())

    assert found(tmp_path) == []


def test_links_in_what_was_kept_are_not_put_back(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        entry = tarfile.TarInfo("link")
        entry.type, entry.linkname = tarfile.SYMTYPE, "/etc"
        archive.addfile(entry)

    with pytest.raises(ValueError, match="does not belong here"):
        HOMES.unpack(tmp_path, packed.getvalue())


@pytest.mark.parametrize("content", [b"", b"no archive", b"\x1f\x8b\x08\x00"])
def test_what_is_no_archive_is_told(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        HOMES.unpack(tmp_path, content)


def test_more_than_is_kept_is_not_put_back(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name in ("a", "b"):
            entry = tarfile.TarInfo(name)
            entry.size = homes.MOST_BYTES // 2 + 1
            archive.addfile(entry, io.BytesIO(bytes(entry.size)))

    with pytest.raises(ValueError, match="more than"):
        HOMES.unpack(tmp_path, packed.getvalue())


@pytest.mark.skipif(os.getuid() != 0, reason="only root reads what is not an agent's")
def test_a_file_of_somebody_elses_is_not_kept(tmp_path: Path) -> None:
    home = written(tmp_path / "a", ".s/own", ".s/linked")
    os.chown(home / ".s/own", 61_400, 61_400)

    packed = TarHomes(Account(61_400, 61_400)).pack(home, [".s"])

    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        assert archive.getnames() == [".s/own"]
