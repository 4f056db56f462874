# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The roles on systems that no scenario has: rendered files, and a root like a container's."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.collection.conftest import BIN, ROOT, Run, run_ansible
from tests.collection.role_host import LONG, PLAYS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]

PIPES: dict[str, Any] = {
    "stdin": subprocess.DEVNULL,
    "stdout": subprocess.PIPE,
    "stderr": subprocess.STDOUT,
}
CONTAINER = """\
mount -t tmpfs tmpfs "$1"
for folder in /etc /usr /var; do
    mkdir -p "$1$folder" "$1/work$folder"
    folders="lowerdir=$folder,upperdir=$1$folder,workdir=$1/work$folder"
    mount -t overlay overlay -o "$folders$2" "$folder"
done
mount -t tmpfs tmpfs /run
echo ready
exec cat
"""


@pytest.fixture
def container(tmp_path: Path, collections: Path) -> Iterator[Callable[..., Run]]:
    """Run a playbook where no systemd runs and no network is, and every change is forgotten.

    The programs are those of this machine.
    """
    if not shutil.which("kamailio"):
        pytest.skip("NOT TESTED: no Kamailio is installed here")
    folder = tmp_path / "container"
    folder.mkdir()
    namespaces = ["unshare", "--mount", "--net", "--propagation", "private"]
    options = ""
    if os.geteuid():
        namespaces.append("--map-root-user")
        options = ",userxattr"
    process = subprocess.Popen(
        [*namespaces, "sh", "-euc", CONTAINER, "sh", folder, options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    inside = [f"--target={process.pid}", "--mount", "--net", f"--wd={tmp_path}"]
    if os.geteuid():
        inside += ["--user", "--preserve-credentials"]
    environment = {
        **{name: text for name, text in os.environ.items() if not name.startswith("ANSIBLE_")},
        "ANSIBLE_COLLECTIONS_PATH": str(collections),
        "ANSIBLE_HOME": str(tmp_path / "home"),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_PYTHON_INTERPRETER": "/usr/bin/python3",
        "ANSIBLE_PIPELINING": "1",
    }

    def run(*options: str, **variables: Any) -> Run:
        if options:
            done = subprocess.run(["nsenter", *inside, *options], check=False, text=True, **PIPES)
            return Run(done.returncode, done.stdout)
        playbook = str(BIN / "ansible-playbook")
        command = [playbook, "--inventory", "server,", "--connection=local"]
        done = subprocess.run(
            ["nsenter", *inside, *command, "-e", json.dumps(variables), "play.yml"],
            env=environment,
            text=True,
            check=False,
            **PIPES,
        )
        return Run(done.returncode, done.stdout)

    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield run
        process.kill()


CONFIGURED = """
- hosts: server
  roles:
    - kamailio.ctl.kamailio_ctl
  tasks:
    - ansible.builtin.stat:
        path: "{{ item }}"
      register: found
      loop:
        - /etc/kamailio/kamailio_ctl.cfg
        - /etc/systemd/system/kamailio.service.d/kamailio_ctl.conf
        - /run/kamailio
        - /run/kamailio/kamailio_ctl
    - ansible.builtin.copy:
        content: "{{ found.results | map(attribute='stat') | map(attribute='exists') | to_json }}"
        dest: "{{ playbook_dir }}/found.json"
        mode: "0600"
      changed_when: false
      check_mode: false
"""


REPOSITORY = """\
/usr/bin/python3 "$1" /var/repository test 9.9.1+test
rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/* /var/lib/apt/lists/*
"""
# Programs of a host with SELinux.
SELINUX = r"""
echo 'nfs_port_t tcp 2049, 20048-20049' > /var/ports
printf '#!/bin/sh\n' > /usr/local/bin/selinuxenabled
cat > /usr/local/bin/semanage <<'END'
#!/bin/sh
case "$2" in
    --list) cat /var/ports ;;
    *) echo "$4 $6 $7" >> /var/ports; echo "$*" >> /var/semanage ;;
esac
END
chmod +x /usr/local/bin/selinuxenabled /usr/local/bin/semanage
"""
PACKAGES = """\
dpkg-query --show --showformat='${Version}' kamailio
apt-mark showhold
grep Pin: /etc/apt/preferences.d/kamailio_ctl.pref
"""


def test_without_systemd_it_is_written_and_checked_and_nothing_is_started(
    container: Callable[..., Run], tmp_path: Path
) -> None:
    """Kamailio is upgraded from a repository, which nothing needs afterwards."""
    (tmp_path / "play.yml").write_text(CONFIGURED, encoding="utf-8")
    variables: dict[str, Any] = {"kamailio_ctl_user": "root", "kamailio_ctl_group": "root"}
    # Without rights, root is the only user in there, and packages cannot be changed.
    upgrade = os.geteuid() == 0 and shutil.which("apt-get") is not None
    if upgrade:
        script = ROOT / "extensions" / "molecule" / "kamailio_ctl" / "files" / "repository.py"
        made = container("sh", "-euc", REPOSITORY, "sh", script)
        assert made.returncode == 0, made.output
        variables = {
            "kamailio_ctl_repository": "kamailio_org",
            "kamailio_ctl_repository_series": "9.9",
            "kamailio_ctl_repository_suite": "test",
            "kamailio_ctl_repository_url": "file:///var/repository",
            "kamailio_ctl_repository_key_url": "file:///var/repository/key.asc",
            "kamailio_ctl_hold": True,
        }

    variables |= {
        "kamailio_ctl_binrpc": ["unix:/run/kamailio/kamailio_ctl", "tcp:127.0.0.1:2049"],
        "kamailio_ctl_allow_everyone": True,
        "kamailio_ctl_selinux_port_type": "sip_port_t",
    }
    assert container("sh", "-euc", SELINUX).returncode == 0
    first = container(**variables)
    assert first.returncode == 0, first.output
    assert json.loads((tmp_path / "found.json").read_text()) == [True, False, True, False]
    changed = container("cat", "/var/semanage").output
    assert changed == "port --modify --type sip_port_t --proto tcp 2049\n"
    if upgrade:
        found = container("sh", "-euc", PACKAGES).output
        assert found == "9.9.1+testkamailio\nPin: version /^([0-9]+:)?9\\.9([-.+~]|$)/\n"
        container("rm", "-r", "/var/repository")

    second = container(**variables)
    assert second.returncode == 0, second.output
    assert second.counter("changed") == 0, second.output


@LONG
def test_operators_of_a_shared_group_stay_while_a_server_wants_them(
    container: Callable[..., Run], tmp_path: Path
) -> None:
    if os.geteuid():
        pytest.skip("NOT TESTED: makes users, which needs root")
    for source, target in (("kamailio_ctl_operators", "play"), ("operators_step",) * 2):
        shutil.copy(PLAYS / f"{source}.yml", tmp_path / f"{target}.yml")
    done = container(any="")
    assert done.returncode == 0, done.output


RENDER = """
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.set_fact:
        pkg_mgr: "{{ facts.pkg_mgr }}"
        distribution: "{{ facts.distribution }}"
        distribution_major_version: "{{ facts.distribution_major_version | default('0') }}"
        distribution_release: "{{ facts.distribution_release | default('none') }}"
        service_mgr: "{{ 'systemd' if booted else 'openrc' }}"
        cacheable: true
    - ansible.builtin.include_role:
        name: "kamailio.ctl.{{ item }}"
        tasks_from: look
        public: true
        apply: {when: false}
      loop: [kamailio_ctl, ctl_server]
    - ansible.builtin.set_fact:
        __kamailio_ctl_booted: {stat: {isdir: "{{ booted }}"}}
        __kamailio_ctl_unit: {stdout: "User=kamailio\\nAmbientCapabilities=cap_net_bind_service"}
        __kamailio_ctl_firewall: nftables
        __kamailio_ctl_nft: /usr/sbin/nft
        __ctl_server_instance: {name: lab, expose: true}
        __ctl_server_probe: {}
        addresses: []
    - ansible.builtin.set_fact:
        rendered: "{{ dict(templates | zip(query('ansible.builtin.template', *templates))) }}"
    - ansible.builtin.copy:
        content: "{{ dict(hosts | zip(hosts | map('extract', hostvars, 'rendered'))) | to_json }}"
        dest: "{{ playbook_dir }}/rendered.json"
        mode: "0600"
      vars:
        hosts: "{{ ansible_play_hosts_all }}"
      run_once: true
"""
SYSTEMS = {
    "debian": {"pkg_mgr": "apt", "distribution": "Debian", "distribution_release": "forky"},
    "ubuntu": {"pkg_mgr": "apt", "distribution": "Ubuntu", "distribution_release": "resolute"},
    "redhat9": {"pkg_mgr": "dnf", "distribution": "Rocky", "distribution_major_version": "9"},
    "redhat10": {"pkg_mgr": "dnf5", "distribution": "RedHat", "distribution_major_version": "10"},
    "alpine": {"pkg_mgr": "apk", "distribution": "Alpine"},
}
SETTINGS = {
    "kamailio_ctl_expose": True,
    "kamailio_ctl_binrpc": ["unix:/run/kamailio/kamailio_ctl", "tcp:2049", "udp:192.0.2.1:2050"],
    "kamailio_ctl_clients": ["10.20.0.0/24", "2001:db8::/64"],
    "kamailio_ctl_repository": "kamailio_org",
    "kamailio_ctl_hardening": {"ProtectHome": "read-only", "KeyringMode": None, "UMask": "0077"},
}


RPM = "https://rpm.kamailio.org"


@pytest.fixture(scope="module")
def rendered(
    collections: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, str]]:
    """All templates of both roles, by system and name."""
    folder = tmp_path_factory.mktemp("rendered")
    (folder / "play.yml").write_text(RENDER, encoding="utf-8")
    # Where the templates find each other.
    (folder / "templates").mkdir()
    for template in ROOT.glob("roles/*/templates/*.j2"):
        shutil.copy(template, folder / "templates")
    hosts = {
        name: {
            "facts": facts,
            "booted": name != "alpine",
        }
        for name, facts in SYSTEMS.items()
    }
    variables = {
        **SETTINGS,
        "templates": sorted(path.name for path in (folder / "templates").iterdir()),
        "ansible_connection": "local",
        "ansible_python_interpreter": sys.executable,
    }
    (folder / "hosts.json").write_text(json.dumps({"all": {"hosts": hosts, "vars": variables}}))
    run_ansible(folder, collections, "-i", "hosts.json", "play.yml")
    found: dict[str, dict[str, str]] = json.loads((folder / "rendered.json").read_text())
    return found


def test_each_template_renders_on_each_system(rendered: dict[str, dict[str, str]]) -> None:
    names = {path.name for path in ROOT.glob("roles/*/templates/*.j2")}
    assert len(names) >= 8
    for system in SYSTEMS:
        assert set(rendered[system]) == names
        for name, text in rendered[system].items():
            # That of a repository which the system has no use for may lack values.
            assert "{{" not in text and "{%" not in text, (system, name, text)
            assert "Ansible managed" in text or name == "hardening.j2", (system, name)


@pytest.mark.parametrize(
    "system, name, lines",
    [
        ("debian", "kamailio_org.sources.j2", ["URIs: https://deb.kamailio.org/kamailio60"]),
        (
            "debian",
            "kamailio_org.sources.j2",
            ["Suites: forky"],
        ),
        ("ubuntu", "kamailio_org.sources.j2", ["Suites: resolute"]),
        (
            "redhat9",
            "kamailio_org.repo.j2",
            [f"baseurl={RPM}/rhel/9/6.0/6.0/$basearch/"],
        ),
        (
            "redhat10",
            "kamailio_org.repo.j2",
            [f"baseurl={RPM}/rhel/10/6.0/6.0/$basearch/"],
        ),
        ("redhat9", "kamailio_org.repo.j2", [f"gpgkey={RPM}/rpm-pub.key"]),
        ("debian", "pin.j2", [r"Pin: version /^([0-9]+:)?6\.0([-.+~]|$)/"]),
        (
            "debian",
            "kamailio_ctl.nft.j2",
            [
                "    ip saddr { 10.20.0.0/24 } tcp dport { 2049 } accept",
                "    ip6 saddr { 2001:db8::/64 } tcp dport { 2049 } accept",
                "    tcp dport { 2049 } drop",
                "    udp dport { 2050 } drop",
            ],
        ),
        (
            "redhat9",
            "firewalld_service.xml.j2",
            ['  <port protocol="tcp" port="2049"/>', '  <port protocol="udp" port="2050"/>'],
        ),
        (
            "ubuntu",
            "dropin.conf.j2",
            [
                "SupplementaryGroups=kamailio-operators",
                "ExecStartPre=+/usr/sbin/nft -f /etc/kamailio/kamailio_ctl.nft",
                "ProtectSystem=full",
                "ProtectHome=read-only",
                "UMask=0077",
                "CapabilityBoundingSet=cap_net_bind_service",
            ],
        ),
        (
            "alpine",
            "kamailio_ctl.cfg.j2",
            ['modparam("ctl", "binrpc", "tcp:2049") # kamailio_ctl_binrpc[1]'],
        ),
    ],
)
def test_a_system_gets_what_it_understands(
    rendered: dict[str, dict[str, str]], system: str, name: str, lines: list[str]
) -> None:
    found = rendered[system][name].splitlines()
    assert set(lines) <= set(found), "\n".join(found)


def test_the_hardened_service_is_well_rated(
    rendered: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    """The unit is like Debian's and kamailio.org's."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("NOT TESTED: no systemd-analyze on this machine")
    unit = tmp_path / "kamailio.service"
    before = "[Service]\nType=forking\nUser=kamailio\nExecStart=/bin/true\n"
    levels = []
    for text in (before, before + rendered["debian"]["hardening.j2"]):
        unit.write_text(text, encoding="utf-8")
        command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        found = re.search(r"Overall exposure level.*: (\S+)", done.stdout)
        assert found, done.stdout + done.stderr
        levels.append(float(found.group(1)))
    assert levels[0] > 9
    assert levels[1] < 2.5, done.stdout
