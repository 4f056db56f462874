# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""How many examples are tried, and for how long: as tests/sdk/core has it."""

from __future__ import annotations

from tests.sdk.core import strategies  # noqa: F401 - loads a profile
