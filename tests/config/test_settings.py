"""Where settings come from, in which order, and what is said when they are no good."""

from __future__ import annotations

import os
import stat
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from imgshare_cli.config.config_file import ConfigFile, find_config_path
from imgshare_cli.config.precedence import resolve_settings
from imgshare_cli.config.service_url import check_service_url
from imgshare_cli.config.settings import Flags, Settings
from imgshare_cli.errors import ConfigError
from tests.support.fake_service import IMAGE, MEMBER, TOKEN, build_member, build_response
from tests.support.run import Run

if TYPE_CHECKING:
    from tests.support.fake_service import StartService
    from tests.support.run import RunImgshare

FILE = ConfigFile(
    Path("config.toml"),
    default_profile="otc",
    profiles={
        "otc": {"endpoint": "https://file", "project_id": "file", "vault_id": "file", "cacert": "file", "timeout": 5},
        "other": {"endpoint": "https://other"},
    },
)
OPENSTACK = {
    "OS_IMAGE_ENDPOINT_OVERRIDE": "https://openstack/v2",
    "OS_PROJECT_ID": "openstack",
    "OS_CACERT": "openstack",
    "OS_TOKEN": "openstack",
}
OURS = {
    "IMGSHARE_ENDPOINT": "https://ours/",
    "IMGSHARE_PROJECT_ID": "ours",
    "IMGSHARE_VAULT_ID": "ours",
    "IMGSHARE_CACERT": "ours",
    "IMGSHARE_TIMEOUT": "7",
    "IMGSHARE_TOKEN": "ours",
}
GIVEN = Flags(endpoint="https://flag", project_id="flag", cacert="flag", timeout=9)


@pytest.mark.parametrize(
    ("flags", "environ", "won"),
    [
        (GIVEN, {**OPENSTACK, **OURS}, ("https://flag", "flag", "ours", "flag", 9)),
        (Flags(), {**OPENSTACK, **OURS}, ("https://ours", "ours", "ours", "ours", 7)),
        (Flags(), OPENSTACK, ("https://openstack", "openstack", "file", "openstack", 5)),
        (Flags(), {}, ("https://file", "file", "file", "file", 5)),
        (Flags(profile="other"), {}, ("https://other", None, None, None, 30)),
        (Flags(), {"IMGSHARE_PROFILE": "other"}, ("https://other", None, None, None, 30)),
        (Flags(profile="otc"), {"IMGSHARE_PROFILE": "other"}, ("https://file", "file", "file", "file", 5)),
        (Flags(), {"IMGSHARE_ENDPOINT": "", "IMGSHARE_TIMEOUT": ""}, ("https://file", "file", "file", "file", 5)),
    ],
    ids=["flags", "IMGSHARE_*", "OS_*", "file", "--profile", "IMGSHARE_PROFILE", "--profile first", "empty is absent"],
)
def test_precedence(flags: Flags, environ: dict[str, str], won: tuple[object, ...]) -> None:
    """Flags win over IMGSHARE_*, which win over OS_*, which win over the profile."""
    got = resolve_settings(flags, environ, FILE)

    assert won == (got.endpoint, got.project_id, got.vault_id, got.cacert, got.timeout)


def test_the_tokens_of_the_environment() -> None:
    """IMGSHARE_TOKEN wins over OS_TOKEN, and neither shows in a repr."""
    got = resolve_settings(Flags(), {**OPENSTACK, "IMGSHARE_TOKEN": TOKEN}, ConfigFile(Path("config.toml")))

    assert got.environment_token is not None
    assert (TOKEN, "IMGSHARE_TOKEN") == (got.environment_token.value, got.environment_token.source)
    assert TOKEN not in repr(got)


def test_nothing_at_all() -> None:
    """With nothing set, the profile is called default and the timeout is 30 s."""
    resolved = resolve_settings(Flags(), {}, ConfigFile(Path("config.toml")))

    assert asdict(Settings(profile="default", timeout=30.0)) == asdict(resolved)


