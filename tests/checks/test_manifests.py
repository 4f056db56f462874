# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""The manifests of examples/kubernetes agree with one another, and with kamrpc's file."""

from __future__ import annotations

import re
import shutil

import pytest
import yaml

from kamailio_binrpc import load_config
from tests.checks.tool import ROOT

FOLDER = ROOT / "examples" / "kubernetes"


def objects(name):
    found = list(yaml.safe_load_all((FOLDER / name).read_text()))
    return {each["kind"]: each for each in found}


@pytest.fixture(scope="module")
def manifests():
    return objects("kamailio.yml")


@pytest.fixture
def config(tmp_path):
    """The file as its user has it: no one else can write it."""
    file = tmp_path / "config.ini"
    shutil.copy(FOLDER / "config.ini", file)
    file.chmod(0o600)
    return load_config(str(file), commands=True)


def pod_of(manifests):
    return manifests["StatefulSet"]["spec"]["template"]["spec"]


def test_the_commands_lead_to_a_container_that_has_the_socket(manifests, config):
    pod = pod_of(manifests)
    containers = {each["name"]: each for each in pod["containers"]}
    listens = re.search(r'"binrpc", "unix:(.*)"', manifests["ConfigMap"]["data"]["ctl.cfg"])
    names = [f"sip-{number}" for number in range(manifests["StatefulSet"]["spec"]["replicas"])]
    assert list(config.endpoints) == names
    for name, command in config.endpoints.items():
        program, verb, stdin, pod_name, option, container, end = command.argv
        assert (program, verb, stdin, option, end) == ("kubectl", "exec", "-i", "-c", "--")
        assert pod_name == name
        assert command.path == listens[1]
        shared = [
            mount["mountPath"]
            for each in (containers[container], containers["kamailio"])
            for mount in each["volumeMounts"]
            if mount["name"] == "run"
        ]
        assert shared == [command.path.rpartition("/")[0]] * 2


def test_volumes_and_labels_meet(manifests):
    pod = pod_of(manifests)
    volumes = {each["name"] for each in pod["volumes"]}
    used = {mount["name"] for each in pod["containers"] for mount in each["volumeMounts"]}
    assert volumes == used
    stateful, service = manifests["StatefulSet"], manifests["Service"]
    labels = stateful["spec"]["template"]["metadata"]["labels"]
    assert stateful["spec"]["selector"]["matchLabels"] == labels == service["spec"]["selector"]
    assert stateful["spec"]["serviceName"] == service["metadata"]["name"]


def test_access_names_these_pods(config):
    access = objects("access.yml")
    for rule in access["Role"]["rules"]:
        assert rule["resourceNames"] == list(config.endpoints)
    assert access["RoleBinding"]["roleRef"]["name"] == access["Role"]["metadata"]["name"]
    assert config.guard("sip-0") == "confirm"


@pytest.mark.real
def test_kamailio_takes_the_settings(manifests, make_kamailio):
    text = manifests["ConfigMap"]["data"]["ctl.cfg"]
    lines = [line for line in text.splitlines() if '"mode"' in line]
    assert len(lines) == 1
    assert make_kamailio(extra_config=lines[0]).running
