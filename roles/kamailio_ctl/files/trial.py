# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Have Kamailio check a copy of its configuration with other settings, as its service runs it.

The settings are read from standard input; one argument holds the rest as JSON:

config, binary, service   of the instance
systemd                   whether systemd runs the host
patterns                  regular expressions of the lines that include the settings

The exit status and standard error are Kamailio's. Nothing outside of a temporary folder is written.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

PASSED = ("User", "Group", "SupplementaryGroups", "UMask", "RootDirectory", "NetworkNamespacePath")
NOT_STARTED = re.compile(r"\A(Failed to |Unknown |systemd-run: )")


def show(service):
    """Return the properties of a service, each a list because some are there more than once."""
    done = subprocess.run(
        ["systemctl", "show", service], stdout=subprocess.PIPE, text=True, check=False
    )
    properties = {}
    for line in done.stdout.splitlines():
        name, found, value = line.partition("=")
        if found:
            properties.setdefault(name, []).append(value)
    return properties


def words_of(text):
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def arguments_of(properties, binary):
    """Return the arguments of the service, less the file that it reads and those that it writes.

    What starts Kamailio by a script of its own has none: with another argument the script might
    start a server.
    """
    found = re.search(r"argv\[\]=(.*?) ; ignore_errors=", properties.get("ExecStart", [""])[0])
    words = words_of(found.group(1)) if found else []
    if not words or os.path.realpath(words[0]) != os.path.realpath(binary):
        return []
    kept = []
    rest = iter(words[1:])
    for word in rest:
        if word in ("-f", "-P", "-G"):
            next(rest, None)
        elif word[:2] not in ("-f", "-P", "-G"):
            kept.append(word)
    return kept


def settings_of(properties):
    """Return the properties that a transient service needs in order to run in the same way."""
    settings = [f"{name}={value}" for name in PASSED for value in properties.get(name, []) if value]
    settings += [f"Environment={value}" for value in properties.get("Environment", []) if value]
    for value in properties.get("EnvironmentFiles", []):
        path, flags = re.match(r"(.*?)(?: \((.*)\))?\Z", value).groups()
        settings.append(
            "EnvironmentFile={}{}".format("-" if flags and "=yes" in flags else "", path)
        )
    for name in properties:
        if name.startswith("Limit") and not name.endswith("Soft"):
            soft = properties.get(name + "Soft", properties[name])[0]
            settings.append(f"{name}={soft}:{properties[name][0]}")
    return settings


def copy_config(source, target, patterns, include):
    """Copy a configuration with the line that includes the settings; without one it is added."""
    with open(source, encoding="latin-1", newline="") as file:
        lines = file.read().splitlines(True)
    line = f'include_file "{include}"\n'
    numbers = [
        number for number, text in enumerate(lines) if any(re.match(p, text) for p in patterns)
    ]
    if numbers:
        lines[numbers[0]] = line
        lines = [text for number, text in enumerate(lines) if number not in numbers[1:]]
    else:
        lines += ["\n", line]
    with open(target, "w", encoding="latin-1", newline="", opener=private) as file:
        file.write("".join(lines))
    status = os.stat(source)
    os.chown(target, status.st_uid, status.st_gid)
    os.chmod(target, status.st_mode & 0o7777)


def private(path, flags):
    return os.open(path, flags, 0o600)


def run(command, folder):
    return subprocess.run(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )


def check(options, config):
    """Run Kamailio's own check of a configuration."""
    # From where relative includes are found.
    folder = os.path.dirname(options["config"]) or "/"
    plain = [options["binary"], "-c", "-f", config]
    if not options["systemd"]:
        return run(plain, folder)
    properties = show(options["service"])
    command = ["systemd-run", "--quiet", "--wait", "--pipe", "--collect"]
    for setting in [*settings_of(properties), f"WorkingDirectory={folder}"]:
        command += ["-p", setting]
    arguments = arguments_of(properties, options["binary"])
    done = run([*command, "--", options["binary"], *arguments, "-c", "-f", config], folder)
    if done.returncode and NOT_STARTED.match(done.stderr.decode("utf-8", "replace")):
        return run(plain, folder)
    return done


def main(text):
    options = json.loads(text)
    trial = tempfile.mkdtemp(prefix="kamailio_ctl.")
    try:
        # The service's user has to get in. Each file has the mode of the one that it stands for.
        os.chmod(trial, 0o711)
        include = os.path.join(trial, "kamailio_ctl.cfg")
        with open(include, "w", encoding="utf-8") as file:
            file.write(sys.stdin.read())
        os.chmod(include, 0o644)
        config = os.path.join(trial, "kamailio.cfg")
        copy_config(options["config"], config, options["patterns"], include)
        done = check(options, config)
    finally:
        shutil.rmtree(trial, ignore_errors=True)
    sys.stderr.write(done.stderr.decode("utf-8", "replace"))
    return done.returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
