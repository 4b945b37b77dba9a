"""./run with a pretended uv, Python and Debian, so that what it decides is seen without installing anything."""

import os
import re
import shutil
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SYSTEM_TOOLS = ("basename", "cat", "cksum", "cp", "dirname", "flock", "mkdir", "mv", "readlink", "rm", "sh")

FAKE_UV = """#!/bin/sh
case $1 in
--version) exit ;;
venv) for place; do :; done; mkdir -p "$place/bin"; cp "$FAKES/venv-python" "$place/bin/python" ;;
pip) [ ! -e "$FAKES/uv-fails" ] || exit 1 ;;
esac
printf '%s\\n' "$*" >>"$FAKES/calls"
"""
FAKE_VENV_PYTHON = """#!/bin/sh
case $* in
*ctypes*) [ ! -e "$FAKES/no-pango" ] ;;
*purelib*) cd "${0%/bin/python}" && pwd ;;
*) printf '%s|' "PYTHONPATH=${PYTHONPATH-unset}" "$@" ;;
esac
"""


@dataclass
class House:
    """A copy of what ./run works with, in a folder whose name has a space."""

    root: Path
    fakes: Path

    def pretend(self, name: str, script: str = "#!/bin/sh\n") -> None:
        path = self.fakes / name
        path.write_text(script)
        path.chmod(0o755)

    def run(self, *arguments: str, command: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [command or self.root / "run", *arguments],
            cwd=self.fakes,
            env={"PATH": str(self.fakes), "FAKES": str(self.fakes)} | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=20,
        )

    def calls(self) -> list[str]:
        """What was asked of uv since the last look."""
        log = self.fakes / "calls"
        lines = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return [line.split()[0] if line.startswith("venv") else Path(line).name for line in lines]


@pytest.fixture
def bare(tmp_path: Path) -> House:
    """A machine with a shell and the usual tools, but no Python."""
    house = House(tmp_path / "the house", tmp_path / "fakes")
    house.root.mkdir()
    house.fakes.mkdir()
    for name in ("run", "requirements.lock", "requirements-dev.lock"):
        shutil.copy2(ROOT / name, house.root)
    for name in SYSTEM_TOOLS:
        if path := shutil.which(name):
            (house.fakes / name).symlink_to(path)
    house.pretend("id", "#!/bin/sh\necho 1000\n")
    house.pretend("venv-python", FAKE_VENV_PYTHON)
    return house


@pytest.fixture
def house(bare: House) -> House:
    """The same with uv."""
    bare.pretend("uv", FAKE_UV)
    return bare


@pytest.mark.parametrize("shell", ["sh", "dash", "bash"])
@pytest.mark.parametrize("script", ["run", "tools/lock.sh"])
def test_every_shell_reads_the_scripts(shell: str, script: str) -> None:
    if not shutil.which(shell):
        pytest.skip(f"no {shell} here")
    subprocess.run([shell, "-n", ROOT / script], check=True)


def test_without_python_it_says_so(bare: House) -> None:
    result = bare.run("assess")
    assert result.returncode == 3
    assert "needs Python 3.11 or newer" in result.stderr


def test_an_old_python_is_passed_over(bare: House) -> None:
    bare.pretend("python3", "#!/bin/sh\nexit 1\n")  # what the version question answers there
    result = bare.run("assess")
    assert result.returncode == 3
    assert "needs Python 3.11 or newer" in result.stderr


def test_a_python_without_venv_gets_the_line_to_type(bare: House) -> None:
    bare.pretend("apt-get")
    answers = '#!/bin/sh\ncase $* in *version_info*) echo "$0" ;; *) exit 1 ;; esac\n'
    bare.pretend("python3.12", answers)
    result = bare.run("assess")
    assert result.returncode == 3
    assert "apt-get install -y --no-install-recommends python3.12-venv" in result.stderr


def test_the_second_start_installs_nothing(house: House) -> None:
    assert house.run("prices").returncode == 0
    assert house.calls() == ["venv", "requirements.lock"]
    assert house.run("prices").returncode == 0
    assert house.calls() == []


def test_packages_are_checked_against_their_hashes(house: House) -> None:
    house.run("prices")
    assert "--require-hashes" in (house.fakes / "calls").read_text()


def test_arguments_arrive_as_they_were_given(house: House) -> None:
    result = house.run("explain", "two words", "", "*", "$HOME", PYTHONPATH="/elsewhere")
    assert result.stdout == "PYTHONPATH=unset|-P|-m|advisor|explain|two words||*|$HOME|"


def test_a_link_to_it_finds_the_repository(house: House) -> None:
    (house.root / "first").symlink_to("run")
    link = house.fakes / "link"
    link.symlink_to(house.root / "first")
    assert house.run("prices", command=link).returncode == 0
    assert (house.root / ".venv" / "advisor.pth").read_text() == f"{house.root}\n"


