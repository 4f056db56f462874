# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc config``: the file of endpoints and groups."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any, cast

from . import common, exit_codes, output

if TYPE_CHECKING:
    from ..core.address import Address
    from ..core.config import Config
    from ..core.errors import BinrpcError
    from ..core.remote import Command

_EXAMPLE = """the file:
  [defaults]
  endpoint = edge1
  timeout = 3

  [endpoints]
  edge1 = udp:10.0.0.1:2049
  edge2 = udp:10.0.0.2:2049
  media = unix:/run/kamailio/kamailio_ctl
  far = ssh://ops@sip7.example/run/kamailio/kamailio_ctl

  [endpoint sip-0]
  command = kubectl exec -i sip-0 -c kamailio --
  socket = /run/kamailio/kamailio_ctl

  [groups]
  edge = edge1 edge2
  everyone = edge media sip-0

  [guards]
  media = read_only
  edge = confirm

Calls that may change a read_only endpoint are refused. Calls that may change an endpoint with
confirm need your confirmation, or --yes. The configuration file is the one in --config, otherwise
in KAMRPC_CONFIG, otherwise $XDG_CONFIG_HOME/kamrpc/config.ini (~/.config if unset), otherwise
/etc/kamrpc/config.ini. Options on the command line override KAMRPC_ENDPOINT and KAMRPC_TIMEOUT,
which override the file.

To use it as an Ansible inventory, save this script as an executable file and pass it with -i:
  #!/bin/sh
  exec kamrpc config inventory "$@"
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the subcommand."""
    parser = commands.add_parser(
        "config",
        help="show and check the configuration file",
        description="Show and check the configuration file with endpoints and groups.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    show = actions.add_parser("show", help="print the configuration")
    common.add_output_option(show, output.FORMATS)
    path = actions.add_parser("path", help="print the path of the configuration file")
    check = actions.add_parser("check", help="check the file, and with --call also every endpoint")
    common.add_output_option(check, output.FORMATS)
    check.add_argument(
        "--call", action="store_true", help="also call core.version at every endpoint"
    )
    inventory = actions.add_parser(
        "inventory", help="print the configuration as an Ansible inventory"
    )
    inventory.add_argument("--list", action="store_true", help="print all hosts (the default)")
    inventory.add_argument("--host", metavar="NAME", help="print the variables of one endpoint")
    for action, work in ((show, _show), (path, _path), (check, _check), (inventory, _inventory)):
        common.add_config_option(action)
        action.set_defaults(run=lambda options, work=work: common.guarded(lambda: work(options)))


def _load(options: argparse.Namespace) -> Config:
    from ..core.config import load_config

    return load_config(options.config, commands=True)


def _show(options: argparse.Namespace) -> int:
    config = _load(options)
    data = {
        "path": config.path,
        "defaults": config.defaults,
        "endpoints": {name: _shown(address) for name, address in config.endpoints.items()},
        "groups": config.groups,
        "guards": config.guards,
    }
    output.write(output.render_data(data, options.output))
    return exit_codes.OK


def _shown(address: str | Address) -> str | dict[str, Any]:
    if isinstance(address, str):
        return address
    command = cast("Command", address)  # no other address is configured as an object
    return {"command": list(command.argv), "socket": command.path}


def _path(options: argparse.Namespace) -> int:
    from ..core.config import find_config

    path = options.config or find_config()
    if path is None:
        common.complain("there is no configuration file; see 'kamrpc config --help' for places")
        return exit_codes.NOT_FOUND
    output.write(path + "\n")
    return exit_codes.OK


def _check(options: argparse.Namespace) -> int:
    config = _load(options)
    default = str(config.defaults.get("endpoint", ""))
    if default:
        config.select([default])
    answers: dict[str, str] = {}
    errors: list[BinrpcError] = []
    if options.call and config.endpoints:
        from ..core.fleet import Fleet

        report = Fleet(config.endpoints).call("core.version")
        errors = list(report.errors.values())
        for name, result in report.results.items():
            answers[name] = str(result.error or result.value.value).strip()
    if options.output == "text":
        where = config.path or "no file"
        output.write(f"{where}: {len(config.endpoints)} endpoints, {len(config.groups)} groups\n")
        output.write("".join(f"{name}: {text}\n" for name, text in answers.items()))
    else:
        data: dict[str, Any] = {
            "path": config.path,
            "endpoints": len(config.endpoints),
            "groups": len(config.groups),
        }
        output.write(
            output.render_data(data | ({"answers": answers} if answers else {}), options.output)
        )
    return exit_codes.status_of_all(errors)


def inventory_of(config: Config) -> dict[str, Any]:
    """Return the configuration in the form of ``ansible-inventory --list``."""
    hosts = {
        # Ansible starts no commands of this file.
        name: {"ctl_address": address} if isinstance(address, str) else {}
        for name, address in config.endpoints.items()
    }
    data: dict[str, Any] = {"_meta": {"hostvars": hosts}}
    for name, members in config.groups.items():
        group: dict[str, list[str]] = {}
        for member in members:
            kind = "children" if member in config.groups else "hosts"
            group.setdefault(kind, []).append(member)
        data[name] = group
    grouped = {host for group in data.values() for host in group.get("hosts", ())}
    data["ungrouped"] = {"hosts": [name for name in hosts if name not in grouped]}
    data["all"] = {"children": [*config.groups, "ungrouped"]}
    return data


def _inventory(options: argparse.Namespace) -> int:
    data = inventory_of(_load(options))
    if options.host is not None:
        data = data["_meta"]["hostvars"].get(options.host, {})
    output.write(output.render_data(data, "json"))
    return exit_codes.OK
