import pytest

from console.adapters.keys import Keys, KeysMissing, read_keys, refuse_keys_of_another

ENVIRONMENT = {"APCA_API_KEY_ID": "PKENV", "APCA_API_SECRET_KEY": "env-canary"}
GOOD = '{"key": "PKFILE", "secret": "file-canary"}'


def key_file(tmp_path, content=GOOD, mode=0o600):
    path = tmp_path / "keys.json"
    path.write_text(content)
    path.chmod(mode)
    return path


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_the_file_comes_before_the_environment(tmp_path, mode):
    keys = read_keys(key_file(tmp_path, mode=mode), ENVIRONMENT)

    assert (keys.key, keys.secret) == ("PKFILE", "file-canary")


def test_without_a_file_the_environment_is_read(tmp_path):
    keys = read_keys(tmp_path / "none", ENVIRONMENT)

    assert (keys.key, keys.secret) == ("PKENV", "env-canary")


def test_keys_are_not_shown():
    assert "PKENV" not in repr(read_keys(None, ENVIRONMENT))
    assert "canary" not in repr(read_keys(None, ENVIRONMENT))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_file_others_could_read_is_refused_with_the_remedy(tmp_path, mode):
    with pytest.raises(KeysMissing, match="chmod 600"):
        read_keys(key_file(tmp_path, mode=mode), ENVIRONMENT)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{",
        '{"key": "canary"}',
        '{"key": 1, "secret": 2}',
        '{"key": "canary x", "secret": "canary"}',
    ],
)
def test_a_file_that_says_nothing_usable_is_refused_and_not_quoted(tmp_path, content):
    with pytest.raises(KeysMissing) as refused:
        read_keys(key_file(tmp_path, content), ENVIRONMENT)

    assert "canary" not in str(refused.value)


def test_a_link_is_not_followed(tmp_path):
    link = tmp_path / "link"
    link.symlink_to(key_file(tmp_path))

    with pytest.raises(KeysMissing, match="cannot be read"):
        read_keys(link, ENVIRONMENT)


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_half_an_environment_names_the_other_half(name):
    (absent,) = set(ENVIRONMENT) - {name}

    with pytest.raises(KeysMissing, match=absent):
        read_keys(None, {name: ENVIRONMENT[name]})


def test_no_keys_at_all_says_where_they_go(tmp_path):
    with pytest.raises(KeysMissing, match="APCA_API_KEY_ID"):
        read_keys(tmp_path / "keys.json", {})


@pytest.mark.parametrize(("profile", "beginning"), [("paper", "AK"), ("live", "PK")])
def test_keys_that_were_issued_for_the_other_account_are_refused_unquoted(profile, beginning):
    keys = Keys(key=f"{beginning}canary", secret="canary")

    with pytest.raises(KeysMissing, match=f"give those of a {profile} account") as refused:
        refuse_keys_of_another(profile, keys)

    assert "canary" not in str(refused.value)


@pytest.mark.parametrize(
    ("profile", "key"),
    [("paper", "PKone"), ("live", "AKone"), ("paper", "CKone"), ("live", "x"), ("live", "ak")],
)
def test_keys_of_the_profile_and_those_that_do_not_say_are_the_brokers_to_judge(profile, key):
    refuse_keys_of_another(profile, Keys(key=key, secret="canary"))
