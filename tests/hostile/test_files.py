"""Whatever our files, folders and variables are, a run ends soon, in a sentence, and loses nothing."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgshare_cli.sandbox import Sandbox
from tests.hostile.rounds import ROUNDS, rounds
from tests.run import TOOL, Run, tool
from tests.service import IMAGE, MEMBER, TOKEN, Service, answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.hostile

CODES = {0, 2, 3, 4, 5, 6, 7, 8, 9}
SECONDS = 15  # of which a busy machine takes the most to start Python
COMMANDS = {
    "config list": (),
    "config get endpoint": (),
    "config set endpoint https://h.example": (),
    "config unset vault_id": (),
    "config set default_profile default": (),
    f"show {IMAGE} {MEMBER}": (),
    f"show {IMAGE} {MEMBER} --debug --json": (),
    "list --quiet": (),
    "status": (),
    "logout": (),
    "TAB accept": ("accept", ""),
    "TAB show --profile": ("show", "--profile", ""),
}
FILE_STORE = '[profiles.default]\ntoken_store = "file"\n'


@pytest.fixture(scope="module")
def anywhere() -> Iterator[Service]:
    """A service that has nothing of what is asked for."""
    with Service(answer(404, {"message": "no"})) as service:
        yield service


@pytest.fixture(scope="module")
def welcoming() -> Iterator[Service]:
    """A service that takes every token."""
    with Service(answer(200, {"name": "member", "properties": {}})) as service:
        yield service


class Places:
    """Where our files are."""

    def __init__(self) -> None:
        self.config = Path(os.environ["XDG_CONFIG_HOME"], "imgshare/config.toml")
        self.state = Path(os.environ["XDG_STATE_HOME"], "imgshare")
        self.token = self.state / "tokens/default"
        self.images = self.state / "images.json"
        self.backend = self.state / "keyring-backend"
        for folder in (self.config.parent, self.token.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def all(self) -> dict[str, Path]:
        """Each of them, by a short name."""
        return {"config": self.config, "token": self.token, "images": self.images, "backend": self.backend}

    def clear(self, name: str) -> Path:
        """One of them, which is not there yet; the config file says that tokens are in files."""
        for path in self.all().values():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            path.unlink(missing_ok=True)
        if name == "token":
            self.config.write_text(FILE_STORE)
        return self.all()[name]


@pytest.fixture
def places() -> Places:
    """The files of a user who has none yet."""
    return Places()


def _sane(run: Run, command: str) -> None:
    assert run.code in CODES, (command, run)
    said = run.out + run.err
    assert "Traceback" not in said, (command, run)
    assert "this is a bug" not in said, (command, run)
    assert (run.code == 0) or run.err.endswith("\n"), (command, run)


def _typed(command: str) -> tuple[tuple[str, ...], dict[str, str]]:
    words = COMMANDS[command]
    return (words, {"_IMGSHARE_COMPLETE": "complete_zsh"}) if words else (tuple(command.split()), {})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
GRANT = [
    "secret",
    "endpoint",
    "auth_url",
    "expires_at",
    "header",
    "roles",
    "renewal",
    "again",
    "cloud",
    "user",
    "cacert",
]
odd_texts = st.sampled_from(
    ["", "x", "\ud800", "a\nb", "\0", "https://h.example", "http://h/\0", "9999-12-31T23:59:59-23:59", "0001-01-01"]
)
grants = st.dictionaries(st.sampled_from(GRANT), odd_texts | json_values, max_size=6).map(
    lambda value: {"secret": "gAAAA", **value}
)
TOML_LINES = [
    "[profiles.default]",
    "[profiles.default.deep]",
    "[[profiles]]",
    'token_store = "file"',
    'token_store = "nowhere"',
    "timeout = 1e999",
    "timeout = nan",
    f"timeout = {'9' * 5000}",
    "timeout = 2026-01-01",
    'cacert = "\\u0000"',
    'region = "a\\nb"',
    'endpoint = "https://\\u202e"',
    'endpoint = "https://h.example"',
    "endpoint = []",
    'default_profile = "x\\u0000"',
    "profiles = {}",
    "profiles.default.project_id.x = 1",
    '"" = 1',
    "'a.b'.'c' = {d = [{}]}",
    "x = '''",
    'project_id = "' + "y" * 3000 + '"',
]
DEEP = [
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b"a = " + b"[" * 5000,
    b"a." * 20_000 + b"b = 1",
    b"[" + b"a." * 5000 + b"b]",
]
contents = st.one_of(
    st.binary(max_size=300),
    st.sampled_from([*DEEP, b"NaN", b"1" * 5000, b"-Infinity", b"\xef\xbb\xbf", b"\0" * 2000, b'"\\ud800"']),
    json_values.map(lambda value: json.dumps(value).encode()),
    grants.map(lambda value: json.dumps(value).encode()),
    st.dictionaries(odd_texts | st.just(IMAGE), json_values, max_size=5).map(lambda value: json.dumps(value).encode()),
    st.lists(st.sampled_from(TOML_LINES), max_size=6).map(lambda lines: "\n".join(lines).encode()),
    json_values.map(lambda value: f"profiles.default = {json.dumps(value)}".encode()),
)


@rounds(150)
@given(
    content=contents,
    name=st.sampled_from(["config", "token", "images", "backend"]),
    command=st.sampled_from([*COMMANDS]),
)
def test_any_content(  # noqa: PLR0913, PLR0917
    places: Places,
    anywhere: Service,
    imgshare: Callable[..., Run],
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
    name: str,
    command: str,
) -> None:
    """Any bytes in any of our files give a documented exit code and a sentence, soon."""
    path = places.clear(name)
    path.write_bytes(content)
    path.chmod(0o600)
    monkeypatch.setenv("IMGSHARE_ENDPOINT", anywhere.endpoint)
    argv, environ = _typed(command)
    started = time.monotonic()
    with monkeypatch.context() as inside:
        for variable, value in environ.items():
            inside.setenv(variable, value)
        _sane(imgshare(*argv), command)

    assert time.monotonic() - started < 5


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _sparse(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(1 << 30)


KINDS: dict[str, Callable[[Path], object]] = {
    "fifo": _fifo,
    "folder": Path.mkdir,
    "loop": lambda path: path.symlink_to(path.name),
    "nowhere": lambda path: path.symlink_to("/nonexistent/x"),
    "/dev/zero": lambda path: path.symlink_to("/dev/zero"),
    "/dev/null": lambda path: path.symlink_to("/dev/null"),
    "/dev/tty": lambda path: path.symlink_to("/dev/tty"),
    "/proc/self/mem": lambda path: path.symlink_to("/proc/self/mem"),
    "stdin": lambda path: path.symlink_to("/dev/stdin"),
    "a gigabyte": _sparse,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["config", "token", "images", "backend"])
def test_any_kind_of_file(
    places: Places, anywhere: Service, monkeypatch: pytest.MonkeyPatch, name: str, kind: str
) -> None:
    """What is not a regular file of a sane size is not waited for and not read, whichever of our files it is."""
    monkeypatch.setenv("IMGSHARE_ENDPOINT", anywhere.endpoint)
    for command in ("config set timeout 5", f"show {IMAGE} {MEMBER}", "logout", "TAB accept", "TAB show --profile"):
        path = places.clear(name)
        KINDS[kind](path)
        argv, environ = _typed(command) if command in COMMANDS else (tuple(command.split()), {})
        with subprocess.Popen(
            ["/bin/sh", "-c", 'ulimit -v 1000000; exec "$0" "$@"', TOOL, *argv],
            env={**os.environ, **environ},
            stdin=subprocess.PIPE,  # which nobody writes to, and nobody closes
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as child:
            try:
                code = child.wait(SECONDS)
            finally:
                child.kill()
            assert child.stdout is not None
            assert child.stderr is not None
            _sane(Run(code, child.stdout.read().decode(), child.stderr.read().decode()), command)


def test_the_sentences_about_files(
    places: Places, imgshare: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is none is named with what it is; the null device is an empty config."""
    said = "imgshare: cannot read {}: {}\n"
    _fifo(places.config)
    assert Run(3, "", said.format(places.config, "it is not a regular file")) == imgshare("config", "list")
    places.config.unlink()
    _sparse(places.config)
    assert Run(3, "", said.format(places.config, "it is larger than 256 KiB")) == imgshare("config", "list")
    monkeypatch.setenv("IMGSHARE_CONFIG", "/dev/null")
    assert Run(0) == imgshare("config", "list")
    assert 3 == imgshare("config", "set", "timeout", "3").code
    monkeypatch.setenv("IMGSHARE_CONFIG", "~no-such-user/config.toml")
    assert Run(
        3,
        "",
        "imgshare: there is no user 'no-such-user', whose home '~no-such-user/config.toml' speaks of\n"
        "hint: give the whole path\n",
    ) == imgshare("config", "list")
    reading, writing = os.pipe()
    monkeypatch.setenv("IMGSHARE_CONFIG", f"/dev/fd/{reading}")
    assert Run(3, "", said.format(f"/dev/fd/{reading}", "it is not a regular file")) == imgshare("config", "list")
    os.close(reading)
    os.close(writing)


