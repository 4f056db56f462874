# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Compare the catalogue with a Kamailio source tree: `tools/catalogue_check.py SOURCE [RELEASE]`.

Reports methods that one of both lacks, and parameters that differ from what the handler scans. The
exit status is 1 if something is reported. RELEASE is that of the tree, where its files do not state
it. What differs for a reason stands in EXCUSED.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kamailio_source import Exported, SourceTree

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "sdk"))

from kamailio_binrpc.core.catalogue.lookup import in_release  # noqa: E402

TYPES = {
    **dict.fromkeys("sS", "str"),
    **dict.fromkeys("dubtlL", "int"),
    "f": "float",
}

# Methods whose handlers scan in a way that their text alone does not tell, with what they do.
EXCUSED = {
    "cfg.set": "tries the value as a number, then as a text",
    "cfg.set_delayed": "tries the value as a number, then as a text",
    "dbg.bp": "scans for each command apart",
    "jsonrpc.echo": "scans texts and numbers in turn, to the end",
    "lcr.defunct_gw": "scans by pointers to formats",
    "lcr.load_gws": "scans by pointers to formats",
    "pv.shvSet": "scans the value by its type",
    "rtpengine.reload": "the parameter ping came with 5.8",
    "uac.reg_add": "contact_user came after 6.1",
    "userblocklist.check_userallowlist": "scans the domain apart, where the module uses domains",
    "userblocklist.check_userblocklist": "scans the domain apart, where the module uses domains",
}


def pieces(scans: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
    """Yield type and whether it may be missing of each parameter that is scanned.

    A format is refused as a whole where one of its parameters is missing, so those of a further
    scan are optional where the handler goes on without them.
    """
    for index, scan in enumerate(scans):
        optional = index > 0
        for letter in scan:
            if letter == "*":
                optional = True
            elif letter != ".":
                yield TYPES.get(letter, letter), optional


def parameters(method: Any, exported: Exported) -> str:
    """Say how parameters differ, "" if they do not."""
    scanned = list(pieces(exported.scans))
    known = method.params
    if len(scanned) != len(known) or any(
        param.type not in ("any", kind)
        for param, (kind, _optional) in zip(known, scanned, strict=True)
    ):
        return f"the parameters are {' '.join(exported.scans) or 'none'}"
    # A handler may go on without its only one.
    alone = exported.scans and len(re.sub(r"[*.]", "", exported.scans[0])) == 1
    for param, (_kind, optional) in zip(known, scanned, strict=True):
        if param.optional and not optional and not alone:
            return f"{param.name} is not optional"
    return ""


def compare(tree: SourceTree, release: str, known: dict[str, Any]) -> Iterator[str]:
    """Yield a line for each difference."""
    for name, exported in sorted(tree.methods.items()):
        method = known.get(name)
        if method is None:
            scan = " ".join(exported.scans)
            yield f"{name}: not in the catalogue; {exported.place} scans {scan or 'nothing'}"
            continue
        if not in_release(method, release):
            span = f"@{method.since}-{method.until}".rstrip("-")
            yield f"{name}: the tree has it, which the catalogue's {span} does not tell"
        wrong = parameters(method, exported)
        if wrong and name not in EXCUSED:
            yield f"{name}: {wrong}; {exported.place}. The catalogue: {method.signature}"
    for name, method in sorted(known.items()):
        if name not in tree.methods and in_release(method, release):
            yield f"{name}: not in the tree; the catalogue should say up to which release it is"


def main() -> int:
    """Compare; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("release", nargs="?")
    options = parser.parse_args()
    from kamailio_binrpc.core.catalogue.lookup import methods

    try:
        tree = SourceTree(options.source)
    except FileNotFoundError as error:
        parser.error(str(error))
    release = options.release or tree.release
    if not release:
        parser.error(f"{options.source} does not state its release; give it as RELEASE")
    known = {method.name: method for method in methods()}
    lines = list(compare(tree, release, known))
    print("".join(line + "\n" for line in lines), end="")
    common = sum(name in known for name in tree.methods)
    print(
        f"Kamailio {release}: {common} of {len(tree.methods)} methods known, "
        f"{len(EXCUSED)} excused, {len(lines)} differences"
    )
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
