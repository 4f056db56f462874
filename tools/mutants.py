# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""List the mutants of a source file, as JSON lines. Runs where cosmic-ray is installed.

Of cosmic-ray's operators those are used that make a difference worth a test: each comparison is
negated and moved by one, and not replaced by all others.
"""

from __future__ import annotations

import difflib
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

KINDS = {
    *("AddNot", "ExceptionReplacer", "NumberReplacer", "RemoveDecorator", "ReplaceAndWithOr"),
    *("ReplaceOrWithAnd", "ReplaceBreakWithContinue", "ReplaceContinueWithBreak"),
    *("ReplaceFalseWithTrue", "ReplaceTrueWithFalse", "ZeroIterationForLoop"),
    *("ReplaceUnaryOperator_Delete_Not", "ReplaceUnaryOperator_Delete_USub"),
    *("ReplaceComparisonOperator_Eq_NotEq", "ReplaceComparisonOperator_NotEq_Eq"),
    *("ReplaceComparisonOperator_Is_IsNot", "ReplaceComparisonOperator_IsNot_Is"),
    *("ReplaceComparisonOperator_Lt_LtE", "ReplaceComparisonOperator_Lt_GtE"),
    *("ReplaceComparisonOperator_LtE_Lt", "ReplaceComparisonOperator_LtE_GtE"),
    *("ReplaceComparisonOperator_Gt_GtE", "ReplaceComparisonOperator_Gt_LtE"),
    *("ReplaceComparisonOperator_GtE_Gt", "ReplaceComparisonOperator_GtE_LtE"),
    *("ReplaceBinaryOperator_Add_Sub", "ReplaceBinaryOperator_Sub_Add"),
    *("ReplaceBinaryOperator_Mul_Add", "ReplaceBinaryOperator_Div_Mul"),
    *("ReplaceBinaryOperator_FloorDiv_Mul", "ReplaceBinaryOperator_Mod_Sub"),
    *("ReplaceBinaryOperator_Pow_Mul", "ReplaceBinaryOperator_BitXor_BitAnd"),
    *("ReplaceBinaryOperator_BitAnd_BitOr", "ReplaceBinaryOperator_BitOr_BitAnd"),
    *("ReplaceBinaryOperator_LShift_RShift", "ReplaceBinaryOperator_RShift_LShift"),
}
NEVER = ("TYPE_CHECKING", "__slots__")
"""Lines whose mutants say nothing: what only a type checker runs, and memory."""


def mutants_of(source: str) -> list[dict[str, Any]]:
    """Return the mutants of a source text: name, line, and the whole mutated text.

    A name consists of the lines before and after, so it holds when lines move.
    """
    from cosmic_ray import plugins
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.mutating import mutate_code

    found = []
    names: Counter[str] = Counter()
    lines = source.splitlines()
    tree = get_ast(source)
    for operator_name in sorted(plugins.operator_names()):
        kind = plugins.get_operator(operator_name)
        if operator_name.partition("/")[2] not in KINDS or kind.arguments():
            continue
        operator = kind()
        places = [
            start for node in ast_nodes(tree) for start, _end in operator.mutation_positions(node)
        ]
        for occurrence, (line, _column) in enumerate(places):
            if any(word in lines[line - 1] for word in NEVER):
                continue
            text = mutate_code(source, operator, occurrence)
            if text is None:
                continue
            name = difference(source, text)
            names[name] += 1
            if names[name] > 1:
                name += f" ({names[name]})"
            found.append({"name": name, "line": line, "text": text})
    return sorted(found, key=lambda mutant: mutant["line"])


def difference(old: str, new: str) -> str:
    """Name a mutant by the lines that differ."""
    before, after = [], []
    for line in difflib.ndiff(old.splitlines(), new.splitlines()):
        if line.startswith("- "):
            before.append(line[2:].strip())
        elif line.startswith("+ "):
            after.append(line[2:].strip())
    return f"{' '.join(before)} -> {' '.join(after)}"


def main() -> None:
    source = Path(sys.argv[1]).read_text(encoding="utf-8")
    for mutant in mutants_of(source):
        print(json.dumps(mutant))


if __name__ == "__main__":
    main()