@pytest.mark.parametrize(
    ("environ", "windows", "path"),
    [
        ({"XDG_CONFIG_HOME": "/xdg"}, False, "/xdg/imgshare/config.toml"),
        ({"HOME": "/home/me"}, False, "/home/me/.config/imgshare/config.toml"),
        ({"HOME": "/home/me", "XDG_CONFIG_HOME": "here"}, False, "/home/me/.config/imgshare/config.toml"),
        ({"HOME": "/home/me", "IMGSHARE_CONFIG": "~/my.toml"}, False, "/home/me/my.toml"),
        ({"APPDATA": "/appdata"}, True, "/appdata/imgshare/config.toml"),
        ({"IMGSHARE_CONFIG": "/else/where.toml", "XDG_CONFIG_HOME": "/xdg"}, False, "/else/where.toml"),
    ],
)
def test_where_the_file_is(environ: dict[str, str], windows: bool, path: str) -> None:  # noqa: FBT001
    """XDG on Linux and macOS (a relative one is ignored), APPDATA on Windows, IMGSHARE_CONFIG over both."""
    assert Path(path) == find_config_path(environ, windows=windows)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://x",
        "x",
        "http://",
        "https://[::1",
        "https://x:port",
        "https://u:p@x",
        "https://x?y",
        "https://x y",
        "https://ü",
    ],
)
def test_endpoints_that_are_none(url: str) -> None:
    """What is not a plain http or https URL is a config error, which does not quote a password."""
    with pytest.raises(ConfigError) as caught:
        check_service_url(url, insecure_http=True)
    assert "u:p" not in caught.value.message


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "localhost", "[::1]"])
def test_plain_http_to_this_machine(host: str) -> None:
    """Plain http is fine where no wire is."""
    assert f"http://{host}:9292" == check_service_url(f"http://{host}:9292/v2/", insecure_http=False)


@pytest.mark.parametrize("host", ["glance.example", "10.0.0.1", "127.evil.example", "localhost.evil.example"])
def test_plain_http_to_another(imgshare: RunImgshare, host: str) -> None:
    """Plain http to another host is exit 3, unless the user insists."""
    assert Run(
        3,
        "",
        f"imgshare: the endpoint http://{host} uses plain http: others on the network could read the token\n"
        "hint: use https, or pass --insecure-http if you trust the network\n",
    ) == imgshare("show", IMAGE, MEMBER, "--endpoint", f"http://{host}")
    assert f"http://{host}" == check_service_url(f"http://{host}", insecure_http=True)


def test_nothing_is_set(imgshare: RunImgshare) -> None:
    """Without an endpoint, a cloud and a token it is exit 3, and the ways to log in are said."""
    assert Run(
        3,
        "",
        "imgshare: not logged in: no cloud, image service or token is set\n"
        "hint: run `imgshare login`, or set OS_CLOUD, or IMGSHARE_ENDPOINT and IMGSHARE_TOKEN\n",
    ) == imgshare("show", IMAGE, MEMBER)


