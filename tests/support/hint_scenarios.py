"""Runs that end in a hint, each with a text from outside in every place that the hint is made of."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.support.fake_service import IMAGE, MEMBER, TOKEN, build_member
from tests.support.vault_service import OTHER_VAULT, build_error, build_full_server, build_vault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.scripted_cloud import Request, ScriptedCloud

_OTHER = "5bd2a8f1d4e34f0c9a7a63a1c1f0e7b2"
_CAPITALS = IMAGE.upper()
_ODD = "/a'b;touch(PWNED)/`imgshare`/$(ls)"
_NO = (404, {"message": "no"})


@dataclass
class Scenario:
    """One run.

    Attributes:
        argv: the command line; `--json` goes after its first word.
        answers: what the services say, by method and path; what is not there is 404.
        environ: variables to set.
        config: the config file.
        grant: what an earlier run kept in a file.
        clouds: the clouds.yaml.
        rules: the file of rules.
    """

    argv: list[str]
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    environ: dict[str, str] = field(default_factory=dict)
    config: str = ""
    grant: dict[str, Any] | None = None
    mode: int = 0o600
    state: str = "state"
    clouds: Any = None
    rules: str | None = None

    def enter(self, cloud: ScriptedCloud, folder: Path, setenv: Callable[[str, str], None]) -> None:
        """Set the scene up."""
        cloud.answers = self._answer
        path = folder / "config.toml"
        path.write_text(self.config, errors="backslashreplace")
        if self.rules is not None:
            (folder / "rules.toml").write_text(self.rules, encoding="utf-8", errors="backslashreplace")
        state = folder / self.state
        setenv("IMGSHARE_CONFIG", str(path))
        setenv("XDG_STATE_HOME", str(state))
        if self.clouds is not None:
            (folder / "clouds.yaml").write_text(json.dumps({"clouds": self.clouds}))
            setenv("OS_CLIENT_CONFIG_FILE", str(folder / "clouds.yaml"))
        token = {} if self.grant else {"IMGSHARE_TOKEN": TOKEN}
        for name, value in {**token, **self.environ}.items():
            setenv(name, value)
        if self.grant is None:
            return
        for inner in (state, state / "imgshare", state / "imgshare" / "tokens"):
            inner.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = state / "imgshare" / "tokens" / "default"
        kept.write_text(json.dumps(self.grant))
        kept.chmod(self.mode)

    def _answer(self, request: Request) -> tuple[int, Any]:
        if "os_hidden=true" in request.query:
            return _images()
        for key in (
            f"{request.token} {request.method} {request.path}",
            f"{request.method} {request.path}",
            request.method,
        ):
            if key in self.answers:
                return self.answers[key]
        return _NO


def build_scenarios(text: str, cloud: ScriptedCloud) -> Iterator[Scenario]:
    """Every scene, with this text in it."""
    argument = _argument(text)
    yield from _of_services(text)
    yield from _of_arguments(argument, cloud)
    yield from _of_settings(text, argument, cloud)
    yield from _of_what_is_kept(text, argument, cloud)
    yield from _of_elsewhere(text, cloud)
    yield from _of_vaults(text, cloud)
    yield from _of_rules(text, argument)


def _argument(text: str) -> str:
    """The text as an argument or a variable can hold it."""
    return text.replace("\0", "").encode(errors="replace").decode()


def _image(**other: Any) -> tuple[int, Any]:
    return 200, {"id": IMAGE, "name": "golden", "owner": _OTHER, "visibility": "shared", "status": "active", **other}


def _images(*images: tuple[int, Any]) -> tuple[int, Any]:
    return 200, {"images": [body for _, body in images]}


def _members(*ids: str) -> tuple[int, Any]:
    return 200, {"members": [build_member("pending", member_id=one) for one in ids]}


def _of_services(text: str) -> Iterator[Scenario]:
    forged = f"{text} `imgshare accept evil`"
    named = {"GET /v2/images": _images(_image(id=text))}
    yield Scenario(["accept", "golden", MEMBER], named)
    yield Scenario(["members", "golden"], named)
    yield Scenario(["unshare", "golden", MEMBER], named)
    yield Scenario(["share", "golden", MEMBER], {**named, "POST": (409, {"message": forged})})
    yield Scenario(["show", "golden"], {"GET /v2/images": _images(_image(owner=forged), _image(id=text, owner=text))})
    yield Scenario(["accept", "golden", "--owner", MEMBER], {"GET /v2/images": _images(_image(owner=forged))})
    for status in (400, 401, 403, 404, 413):
        yield Scenario(["accept", IMAGE, MEMBER], {"PUT": (status, {"message": forged})})
    yield Scenario(["show", IMAGE], {f"GET /v2/images/{IMAGE}/members": _members(text)})
    yield Scenario(["show", IMAGE], {f"GET /v2/images/{IMAGE}/members": _members(text, forged)})
    yield Scenario(["show", IMAGE], {f"GET /v2/images/{IMAGE}/members": _members()})
    for member in (MEMBER, MEMBER.upper(), "name", text):
        seen = {
            f"GET /v2/images/{IMAGE}": _image(),
            f"GET /v2/images/{IMAGE}/members": _members(text),
            "GET /v2/images": _images(),
        }
        yield Scenario(["accept", IMAGE, "--", _argument(member)], seen)
        yield Scenario(["accept", IMAGE, MEMBER], {**seen, f"GET /v2/images/{IMAGE}/members": _members(member)})
    private = {f"GET /v2/images/{IMAGE}": _image(visibility="private"), f"GET /v2/images/{IMAGE}/members": (403, {})}
    yield Scenario(["show", IMAGE, MEMBER], private)

    yield Scenario(
        ["unshare", "--", IMAGE, _argument(text)[:-1] or "x"],
        {f"GET /v2/images/{IMAGE}/members": _members(text, MEMBER), f"GET /v2/images/{IMAGE}": _image()},
    )


def _of_arguments(text: str, cloud: ScriptedCloud) -> Iterator[Scenario]:
    for argv in ([text], ["accept", f"--{text}"], ["list", text], ["login", text], ["config", text]):
        yield Scenario(argv)
    for argv in (["acept", text, "--owner", text], ["list", "--nam", text], ["list", f"--status=pendin{text}"]):
        yield Scenario(argv)
    yield Scenario(["config", "set", "--", "endpont", text])
    yield Scenario(["config", "set", "--", f"profiles.{text}.timeout", "x"])
    mistaken = ["accept", f"--owner={text}", f"--hash={text}", f"--wait={text}"]
    yield Scenario([*mistaken[:2], "--", f"{IMAGE} ", text])
    yield Scenario([*mistaken[:2], "--", MEMBER, IMAGE], {"GET /v2/images": _images()})
    yield Scenario([*mistaken, IMAGE, IMAGE.replace("d", "e"), IMAGE])
    yield Scenario(["share", "--", IMAGE, text], {"POST": (201, build_member("pending", member_id=text))})
    for status in (403, 404, 409, 413):
        yield Scenario(["share", "--", IMAGE, text], {"POST": (status, {"message": "no"})})
        yield Scenario(["unshare", "--", IMAGE, text], {"DELETE": (status, {"message": "no"})})
    yield Scenario(["accept", "--", text], {"GET /v2/images": _images()})
    yield Scenario(["accept", "--owner", text, "golden"], {"GET /v2/images": _images(_image())})
    yield Scenario(["accept", IMAGE, "--", text])
    twins = {"GET /v2/images": _images(_image(), _image(id=IMAGE.replace("d164", "0000")))}
    vaults = {f"GET /v3/{MEMBER}/vaults": (200, {"vaults": [build_vault(name=text)]})}
    at_vaults = {"IMGSHARE_VAULT_ENDPOINT": cloud.endpoint, "IMGSHARE_PROJECT_ID": MEMBER}
    yield Scenario(["accept", f"--vault={text}", "golden"], {**twins, **vaults}, at_vaults)
    yield Scenario(["accept", f"--vault={text}x", "golden"], vaults, at_vaults)
    yield Scenario(["accept", f"--vault={text}", IMAGE, "--", text], vaults, at_vaults)
    for command in (["get"], ["unset"], ["set"]):
        yield Scenario(["config", *command, "--", text, *["value"] * (command == ["set"])])
    yield Scenario(["config", "set", "--", f"profiles.{text}.endpoint", ""])
    yield Scenario(["config", "set", "--", f"profiles.{text}.endpoint", "x"], config="profiles = 1")
    yield Scenario(["config", "get", "--", f"profiles.{text}"])
    yield Scenario(["config", "set", "--", "default_profile", text])
    yield Scenario(["list", f"--profile={text}"])
    yield Scenario(["config", "get", "endpoint", f"--profile={text}"])
    again = {f"GET /v2/images/{IMAGE}": _image(), "GET /v2/images": _images(_image())}
    config = f"profiles.{json.dumps(text)} = {{}}\n"
    world = [f"--profile={text}", f"--cacert={text}", "--insecure-http"]
    yield Scenario(["accept", _CAPITALS, MEMBER, *world], again, config=config)
    odd = f"--endpoint={cloud.endpoint}{_ODD}"
    yield Scenario(
        ["accept", _CAPITALS, MEMBER, odd],
        {f"GET {_ODD}{path.removeprefix('GET ')}": body for path, body in again.items()},
    )


def _of_settings(text: str, argument: str, cloud: ScriptedCloud) -> Iterator[Scenario]:
    name = json.dumps(text)
    for entry in ("1", "{timeout = 'x'}", "{endpoint = 1}", "{token_store = 'x'}", f"{{{name} = 1}}"):
        yield Scenario(["config", "list"], config=f"profiles.{name} = {entry}\n")
    profile = {"IMGSHARE_PROFILE": argument, "IMGSHARE_TOKEN": "", "IMGSHARE_ENDPOINT": ""}
    yield Scenario(["list"], environ=profile)
    yield Scenario(["status"], environ=profile, config=f"profiles.{name} = {{}}\n")
    yield Scenario(["status"], environ=profile, config=f"profiles.{name} = {{endpoint = 'http://127.0.0.1:1'}}\n")
    for store in ("file", "keyring"):
        config = f"profiles.{name} = {{token_store = '{store}', endpoint = '{cloud.endpoint}'}}\n"
        yield Scenario(["list"], environ=profile, config=config)
    some: list[dict[str, Any]] = [{text: {}}, {"otc": {}, text: {}, f"{text} x": {}}]
    for clouds in some:
        for more in ({"IMGSHARE_ENDPOINT": ""}, {"IMGSHARE_ENDPOINT": "", "OS_AUTH_URL": argument}, {}):
            yield Scenario(["list"], environ={"IMGSHARE_TOKEN": "", **more}, clouds=clouds)
        yield Scenario(["show", argument.lstrip("-")], environ={"IMGSHARE_TOKEN": ""}, clouds=clouds)
        yield Scenario(["list", "--cloud", "nosuch"], clouds=clouds)
        yield Scenario(["login"], environ={"IMGSHARE_ENDPOINT": ""}, clouds=clouds)
        yield Scenario(["list", "--cloud", "otc"], clouds={"otc": {"auth": {"auth_url": text, "username": text}}})
    yield Scenario(["list"], environ={"IMGSHARE_ENDPOINT": argument})
    yield Scenario(["list"], environ={"IMGSHARE_ENDPOINT": cloud.endpoint, "IMGSHARE_PROJECT_ID": argument})


def _of_what_is_kept(text: str, argument: str, cloud: ScriptedCloud) -> Iterator[Scenario]:
    config = "profiles.default = {token_store = 'file'}\n"
    here = {"IMGSHARE_ENDPOINT": cloud.endpoint}
    folder = argument.replace("/", "").replace("\0", "")[:50].strip(".") or "state"
    grant = {"secret": TOKEN, "endpoint": cloud.endpoint}
    yield Scenario(["list"], config=config, environ=here, grant=grant, mode=0o644, state=folder)
    yield Scenario(["list"], config=config, environ=here, grant={"secret": 1}, state=folder)
    for again in (_login(text), _login(shlex.quote(text)), text, f"touch PWNED; {_login('x')}"):
        kept = {**grant, "again": again}
        expired = {**kept, "expires_at": "2020-01-01T00:00:00+00:00"}
        refused = {"GET": (401, {"message": "no"})}
        yield Scenario(["list"], config=config, environ=here, grant=expired)
        yield Scenario(["list"], refused, config=config, environ=here, grant=kept)
    yield Scenario(["list"], refused, config=config, environ=here, grant={**grant, "variable": text})
    other = {"IMGSHARE_ENDPOINT": f"{cloud.endpoint}{_ODD}"}
    yield Scenario(["list"], config=config, environ=other, grant=grant)


def _login(value: str) -> str:
    return f"imgshare login --auth-url {value} --username {value} --project {value} --profile {value}"


def _of_elsewhere(text: str, cloud: ScriptedCloud) -> Iterator[Scenario]:
    config = "profiles.default = {token_store = 'file'}\n"
    grant = {"secret": TOKEN, "endpoint": cloud.endpoint, "auth_url": cloud.endpoint, "project_id": MEMBER}
    usual = {"GET /v2/images": _images(), "POST /v3/auth/tokens": (201, {})}
    theirs = {
        "GET /v3/auth/projects": (200, {"projects": [{"id": text, "name": text}]}),
        f"other-token GET /v2/images/{IMAGE}": _image(),
        f"other-token GET /v2/images/{IMAGE}/members/{text}": (200, build_member("pending", member_id=text)),
    }
    owned = {**theirs, f"other-token GET /v2/images/{IMAGE}": _image(owner=text)}
    south = {"region": text, "interface": "public", "url": f"{cloud.endpoint}{_ODD}"}
    north = {"region": "north", "interface": "public", "url": cloud.endpoint}
    catalog = {"catalog": [{"type": "image", "endpoints": [north, south]}]}
    away = {"GET /v3/auth/catalog": (200, catalog), f"GET {_ODD}/v2/images/{IMAGE}": _image()}
    for more in ({"cloud": text}, {"again": _login(shlex.quote(text))}, {"again": _login("'x y'")}, {}):
        for found in (theirs, owned, away):
            answers = {**usual, **found}
            unnamed = {"IMGSHARE_ENDPOINT": ""}
            yield Scenario(["accept", IMAGE, MEMBER], answers, unnamed, config, {**grant, **more})
        yield Scenario(["accept", IMAGE], {**usual, **away}, config=config, grant={**grant, **more})


def _of_vaults(text: str, cloud: ScriptedCloud) -> Iterator[Scenario]:
    refused = {
        "PUT": (400, build_error("IMG.0184", text)),
        f"GET /v2/images/{IMAGE}": (200, build_full_server(name=text)),
    }
    environ = {"IMGSHARE_VAULT_ENDPOINT": cloud.endpoint, "IMGSHARE_PROJECT_ID": MEMBER}
    for rows in (
        [build_vault(text, name=text)],
        [build_vault(name=text), build_vault(f"b{text}", name=text)],
        [build_vault(name=text, status=text)],
    ):
        vaults = {f"GET /v3/{MEMBER}/vaults": (200, {"vaults": rows})}
        yield Scenario(["accept", IMAGE], {**refused, **vaults}, environ)
        yield Scenario(["accept", IMAGE, "--vault", "auto"], {**refused, **vaults}, environ)
    unlisted = {f"GET /v3/{MEMBER}/vaults": (403, build_error("BackupService.1", text))}
    yield Scenario(["accept", IMAGE], {**refused, **unlisted}, environ)
    yield Scenario(["accept", IMAGE, "--vault", OTHER_VAULT], refused, environ)


def _of_rules(text: str, argument: str) -> Iterator[Scenario]:
    quoted = json.dumps(text.encode(errors="replace").decode()).replace("\\u0000", "")
    rule = f'[[rule]]\nname = {quoted}\nowner = {quoted}\nthen = "accept"\n'
    yield Scenario(["rules", "check"], rules=rule)
    yield Scenario(["rules", "check"], rules=rule.replace("owner", "image"))
    yield Scenario(["rules", "check"], rules=f'[[rule]]\nname = "x"\n{quoted} = 1\n')
    yield Scenario(["rules", "check"], rules=f'[[rule]]\nname = "x"\nhashes = {quoted}\n')
    yield Scenario(["rules", "check", "--", argument])
    yield Scenario(["plan", f"--rules={argument}"])
    yield Scenario(["plan", f"--owner={argument}"], rules="")
