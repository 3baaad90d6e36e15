"""What is installed and packaged: files, the unit's sandbox, the lists of packages. (tests/deb.sh runs the package itself.)"""
import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
BUILD = Path(os.environ.get("NICHED_BUILD") or ROOT / "build")


def text(path):
    return (ROOT / path).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A tree made by `make install` from the program that is there."""
    tree = tmp_path_factory.mktemp("installed")
    make = ["make", "-s", "-C", ROOT, "-o", "build", f"B={BUILD}", f"DESTDIR={tree}", "prefix=/opt/n"]
    subprocess.run([*make, "install"], check=True, capture_output=True)
    return tree, make


def files(tree):
    return {str(p.relative_to(tree)) for p in tree.rglob("*") if p.is_file()}


FILES = {"opt/n/bin/niched", "opt/n/share/man/man1/niched.1", "opt/n/share/bash-completion/completions/niched",
         "opt/n/lib/systemd/system/niched.service", "opt/n/lib/sysusers.d/niched.conf", "etc/default/niched"}


def test_install_and_uninstall(installed):
    tree, make = installed
    assert files(tree) == FILES
    assert "@" not in re.sub(r"@\w+", lambda m: "" if m[0] in ("@system", "@privileged", "@resources") else m[0],
                             (tree / "opt/n/lib/systemd/system/niched.service").read_text())
    done = subprocess.run([tree / "opt/n/bin/niched", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("niched ")
    (tree / "etc/default/niched").write_text("NICHED_PORT=9\n")
    subprocess.run([*make, "install"], check=True, capture_output=True)
    assert (tree / "etc/default/niched").read_text() == "NICHED_PORT=9\n"  # the operator's
    subprocess.run([*make, "uninstall"], check=True, capture_output=True)
    assert files(tree) == {"etc/default/niched"}
    subprocess.run([*make, "install"], check=True, capture_output=True)


def test_unit_is_right_and_narrow(installed, tmp_path):
    tree, _ = installed
    unit = tmp_path / "niched.service"
    unit.write_text((tree / "opt/n/lib/systemd/system/niched.service").read_text().replace("/opt/n/bin", f"{tree}/opt/n/bin"))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    said = subprocess.run(["systemd-analyze", "security", "--offline=yes", unit], capture_output=True, text=True, check=True).stdout
    assert float(re.search(r"exposure level for niched.service: ([\d.]+)", said)[1]) <= 1.2


def test_default_settings_are_settings():
    known = set(re.findall(r'\{"(\w+)", SETTING_', text("src/base/settings.c")))
    default = re.findall(r"^#?(\w+)=", text("docker/systemd/niched.default"), re.M)
    unit = re.findall(r"^Environment=(\w+)=", text("docker/systemd/niched.service"), re.M)
    image = re.findall(r"\b(NICHED_\w+)=", text("docker/Dockerfile"))
    assert {*default, *unit, *image} <= known and default and unit and image
    assert set(unit) <= set(default)  # so that tools beside the service have what it has


def test_lists_of_packages_agree():
    """What builds the program is the same on a developer's machine, in the package and in the image."""
    wanted = set(re.findall(r"\b(?:lib[\w.+-]*-dev|libjs-[\w.]+|python3-yaml)", re.search(r"^run=\((.*?)\)", text("src/run/deps.sh"), re.M | re.S)[1]))
    for path in ("docker/debian/control", "docker/Dockerfile"):
        named = set(re.findall(r"[\w.+-]+", text(path)))
        assert wanted - {"libc6-dev"} - named == set(), path


def test_image_and_compose():
    stages = text("docker/Dockerfile").split("\nFROM ")[1:]
    assert len(stages) == 2 and all("debian:bookworm-slim" in stage for stage in stages)
    final = stages[1]
    assert re.search(r"^USER [1-9]\d+:[1-9]\d+$", final, re.M) and 'CMD ["niched", "health"]' in final and "-dev" not in final
    services = yaml.safe_load(text("docker/compose.yaml"))["services"]
    assert services["db"]["image"] == "postgres:15" and services["db"]["volumes"]
    for name in ("migrate", "sandbox", "niched"):
        assert services[name]["read_only"] and services[name]["cap_drop"] == ["ALL"]
        assert services[name]["volumes"] == ["state:/var/lib/niched"]  # one secret for all
    assert services["niched"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert all(port.startswith("127.0.0.1:") for port in services["niched"]["ports"])
