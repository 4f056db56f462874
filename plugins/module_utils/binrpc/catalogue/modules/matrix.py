# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of matrix, in the notation of :mod:`.notation`."""

TEXT = """
matrix.reload -> str repeatable
 Reads the matrix from the database
"""
