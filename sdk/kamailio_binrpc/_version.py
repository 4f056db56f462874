# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The release number, kept alone so that reading it imports nothing."""

__version__ = "0.1.0"
