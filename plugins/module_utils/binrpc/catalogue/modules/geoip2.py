# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of geoip2, in the notation of :mod:`.notation`."""

TEXT = """
geoip2.reload -> - repeatable
 Reopens the GeoIP2 database
"""