def test_a_changed_lock_is_installed_into_the_same_environment(house: House) -> None:
    house.run("prices")
    house.calls()
    with (house.root / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")
    house.run("prices")
    assert house.calls() == ["requirements.lock"]


def test_a_moved_repository_is_set_up_anew(house: House) -> None:
    house.run("prices")
    house.calls()
    house.root = house.root.rename(house.root.with_name("moved"))
    house.run("prices")
    assert house.calls() == ["venv", "requirements.lock"]


def test_a_failed_install_is_made_anew(house: House) -> None:
    (house.fakes / "uv-fails").touch()
    result = house.run("prices")
    assert result.returncode == 3
    assert "could not be installed" in result.stderr
    (house.fakes / "uv-fails").unlink()
    house.calls()
    assert house.run("prices").returncode == 0
    assert house.calls() == ["venv", "requirements.lock"]


def test_a_failed_change_is_made_anew(house: House) -> None:
    house.run("prices")
    (house.fakes / "uv-fails").touch()
    with (house.root / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")
    assert house.run("prices").returncode == 3
    (house.fakes / "uv-fails").unlink()
    house.calls()
    assert house.run("prices").returncode == 0
    assert house.calls() == ["venv", "requirements.lock"]


def test_what_test_installed_serves_demo(house: House) -> None:
    house.run("prices")
    assert house.run("test", "--version").returncode == 0
    assert house.calls() == ["venv", "requirements.lock", "requirements-dev.lock"]
    assert house.run("demo").returncode == 0
    assert house.calls() == []
    with (house.root / "requirements-dev.lock").open("a") as lock:
        lock.write("# changed\n")
    with (house.root / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")
    assert house.run("demo").returncode == 0
    assert house.calls() == ["requirements-dev.lock"]


def test_demo_replaces_its_folder_and_names_the_files(house: House) -> None:
    old = house.root / "demo_output" / "old"
    old.mkdir(parents=True)
    result = house.run("demo")
    assert not old.exists()
    assert "--as-of|2026-11-22|--out|demo_output|" in result.stdout
    for file in ("report.pdf", "plan.json", "drills/checklist.xlsx"):
        assert file in result.stdout


def test_demo_without_pango_stops_with_the_line_to_type(house: House) -> None:
    house.pretend("apt-get")
    (house.fakes / "no-pango").touch()
    result = house.run("demo")
    assert result.returncode == 3
    line = "sudo apt-get update && sudo apt-get install -y --no-install-recommends libpango-1.0-0"
    assert line in result.stderr
    assert result.stdout == ""
    (house.fakes / "no-pango").unlink()
    assert house.run("demo").returncode == 0


def test_other_commands_go_on_without_pango(house: House) -> None:
    (house.fakes / "no-pango").touch()
    result = house.run("prices")
    assert result.returncode == 0
    assert "libpango" in result.stderr
    assert house.run("prices").stderr == ""


def test_root_on_debian_gets_pango_installed(house: House) -> None:
    house.pretend("id", "#!/bin/sh\necho 0\n")
    house.pretend("apt-get", '#!/bin/sh\necho "apt-get $*" >>"$FAKES/apt"\nrm -f "$FAKES/no-pango"\n')
    (house.fakes / "no-pango").touch()
    assert house.run("demo").returncode == 0
    update, install = (house.fakes / "apt").read_text().splitlines()
    assert "update" in update
    assert "libharfbuzz-subset0" in install


@pytest.mark.parametrize("ci", ["", "true"])
def test_a_missing_browser_is_named_and_fatal_only_in_ci(house: House, ci: str) -> None:
    result = house.run("test", "-k", "x", CI=ci)
    assert "chromium" in result.stderr
    assert result.returncode == (3 if ci else 0)
    assert ("not browser" in result.stdout) == (not ci)


def test_every_check_runs_and_the_failed_ones_are_named(house: House) -> None:
    house.pretend("chromium")
    house.pretend("venv-python", FAKE_VENV_PYTHON + "case $* in *mypy*) exit 1 ;; esac\n")
    house.pretend("uv", FAKE_UV.replace('bin/python" ;;', 'bin/python"; cp "$FAKES/id" "$place/bin/lint-imports" ;;'))
    result = house.run("test")
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1] == "run: FAILED: 'mypy'"
    assert "ok: pytest" in result.stderr


# --- the locks ---


def pins(name: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for package, version in re.findall(r"^([\w.-]+)==([^\s;]+)", (ROOT / name).read_text(), re.MULTILINE):
        found.setdefault(package, set()).add(version)
    return found


def test_the_dev_lock_holds_the_runtime_lock() -> None:
    runtime, dev = pins("requirements.lock"), pins("requirements-dev.lock")
    assert runtime
    assert {package: dev.get(package) for package in runtime} == runtime


def test_the_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = {"requirements.lock": project["dependencies"]}
    asked["requirements-dev.lock"] = project["dependencies"] + project["optional-dependencies"]["dev"]
    for lock, requirements in asked.items():
        names = {re.split(r"[<>=!~\[ ]", requirement)[0].lower() for requirement in requirements}
        assert names <= pins(lock).keys()


def test_the_locks_name_no_host() -> None:
    for lock in ("requirements.lock", "requirements-dev.lock"):
        assert "://" not in (ROOT / lock).read_text()


def test_every_script_may_be_started() -> None:
    for script in ("run", "tools/lock.sh", ".ci/run"):
        assert os.access(ROOT / script, os.X_OK), f"chmod +x {script}"
