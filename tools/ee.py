# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Build the environments for AWX and ansible-runner with podman, and try them.

    tools/ee.py                    # both
    tools/ee.py debian             # the execution environment, which runs the demo's playbook
    tools/ee.py decisions          # with ansible-rulebook, which watches a lab server

No registry is asked: the base image is made of Debian's packages, the rest by ansible-builder with
packages of PyPI. As on a cluster, the trials run as a user whom the image does not know. The images
localhost/kamailio-ee:debian and localhost/kamailio-ee:decisions stay. Exits with 77, and says NOT
TESTED, on a machine that cannot build them.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import molecule
import tree
from molecule import NOT_TESTED, NotTested

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

sys.path[1:1] = [str(tree.ROOT), str(tree.ROOT / "demo")]

from demo.run import inventory, lab  # noqa: E402
from kamailio_binrpc import Client  # noqa: E402
from kamailio_binrpc.lab import Dispatcher, LabServer  # noqa: E402

WORK = tree.BUILD / "ee"
RELEASE = "trixie"
BASE = f"localhost/kamailio-ee-base:{RELEASE}"
IMAGES = "localhost/kamailio-ee"
RUN = ("podman", "run", "--rm", "--network=host", *molecule.LIMITS)
DEFINITIONS = tree.ROOT / "examples" / "environments"
BIN = Path(sys.executable).parent
UNKNOWN_USER = "12345:0"
PATIENCE = 600
"""Seconds for a trial, on a busy machine."""
GATEWAY = "sip:192.0.2.11:5060"
PIP_FILES = {
    "/etc/pip.conf": "/etc/pip.conf",
    "/etc/xdg/pip": "/etc/xdg/pip",
    "~/.config/pip": "/root/.config/pip",
    "~/.pip": "/root/.pip",
    "/etc/ssl/certs/ca-certificates.crt": "/etc/ssl/certs/ca-certificates.crt",
}
"""How this machine reaches packages of Python, and where that stands in the image."""


