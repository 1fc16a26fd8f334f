from pathlib import Path

import platformdirs.macos
import platformdirs.unix
import pytest

from console import folders


def test_state_lies_where_platformdirs_puts_it_on_linux(monkeypatch, tmp_path):
    monkeypatch.delenv("KILLCORD_STATE", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")

    assert folders.state_root() == Path(platformdirs.unix.Unix("killcord").user_state_dir)


def test_without_xdg_it_lies_in_the_home_folder_on_linux(monkeypatch):
    monkeypatch.delenv("KILLCORD_STATE", raising=False)
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setattr("sys.platform", "linux")

    assert folders.state_root() == Path(platformdirs.unix.Unix("killcord").user_state_dir)


def test_state_lies_where_platformdirs_puts_it_on_macos(monkeypatch):
    monkeypatch.delenv("KILLCORD_STATE", raising=False)
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setattr("sys.platform", "darwin")

    assert folders.state_root() == Path(platformdirs.macos.MacOS("killcord").user_state_dir)


@pytest.mark.parametrize("profile", folders.PROFILES)
def test_a_chosen_root_holds_one_folder_a_profile(monkeypatch, tmp_path, profile):
    monkeypatch.setenv("KILLCORD_STATE", str(tmp_path))

    assert folders.state_folder(profile).path == tmp_path / profile