UMASKS = ["000", "022", "077", "777"]
HOMES = [None, "", "/dev/null", "/nonexistent/home", "relative/home", "/proc", ".", "~root", "/" + "x" * 300, "home"]
XDG = [None, "", "relative", "/proc/1", "/dev/null", "/nonexistent/xdg", "/" + "y" * 5000, "xdg"]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """An image service with shares waiting in it."""
    with Sandbox(images=ROUNDS * 30) as sandbox:
        yield sandbox


def _cornered(tmp_path: Path, umask: str, home: str | None, xdg: str | None, *argv: str) -> tuple[Run, set[Path]]:
    """Run the tool with such a home, in an empty folder; also tell what is new in its places afterwards."""
    folder = tmp_path / "here"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("HOME", "XDG_"))}
    for name, value in {"HOME": home, "XDG_CONFIG_HOME": xdg, "XDG_STATE_HOME": xdg}.items():
        if value is not None:
            environ[name] = str(tmp_path / value) if value in {"home", "xdg"} else value
    done = subprocess.run(
        ["/bin/sh", "-c", f'umask {umask}; exec "$0" "$@"', TOOL, *argv],
        cwd=folder,
        env=environ,
        capture_output=True,
        timeout=SECONDS * 2,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert not list(folder.iterdir()), "nothing is made in whatever folder we are started in"
    made = {path for place in ("home", "xdg") for path in (tmp_path / place).rglob("*")}
    return Run(done.returncode, done.stdout.decode(), done.stderr.decode()), made


@rounds(25)
@given(umask=st.sampled_from(UMASKS), home=st.sampled_from(HOMES), xdg=st.sampled_from(XDG))
def test_any_home(  # noqa: PLR0913, PLR0917
    tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, umask: str, home: str | None, xdg: str | None
) -> None:
    """With any HOME, XDG folders and umask, `list` lists, `show` shows, and what is made only its owner can read."""
    root_home = Path.home().resolve() if home in {None, "", "relative/home", ".", "~root"} else None
    if root_home and xdg in {None, "", "relative"}:
        home = "home"  # the real one of whoever runs the tests is none of our business
    for place in ("home", "xdg"):
        shutil.rmtree(tmp_path / place, ignore_errors=True)
    monkeypatch.setenv("IMGSHARE_ENDPOINT", sandbox.endpoint)
    monkeypatch.setenv("IMGSHARE_TOKEN", sandbox.you.token)

    listed, _ = _cornered(tmp_path, umask, home, xdg, "list", "--quiet", "--limit", "1")
    assert (0, 1) == (listed.code, listed.out.count("\n")), listed
    shown, _ = _cornered(tmp_path, umask, home, xdg, "show", listed.out.strip(), "--json")
    assert (0, "") == (shown.code, shown.err)
    kept, made = _cornered(tmp_path, umask, home, xdg, "config", "set", "timeout", "9")
    _sane(kept, "config set")
    assert kept.code in {0, 3}
    for path in made:
        assert (0o700 if path.is_dir() else 0o600) == path.stat().st_mode & 0o777, path


@pytest.mark.parametrize("store", ["keyring", "file"])
def test_nowhere_to_keep_anything(serve: Callable[..., Service], monkeypatch: pytest.MonkeyPatch, store: str) -> None:
    """Without a home, what must be kept is a sentence that says so."""
    serve(answer(200, {"name": "member", "properties": {}}))
    monkeypatch.delenv("IMGSHARE_TOKEN")
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", "/dev/null")
    path = "/dev/null/.config/imgshare/config.toml"

    assert Run(0, f"{path}\n") == tool("config", "path")
    assert Run(0) == tool("config", "list")
    assert Run(3, "", f"imgshare: cannot write {path}: Not a directory\n") == tool("config", "set", "timeout", "3")
    if store == "file":
        monkeypatch.setenv("IMGSHARE_CONFIG", f"{Path.cwd()}/config.toml")
    run = tool("login", stdin=TOKEN.encode())
    assert run.code in {3, 4}
    _sane(run, "login")


@pytest.mark.parametrize("_round", range(2 * ROUNDS))
def test_many_change_the_config_file(places: Places, _round: int) -> None:
    """Of twenty `config set` at once, none is lost."""
    children = [
        subprocess.Popen([TOOL, "config", "set", "endpoint", f"https://h{number}.example", "--profile", f"p{number}"])
        for number in range(20)
    ]
    assert [0] * 20 == [child.wait(60) for child in children]

    assert {"profiles": {f"p{number}": {"endpoint": f"https://h{number}.example"} for number in range(20)}} == (
        tomllib.loads(places.config.read_text())
    )


@pytest.mark.parametrize("_round", range(2 * ROUNDS))
def test_many_log_in(
    places: Places, serve: Callable[..., Service], monkeypatch: pytest.MonkeyPatch, _round: int
) -> None:
    """Of eight logins at once, each has its endpoint in the config file and its token in its file, whole."""
    service = serve(answer(200, {"name": "member", "properties": {}}))
    monkeypatch.delenv("IMGSHARE_TOKEN")
    monkeypatch.delenv("IMGSHARE_ENDPOINT")
    names = [f"p{number}" for number in range(8)]
    places.config.write_text("".join(f'[profiles.{name}]\ntoken_store = "file"\n' for name in names))
    children = {
        name: subprocess.Popen(
            [TOOL, "login", "--profile", name, "--endpoint", service.endpoint, "--timeout", "60"],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for name in names
    }
    for name, child in children.items():
        assert child.stdin is not None
        child.stdin.write(f"token-of-{name}".encode())
        child.stdin.close()
    for child in children.values():
        assert child.stderr is not None
        said = child.stderr.read()
        child.stderr.close()
        assert 0 == child.wait(60), said

    found = tomllib.loads(places.config.read_text())["profiles"]
    assert {name: {"token_store": "file", "endpoint": service.endpoint} for name in names} == found
    for name in names:
        assert f"token-of-{name}" == json.loads((places.state / "tokens" / name).read_text())["secret"]


def test_a_run_that_does_not_end(places: Places) -> None:
    """A run that waits for another gives up after ten seconds, and says which file it is about."""
    holder = (
        "import sys; from pathlib import Path; from imgshare_cli import writing\n"
        "with writing.locked(Path(sys.argv[1])): print(flush=True); sys.stdin.read()\n"
    )
    python = Path(TOOL).with_name("python")
    with subprocess.Popen(
        [python, "-c", holder, places.config], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert Run(
            3,
            "",
            f"imgshare: another run of imgshare is changing {places.config}, and did not end within 10 s\n"
            "hint: end it, or try again when it has ended\n",
        ) == tool("config", "set", "timeout", "3")
        child.send_signal(signal.SIGKILL)  # and a lock ends with whoever held it
    assert Run(0) == tool("config", "set", "timeout", "3")


def test_a_lock_that_is_a_link(places: Places, tmp_path: Path) -> None:
    """A link in the place of a lock is not followed, and a FIFO there is not waited for."""
    lock = places.config.with_name(".config.toml.lock")
    lock.symlink_to(tmp_path / "elsewhere")
    assert Run(3, "", f"imgshare: {lock} is a link, and no lock\nhint: remove it\n") == tool(
        "config", "set", "timeout", "3"
    )
    assert not (tmp_path / "elsewhere").exists()
    lock.unlink()
    os.mkfifo(lock)
    assert Run(0) == tool("config", "set", "timeout", "3")


def test_what_killed_runs_leave(places: Places) -> None:
    """A file on its way into place that was left behind goes with the next write and with `logout`; others stay."""
    left = [
        places.config.with_name(".config.toml.abcd1234.tmp"),
        places.token.with_name(".default.abcd1234.tmp"),
        places.token.with_name(".default.abcd1234"),  # as it was called until 0.1
    ]
    others = [places.config.with_name(".config.toml.original"), places.token.with_name(".other.abcd1234.tmp")]
    for path in [*left, *others]:
        path.write_text(TOKEN)
    left[2].chmod(0o600)

    assert Run(0) == tool("config", "set", "token_store", "file")
    assert Run(0, "", "there was no token stored for profile 'default'\n") == tool("logout")

    assert [] == [path for path in left if path.exists()]
    assert others == [path for path in others if path.exists()]


def test_kills_at_any_moment(places: Places, serve: Callable[..., Service], monkeypatch: pytest.MonkeyPatch) -> None:
    """However a login is killed, the config file is whole, and after `logout` no file has the token."""
    service = serve(answer(200, {"name": "member", "properties": {}}))
    monkeypatch.delenv("IMGSHARE_TOKEN")
    places.config.write_text(FILE_STORE)
    for delay in [0.2 + 0.02 * number for number in range(10 * ROUNDS)]:
        with subprocess.Popen(
            [TOOL, "login", "--endpoint", service.endpoint], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as child:
            assert child.stdin is not None
            child.stdin.write(TOKEN.encode())
            child.stdin.close()
            time.sleep(delay)
            child.kill()
        tomllib.loads(places.config.read_text())
    assert 0 == tool("logout").code

    holders = [path for path in places.state.rglob("*") if path.is_file() and TOKEN in path.read_text()]
    assert [] == holders


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give a folder away")
def test_a_state_folder_of_somebody_else(places: Places, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in a state folder that belongs to somebody else is not read, and nothing is put there."""
    places.config.write_text(FILE_STORE)
    places.token.write_text(json.dumps({"secret": TOKEN, "endpoint": "https://evil.example"}))
    places.token.chmod(0o600)
    places.images.write_text(json.dumps({IMAGE: "evil"}))
    os.chown(places.state, 65534, 65534)
    said = f"imgshare: {places.state} belongs to somebody else, so no token of yours can be there\n"
    hint = "hint: set XDG_STATE_HOME to a folder of your own\n"

    assert Run(3, "", said + hint) == tool("show", IMAGE, MEMBER)
    assert Run(3, "", said + hint) == tool("logout")
    assert Run(0) == tool("accept", "", environ={"_IMGSHARE_COMPLETE": "complete_bash"})
    monkeypatch.setenv("IMGSHARE_ENDPOINT", sandbox.endpoint)
    monkeypatch.setenv("IMGSHARE_TOKEN", sandbox.you.token)
    assert 0 == tool("list").code
    assert json.dumps({IMAGE: "evil"}) == places.images.read_text()


def test_a_state_folder_that_was_open(places: Places, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A state folder that others could enter is closed by the next write."""
    monkeypatch.setenv("IMGSHARE_ENDPOINT", sandbox.endpoint)
    monkeypatch.setenv("IMGSHARE_TOKEN", sandbox.you.token)
    places.state.chmod(0o777)

    assert 0 == tool("list").code

    assert 0o700 == places.state.stat().st_mode & 0o777


SECRET = "gAAAAABsecret-that-nobody-may-see-0123456789"


@rounds(60)
@given(
    template=st.sampled_from(
        [
            "{} = 1",
            '"{}" = 1',
            "[profiles.default]\n{} = 1",
            '[profiles.default]\ntoken = "{}',
            "[profiles.default]\ntoken = {}",
            "{}\n",
            "[profiles.default]\ntoken = '{}' x",
            "[{}]\n[{}]",
            "{} = 1\n{} = 2",
            "[profiles.default]\n'{}' = 1\n'{}' = 1",
            "a = {{ {} = 1 }}\na.{} = 2",
            "[[profiles]]\n{} = 1",
            "[profiles]\n[profiles.{}]\n[[profiles.{}]]",
            'token = ["{}", {}]',
            '[profiles.default]\ntimeout = "{}"',
            '[profiles.default]\ntoken_store = "{}"',
        ]
    ),
    command=st.sampled_from(["config list", "config set timeout 5", "config unset timeout", f"show {IMAGE}", "logout"]),
)
def test_no_sentence_quotes_a_secret(places: Places, imgshare: Callable[..., Run], template: str, command: str) -> None:
    """A token in the wrong place of the config file is in no sentence about that file."""
    places.config.write_text(template.format(SECRET, SECRET))

    run = imgshare(*command.split())

    _sane(run, command)
    if not template.startswith("[profiles]\n"):  # the name of a profile is shown wherever it matters
        assert SECRET not in run.out + run.err


names = st.one_of(
    st.sampled_from(
        ["..", ".", "a/b", "/etc/passwd", "a.b", '"', "x" * 10_000, "ü" * 100, ".default.lock", "a\\b", "%2E"]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20),
)


@rounds(12)
@given(name=names)
def test_any_profile_name(
    places: Places, welcoming: Service, imgshare: Callable[..., Run], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A profile of any name keeps its own token in a file of its own, and nothing else is touched."""
    places.clear("config")
    shutil.rmtree(places.state)
    monkeypatch.setenv("IMGSHARE_ENDPOINT", welcoming.endpoint)
    tokens = {"other": "token-of-other", name: "token-of-mine"}
    for profile, token in tokens.items():
        assert Run(0) == imgshare("config", "set", "token_store", "file", f"--profile={profile}")
        assert 0 == tool("login", f"--profile={profile}", stdin=token.encode()).code

    files = [path for path in places.state.parent.rglob("*") if path.is_file() and path.stat().st_size]
    assert {places.token.parent} == {path.parent for path in files}
    assert sorted(tokens.values()) == sorted(json.loads(path.read_text())["secret"] for path in files)
    for profile, token in tokens.items():
        assert 0 == imgshare("status", f"--profile={profile}").code
        assert token == welcoming.asked[-1].headers["x-auth-token"]
    for profile in tokens:
        assert imgshare("logout", f"--profile={profile}").err.startswith("forgot the token of profile ")
    assert [] == [path for path in files if path.exists()]


NOT_TEXT = b"\xff\xfe"


@pytest.mark.parametrize(
    "argv",
    [
        [b"config", b"set", b"project_id", NOT_TEXT],
        [b"config", b"set", NOT_TEXT, b"x"],
        [b"config", b"get", NOT_TEXT],
        [b"config", b"set", b"timeout", b"3", b"--profile", NOT_TEXT],
        [b"show", NOT_TEXT],
        [b"show", b"--", NOT_TEXT, NOT_TEXT],
        [b"show", b"x", b"--endpoint", b"https://" + NOT_TEXT],
        [b"list", b"--owner", NOT_TEXT],
        [b"list", b"--name", NOT_TEXT],
        [b"login", b"--username", NOT_TEXT],
        [NOT_TEXT],
    ],
    ids=lambda argv: b" ".join(argv).decode(errors="replace"),
)
def test_arguments_that_are_not_text(anywhere: Service, argv: list[bytes]) -> None:
    """An argument that is not UTF-8 is exit 2, and the argument is shown without its bytes reaching the terminal."""
    done = subprocess.run(
        [os.fsencode(TOOL), *argv],
        env={**os.environ, "IMGSHARE_ENDPOINT": anywhere.endpoint, "IMGSHARE_TOKEN": TOKEN},
        capture_output=True,
        check=False,
    )

    assert (2, b"") == (done.returncode, done.stdout)
    first, hint = done.stderr.decode().splitlines()
    assert first.endswith("\\udcff\\udcfe' is not UTF-8 text")
    assert "hint: check the terminal's encoding" == hint


@pytest.mark.parametrize(
    "name",
    [
        "IMGSHARE_PROFILE",
        "IMGSHARE_ENDPOINT",
        "IMGSHARE_PROJECT_ID",
        "IMGSHARE_TIMEOUT",
        "IMGSHARE_TOKEN",
        "OS_CLOUD",
        "OS_PROJECT_ID",
        "OS_REGION_NAME",
        "HOME",
        "XDG_CONFIG_HOME",
        "XDG_STATE_HOME",
        "IMGSHARE_CONFIG",
        "TERM",
        "COLUMNS",
    ],
)
def test_variables_that_are_not_text(anywhere: Service, name: str, tmp_path: Path) -> None:
    """A variable that is not UTF-8 is a sentence that names it; a path may be any bytes."""
    environ = {**os.environb, b"IMGSHARE_ENDPOINT": anywhere.endpoint.encode(), b"IMGSHARE_TOKEN": TOKEN.encode()}
    path = os.fsencode(tmp_path) + b"/" + NOT_TEXT
    environ[name.encode()] = path if "HOME" in name or name == "IMGSHARE_CONFIG" else NOT_TEXT
    for command in (f"show {IMAGE} {MEMBER}", "config set timeout 3", "config path", "config list", "logout"):
        done = subprocess.run([TOOL, *command.split()], env=environ, capture_output=True, check=False)
        run = Run(done.returncode, done.stdout.decode(), done.stderr.decode())
        _sane(run, command)
        if name.startswith(("IMGSHARE_", "OS_")) and name != "IMGSHARE_CONFIG" and command.startswith("show"):
            assert f"imgshare: {name} is not UTF-8 text\nhint: set it again, or unset it\n" == run.err


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e999", "0", "-0", "1e-999", "", " ", "0x10", "9" * 5000])
def test_timeouts(anywhere: Service, imgshare: Callable[..., Run], monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """What is no time is refused wherever it is given."""
    monkeypatch.setenv("IMGSHARE_ENDPOINT", anywhere.endpoint)
    monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)
    for argv in (["show", IMAGE, MEMBER, f"--timeout={value}"], ["config", "set", "timeout", "--", value]):
        assert imgshare(*argv).code in {2, 3}, argv
    monkeypatch.setenv("IMGSHARE_TIMEOUT", value)
    assert (6 if not value else 3) == imgshare("show", IMAGE, MEMBER).code


def test_a_timeout_in_other_digits(
    anywhere: Service, imgshare: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Digits of another script mean what they mean, everywhere."""
    monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)
    assert Run(0) == imgshare("config", "set", "timeout", "１０")  # noqa: RUF001
    assert Run(0, "10\n") == imgshare("config", "get", "timeout")
    assert 6 == imgshare("show", IMAGE, MEMBER, "--endpoint", anywhere.endpoint, "--timeout", "１０").code  # noqa: RUF001


JSON_NUMBERS: list[Any] = [float("nan"), float("inf"), 10**400, -1, True, None, [], {}]


@pytest.mark.parametrize("value", JSON_NUMBERS, ids=str)
def test_wrong_types_in_a_token_file(places: Places, imgshare: Callable[..., Run], value: object) -> None:
    """A token file that holds something else was not stored by us, and `logout` removes it."""
    for key in GRANT:
        places.clear("token").write_text(json.dumps({"secret": "x", "endpoint": "https://h.example", key: value}))
        places.token.chmod(0o600)
        run = imgshare("show", IMAGE, MEMBER)
        _sane(run, key)
        # The empty ones are what we may have stored, and then nobody is at this address.
        assert run.code == (8 if (key, value) in [("roles", []), ("renewal", {})] else 4), (key, run)
        assert "forgot the token" in imgshare("logout").err
        assert not places.token.exists()