def call(*words: str | Path) -> str:
    """Run a program, and return what it printed.

    :raises NotTested: it failed.
    """
    done = subprocess.run(
        list(map(str, words)), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NotTested(f"{words[0]} {words[1]}: {(done.stdout + done.stderr).strip()[-2000:]}")
    return done.stdout


def make_base() -> None:
    """Make the base image, unless podman has it."""
    file = WORK / f"{RELEASE}.tar"
    script = tree.ROOT / "tools" / "ee_base.sh"
    if subprocess.run([script, RELEASE, file], stdin=subprocess.DEVNULL, check=False).returncode:
        raise NotTested("packages could not be had, see above")
    if subprocess.run(["podman", "image", "exists", BASE], check=False).returncode:
        call("podman", "import", "--quiet", file, BASE)


def pip_mounts() -> list[str]:
    """List options with which pip in the image works as pip does here."""
    here = {str(Path(file).expanduser()): there for file, there in PIP_FILES.items()}
    settings = call(sys.executable, "-m", "pip", "config", "list")
    for path in re.findall(r"(?:file://|(?<=['\s]))(/[^/'\s][^'\s]*)", settings):
        folder = path.removesuffix("/").removesuffix("/simple")  # files lie beside the index
        here.setdefault(folder, folder)
    return [f"--volume={file}:{to}:ro" for file, to in here.items() if Path(file).exists()]


def build(variant: str, image: str) -> None:
    """Build an image."""
    context = WORK / variant
    shutil.rmtree(context, ignore_errors=True)
    options = ["--network=host", *pip_mounts()]
    definition = DEFINITIONS / f"{variant}.yml"
    start = time.monotonic()
    call(
        *(BIN / "ansible-builder", "build", "--file", definition, "--context", context),
        *("--tag", image, "--container-runtime", "podman"),
        *("--extra-build-cli-args", " ".join(options)),
    )
    print(f"ee: built {image} in {time.monotonic() - start:.0f} s", flush=True)


VERSIONS = """
import sys
from importlib.metadata import version
print("Python", sys.version.split()[0], *(f"{name} {version(name)}" for name in sys.argv[1:]))
"""


def describe(image: str) -> None:
    """Print how large an image is, and its main parts."""
    whole, base = (
        json.loads(call("podman", "image", "inspect", each))[0]["Size"] / 1e6
        for each in (image, BASE)
    )
    print(f"ee: {image}: {whole:.0f} MB, the base image among them {base:.0f} MB")
    names = ["ansible-core", "ansible-runner"]
    if image.endswith("decisions"):
        names.append("ansible-rulebook")
    print("ee:", call(*RUN, image, "python3", "-c", VERSIONS, *names), end="")


def run_here(image: str, name: str, mounts: dict[str, str], *words: str) -> subprocess.Popen[str]:
    """Start a container that sees the network of this machine, and its output."""
    call("podman", "rm", "--force", "--ignore", name)
    volumes = [f"--volume={here}:{there}" for here, there in mounts.items()]
    return subprocess.Popen(
        [*RUN, f"--name={name}", f"--user={UNKNOWN_USER}", *volumes, image, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@contextlib.contextmanager
def shared_folder() -> Iterator[Path]:
    """A folder in which the container's user may use what is there."""
    with tempfile.TemporaryDirectory(prefix="ee-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def try_debian(image: str) -> bool:
    """Run the demo's playbook twice with ansible-runner, on three servers of this machine."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(shared_folder())
        wanted = {
            "unix": f"unix:{folder}/ctl",
            "udp": "udp:127.0.0.1:0",
            "tcp": "tcp:127.0.0.1:0",
        }
        endpoints = {
            f"proxy-{name}": stack.enter_context(lab(address).running_in_thread()).addresses[0]
            for name, address in wanted.items()
        }
        (folder / "ctl").chmod(0o666)
        (folder / "hosts").write_text(inventory(endpoints, "/usr/bin/python3"), encoding="utf-8")
        mounts = {
            str(folder): str(folder),
            str(folder / "hosts"): "/runner/inventory/hosts:ro",
            str(tree.ROOT / "demo" / "site.yml"): "/runner/project/site.yml:ro",
        }
        changes = []
        for _run in range(2):
            words = ("ansible-runner", "run", "/runner", "-p", "site.yml")
            process = run_here(image, "kamailio-ee-demo", mounts, *words)
            output = process.communicate(timeout=PATIENCE)[0]
            print(output, flush=True)
            if process.returncode:
                return False
            plain = re.sub(r"\033\[[0-9;]*m", "", output)
            changes.append(sum(int(count) for count in re.findall(r" changed=(\d+) ", plain)))
        print(f"ee: first run: {changes[0]} changes, second run: {changes[1]}")
        return changes == [9, 0]


def try_decisions(image: str) -> bool:
    """Have a rulebook see a gateway that is taken out, and end when the server does."""
    with shared_folder() as folder, contextlib.ExitStack() as serving:
        server = LabServer(binrpc="tcp:127.0.0.1:0", modules=[Dispatcher({1: [GATEWAY]})])
        serving.enter_context(server.running_in_thread())
        (folder / "vars.yml").write_text(f"endpoint: {server.addresses[0]}\n", encoding="utf-8")
        (folder / "hosts").write_text("edge ansible_connection=local\n", encoding="utf-8")
        mounts = {
            str(DEFINITIONS / "rulebook.yml"): "/runner/rulebook.yml:ro",
            str(folder): "/runner/given:ro",
        }
        words = "--rulebook /runner/rulebook.yml --inventory /runner/given/hosts --vars"
        process = run_here(
            *(image, "kamailio-ee-decisions", mounts, "ansible-rulebook"),
            *(*words.split(), "/runner/given/vars.yml"),
        )
        try:
            wait(lambda: len(server.calls.of("dispatcher.list")) > 2, process)
            with Client(server.addresses[0]) as client:
                client.call("dispatcher.set_state", "d", 1, GATEWAY)
            seen = len(server.calls.of("dispatcher.list"))
            wait(lambda: len(server.calls.of("dispatcher.list")) > seen + 2, process)
            serving.close()
            output = process.communicate(timeout=PATIENCE)[0]
        finally:
            subprocess.run(
                ["podman", "rm", "--force", "--ignore", "--time=0", "kamailio-ee-decisions"],
                capture_output=True,
                check=False,
            )
        print(output, flush=True)
        return process.returncode == 0 and f"edge lost {GATEWAY}" in output


def wait(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait until something is so, while a container runs.

    :raises SystemExit: it has ended, or nothing happened.
    """
    limit = time.monotonic() + PATIENCE
    while not condition():
        if process.poll() is not None:
            sys.exit(f"the container has ended: {process.communicate()[0]}")
        if time.monotonic() > limit:
            sys.exit("the container does not do what it should")
        time.sleep(0.1)


TRIALS = {"debian": try_debian, "decisions": try_decisions}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("variant", nargs="*", help=f"of {', '.join(TRIALS)} (default: all)")
    parser.add_argument("--built", action="store_true", help="try the images of an earlier run")
    options = parser.parse_args()
    variants = options.variant or list(TRIALS)
    if unknown := set(variants) - set(TRIALS):
        parser.error(f"no variant {', '.join(sorted(unknown))}; there are {', '.join(TRIALS)}")
    WORK.mkdir(parents=True, exist_ok=True)
    os.environ["ANSIBLE_HOME"] = str(WORK / "home")
    good = True
    try:
        if not options.built:
            make_base()
            galaxy = (BIN / "ansible-galaxy", "collection", "build", "--force")
            call(*galaxy, "--output-path", tree.ROOT / "dist", tree.ROOT)
        for variant in variants:
            image = f"{IMAGES}:{variant}"
            if not options.built:
                build(variant, image)
            describe(image)
            good = TRIALS[variant](image) and good
    except NotTested as error:
        print(f"NOT TESTED: {error}", flush=True)
        return NOT_TESTED
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
