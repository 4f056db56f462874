# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The subcommands about desired state: plan, apply, confirm, cancel, history and so on."""