def test_no_endpoint(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a token and without an endpoint it is exit 3, and the ways to name one are said."""
    monkeypatch.setenv("IMGSHARE_TOKEN", "token")

    assert Run(
        3,
        "",
        "imgshare: no endpoint: no image service is configured\n"
        "hint: set IMGSHARE_ENDPOINT, pass --endpoint URL, or run `imgshare config set endpoint URL`\n",
    ) == imgshare("show", IMAGE, MEMBER)


KNOWN = (
    "known keys: endpoint, project_id, cloud, region, interface, vault_id, vault_endpoint, cacert, timeout, token, "
    "token_store, service, decide_by, signature_format"
)
FILES = {
    "profiles = 1": ("profiles in {} must be a table", "`imgshare config unset profiles` removes it"),
    "[profiles]\na = 1": ("profiles.a in {} must be a table", "`imgshare config unset profiles.a` removes it"),
    "[profiles.a]\nendpont = 'x'": ("unknown key profiles.a.endpont in {}", KNOWN),
    "[profiles.a]\ntimeout = 'soon'": (
        'profiles.a.timeout in {} must be a time above 0, in seconds or such as "90s" or "5m"',
        "`imgshare config unset profiles.a.timeout` removes it",
    ),
    "[profiles.a]\ntimeout = true": (
        'profiles.a.timeout in {} must be a time above 0, in seconds or such as "90s" or "5m"',
        "`imgshare config unset profiles.a.timeout` removes it",
    ),
    "[profiles.a]\nproject_id = 5": (
        "profiles.a.project_id in {} must be a string",
        "`imgshare config unset profiles.a.project_id` removes it",
    ),
    "default_profile = 1": (
        "default_profile in {} must be a string",
        "`imgshare config unset default_profile` removes it",
    ),
    "colour = 1": ("unknown key colour in {}", "known keys: default_profile, decision_log, owners, profiles"),
    "owners = 1": ("owners in {} must be a table", "`imgshare config unset owners` removes it"),
    "[owners]\nvendor = 'golden'": (
        "owners.vendor in {} must be a project ID",
        "`imgshare config unset owners.vendor` removes it",
    ),
    "[owners]\nvendor = 5": (
        "owners.vendor in {} must be a project ID",
        "`imgshare config unset owners.vendor` removes it",
    ),
    **dict.fromkeys(
        (f"[owners]\n{name} = '{MEMBER}'" for name in ("mine", "2go", "'a b'", "'a\u202eb'", "a" * 32)),
        (
            "a name in [owners] in {} is not valid",
            "use letters, digits, - and _, begin with a letter, and neither 'mine' nor a project ID",
        ),
    ),
    f"{'a.' * 20_000}b = 1": (
        "{} is not valid TOML: it is nested too deeply",
        "fix that line, or move the file away",
    ),
    "x = = 1": ("{} is not valid TOML: Invalid value (at line 1, column 5)", "fix that line, or move the file away"),
}


@pytest.mark.parametrize("content", FILES, ids=lambda content: content[:40])
def test_a_bad_file_is_named(imgshare: RunImgshare, content: str) -> None:
    """An unknown key or a wrong type names the file, the key and what would be right; and the hint mends it."""
    path = find_config_path(os.environ)
    path.parent.mkdir()
    path.write_text(content)
    message, hint = FILES[content]

    assert Run(3, "", f"imgshare: {message.format(path)}\nhint: {hint}\n") == imgshare("show", IMAGE)
    if hint.startswith("`"):
        assert Run(0) == imgshare(*hint.split("`")[1].split()[1:])
        assert Run(0) == imgshare("config", "list")


def test_names_of_owners(imgshare: RunImgshare) -> None:
    """`config set owners.NAME ID` names an owner; it is listed, read and removed like any key."""
    path = find_config_path(os.environ)

    assert Run(0) == imgshare("config", "set", "owners.platform", MEMBER)
    assert f'[owners]\nplatform = "{MEMBER}"\n' == path.read_text()
    assert Run(0, f"{MEMBER}\n") == imgshare("config", "get", "owners.platform")
    assert Run(0, f"owners.platform={MEMBER}\n") == imgshare("config", "list")
    assert Run(
        2,
        "",
        "imgshare: owners.platform must be a project ID; nothing was changed\n"
        "hint: for example `imgshare config set owners.platform PROJECT_ID`\n",
    ) == imgshare("config", "set", "owners.platform", "golden")
    assert Run(0) == imgshare("config", "unset", "owners.platform")
    assert Run(0) == imgshare("config", "list")


def test_an_unknown_profile(imgshare: RunImgshare) -> None:
    """A profile that is not there is exit 3, and those that are there are named."""
    imgshare("config", "set", "endpoint", "https://x", "--profile", "otc")

    assert Run(
        3,
        "",
        f"imgshare: profile 'oct' does not exist in {find_config_path(os.environ)}\n"
        f"hint: did you mean `imgshare show {IMAGE} --profile otc`? existing profiles: otc; "
        "`imgshare login --profile NAME` creates one\n",
    ) == imgshare("show", IMAGE, "--profile", "oct")


@pytest.mark.parametrize("value", ["nan", "inf", "0", "0s", "-1", "x", "1e9", "2d", "1m30s", "500ms"])
def test_timeouts_that_are_none(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """A timeout that is no time is exit 3 from the environment, exit 2 on the command line, and never waited for."""
    times = {"1e9": "longer than a day", "2d": "longer than a day"} | dict.fromkeys(
        ["0", "0s", "-1"], "not a time above 0"
    )
    what = times.get(value, "not a duration")
    hint = "hint: use seconds, or a duration such as 90s, 5m or 1h; the default is 30s\n"
    assert Run(2, "", f"imgshare: --timeout {value!r} is {what}\n{hint}") == imgshare(
        "show", IMAGE, f"--timeout={value}"
    )
    assert Run(
        2,
        "",
        'imgshare: timeout must be a time above 0, in seconds or such as "90s" or "5m"; nothing was changed\n'
        "hint: for example `imgshare config set timeout 5m`\n",
    ) == imgshare("config", "set", "timeout", "--", value)
    monkeypatch.setenv("IMGSHARE_TIMEOUT", value)
    assert Run(3, "", f"imgshare: IMGSHARE_TIMEOUT {value!r} is {what}\n{hint}") == imgshare("show", IMAGE)


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("1m", 60), ("1h", 3600), ("2.5", 2.5), ("1d", 86400)])
def test_timeouts(text: str, seconds: float) -> None:
    """A timeout is a duration or a number of seconds, in the environment and in the file."""
    file = ConfigFile(Path("config.toml"), profiles={"default": {"timeout": text}})

    assert seconds == resolve_settings(Flags(), {}, file).timeout
    assert seconds == resolve_settings(Flags(), {"IMGSHARE_TIMEOUT": text}, FILE).timeout


def test_a_timeout_is_kept_as_it_was_set(imgshare: RunImgshare, serve: StartService) -> None:
    """`config set timeout 1m` keeps `1m`, and later runs take it."""
    serve(build_response(200, build_member()))

    assert Run(0) == imgshare("config", "set", "timeout", "1m")
    assert Run(0, "1m\n") == imgshare("config", "get", "timeout")
    assert '[profiles.default]\ntimeout = "1m"\n' == find_config_path(os.environ).read_text()
    assert 0 == imgshare("accept", IMAGE, MEMBER).code
    assert 0 == imgshare("accept", IMAGE, MEMBER, "--timeout", "1m").code


def test_a_profiles_token_stays_with_its_endpoint(
    imgshare: RunImgshare, serve: StartService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The profile's token is not sent to an endpoint that a variable names instead of the profile's."""
    service = serve(build_response(200, build_member()))
    monkeypatch.delenv("IMGSHARE_TOKEN")
    path = find_config_path(os.environ)
    path.parent.mkdir()
    path.write_text(f'[profiles.default]\nendpoint = "https://far.example"\ntoken = "{TOKEN}"\n')
    path.chmod(0o600)

    assert 4 == imgshare("accept", IMAGE, MEMBER).code
    assert [] == service.requests


@pytest.mark.parametrize(
    "url", ["https://a..b", "https://xn--", "https://[v1.a]", f"https://{'x' * 70}.org", "https://x/" + "y" * 3000]
)
def test_hosts_that_cannot_be(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """A mistyped host is a config error, not a bug."""
    monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)

    assert 3 == imgshare("show", IMAGE, MEMBER, "--endpoint", url).code


def test_a_password_in_an_endpoint_is_not_shown(imgshare: RunImgshare) -> None:
    """An endpoint with a user in it is refused without being quoted."""
    assert "s3cret" not in imgshare("show", IMAGE, "--endpoint", "htps://user:s3cret@host").err


def test_odd_config_files(imgshare: RunImgshare) -> None:
    """A byte order mark is no trouble; a file nested without end is; what cannot be unset is said."""
    path = find_config_path(os.environ)
    path.parent.mkdir()
    path.write_bytes(b"\xef\xbb\xbf[profiles.'a.b']\ntimeout = 1\n")
    assert Run(0, "profiles.a.b.timeout=1\n") == imgshare("config", "list")
    assert Run(0) == imgshare("config", "unset", "profiles.a.b")
    assert Run(0, "", "note: profiles.default.endpoint was not set\n") == imgshare("config", "unset", "endpoint")
    assert Run(0) == imgshare("config", "list")
    assert 2 == imgshare("config", "unset", "nonsense").code
    assert 2 == imgshare("config", "set", "profiles", "x").code
    path.write_text("profiles = {a = {timeout = 1}}\n")
    assert Run(0) == imgshare("config", "set", "profiles.b.endpoint", "https://y")
    assert Run(0, "profiles.a.timeout=1\nprofiles.b.endpoint=https://y\n") == imgshare("config", "list")
    path.write_text("default_profile=" + "[" * 3000)
    assert 3 == imgshare("config", "list", "--debug").code or 3 == imgshare("show", IMAGE, "--debug").code


def test_a_token_in_the_profile(imgshare: RunImgshare, serve: StartService, monkeypatch: pytest.MonkeyPatch) -> None:
    """The profile's token serves where nothing else does, with a note while others can read it."""
    service = serve(build_response(200, build_member()))
    monkeypatch.delenv("IMGSHARE_TOKEN")
    path = find_config_path(os.environ)
    path.parent.mkdir()
    path.write_text(f'[profiles.default]\ntoken = "{TOKEN}"\n')
    path.chmod(0o644)

    run = imgshare("accept", IMAGE, MEMBER, "--json")

    assert (0, f"note: other users can read {path}, which contains a token; chmod 600 fixes it\n") == (
        run.code,
        run.err,
    )
    assert TOKEN == service.requests[0].headers["x-auth-token"]
    path.chmod(0o600)
    assert "" == imgshare("accept", IMAGE, MEMBER, "--json").err


def test_config_keeps_what_people_wrote(imgshare: RunImgshare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`config set` keeps comments, order and a link, and makes the file private."""
    real = tmp_path / "dotfiles.toml"
    real.write_text(
        '# mine\n[profiles.otc]  # the big one\nendpoint = "https://x" # old\n\n[profiles."a.b"]\ntimeout = 3\n'
    )
    real.chmod(0o644)
    link = tmp_path / "link.toml"
    link.symlink_to(real)
    monkeypatch.setenv("IMGSHARE_CONFIG", str(link))

    assert Run(0) == imgshare("config", "set", "endpoint", "https://y", "--profile", "otc")
    assert Run(0) == imgshare("config", "set", "profiles.a.b.timeout", "2.5")
    assert Run(0) == imgshare("config", "set", "default_profile", "otc")
    note = "note: profiles.otc.project_id was not set\n"
    assert Run(0, "", note) == imgshare("config", "unset", "profiles.otc.project_id")

    assert (
        '# mine\ndefault_profile = "otc"\n\n[profiles.otc]  # the big one\nendpoint = "https://y" # old\n\n'
        '[profiles."a.b"]\ntimeout = 2.5\n'
    ) == real.read_text()
    assert link.is_symlink()
    assert 0o600 == stat.S_IMODE(real.stat().st_mode)
    assert Run(0, "default_profile=otc\nprofiles.otc.endpoint=https://y\nprofiles.a.b.timeout=2.5\n") == imgshare(
        "config", "list"
    )


def test_config_get_and_path(imgshare: RunImgshare) -> None:
    """`get` prints the value, `path` the file; what is not set is exit 2."""
    path = find_config_path(os.environ)
    assert Run(0, f"{path}\n") == imgshare("config", "path")
    assert Run(0) == imgshare("config", "set", "timeout", "12")
    assert Run(0, "12\n") == imgshare("config", "get", "timeout")
    assert Run(
        2,
        "",
        f"imgshare: profiles.default.endpoint is not set in {path}\nhint: `imgshare config list` shows what is set\n",
    ) == imgshare("config", "get", "endpoint")
    assert 0o700 == stat.S_IMODE(path.parent.stat().st_mode)


def test_config_refuses_what_read_would(imgshare: RunImgshare) -> None:
    """A key or a value that no run would take is not written."""
    path = find_config_path(os.environ)
    assert imgshare("config", "set", "endpont", "x").err.startswith("imgshare: unknown key 'endpont'\n")
    assert 2 == imgshare("config", "set", "timeout", "soon").code
    assert not path.exists()


def test_config_shows_no_token(imgshare: RunImgshare) -> None:
    """A token is neither shown nor taken on the command line."""
    path = find_config_path(os.environ)
    path.parent.mkdir()
    path.write_text(f'[profiles.default]\ntoken = "{TOKEN}"\n')

    assert Run(0, "profiles.default.token=(hidden)\n") == imgshare("config", "list")
    assert Run(2, "", f"imgshare: tokens are not shown\nhint: it is in {path}\n") == imgshare("config", "get", "token")
    assert Run(
        2,
        "",
        "imgshare: other users of this machine can read a token on the command line\n"
        "hint: `imgshare login` prompts for it instead\n",
    ) == imgshare("config", "set", "token", "x")
