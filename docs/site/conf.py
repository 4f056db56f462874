# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Settings of the documentation site. tools/docs.py copies this to where it builds the site."""

from __future__ import annotations

import ast
import functools
import importlib.util
import inspect
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

SOURCE = Path(__file__).resolve().parent
SDK = SOURCE / "_sdk"
sys.path.insert(0, str(SDK))
importlib.invalidate_caches()
version = importlib.import_module("kamailio_binrpc").__version__

project = "kamailio-binrpc and kamailio.ctl"
author = "The kamailio-binrpc authors"
project_copyright = author
release = version

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx_antsibull_ext",
    "sphinx_argparse_cli",
    "sphinx_copybutton",
    "sphinx_design",
]
exclude_patterns = ["_sdk"]

html_theme = "furo"
html_title = f"Kamailio control {version}"
html_copy_source = False
html_show_sphinx = False
html_static_path = ["_static"]
html_css_files = ["site.css"]
pygments_style = "friendly"
pygments_dark_style = "monokai"

myst_heading_anchors = 4
myst_enable_extensions = ["attrs_block", "colon_fence"]
# Copy commands, not what they print.
copybutton_prompt_text = "$ "
copybutton_only_copy_prompt_lines = True

autodoc_member_order = "bysource"
autodoc_class_signature = "separated"
# The module is in the page's heading already.
add_module_names = False
python_maximum_signature_line_length = 88
toc_object_entries_show_parents = "hide"
# The plugin is read where pytest is not installed.
autodoc_mock_imports = ["pytest"]

# Where users import from; each has an __all__.
DOORS = ("changes", "desired", "dispatcher", "facts", "lab", "methods", "params")
# Where docstrings name things without their package.
PACKAGES = ("kamailio_binrpc.core.", "kamailio_binrpc.core.lab.", "kamailio_binrpc.typed.")

ANSIBLE = "https://docs.ansible.com/projects/ansible/latest/"
ANSIBLE_LABELS = {
    "ansible_configuration_settings": "reference_appendices/config.html",
    "action_plugins": "plugins/action.html#action-plugins",
    "common_return_values": "reference_appendices/common_return_values.html#common-return-values",
}
BUILTIN = "ansible_collections.ansible.builtin."


@functools.cache
def names_in(module: str) -> dict[str, str]:
    """Map the names that a module of the library imports or defines to full names.

    Read from its text, since some are imported for type checkers only.
    """
    path = SDK.joinpath(*module.split("."))
    package = module if path.is_dir() else module.rpartition(".")[0]
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    found = {}
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            start = "." * node.level + (node.module or "")
            origin = importlib.util.resolve_name(start, package)
            found.update(
                {alias.asname or alias.name: f"{origin}.{alias.name}" for alias in node.names}
            )
        elif isinstance(node, ast.ClassDef):
            found[node.name] = f"{module}.{node.name}"
    return found


@functools.cache
def public_names() -> dict[str, str]:
    """Map what the core defines, by its full name there, to the name that users import."""
    found = {}
    for door in (*(f"kamailio_binrpc.{name}" for name in DOORS), "kamailio_binrpc"):
        module = importlib.import_module(door)
        for name in module.__all__:
            thing = getattr(module, name)
            if hasattr(thing, "__qualname__"):
                found[f"{thing.__module__}.{thing.__qualname__}"] = f"{door}.{name}"
    return found


def published(name: str) -> str:
    """Return the public form of a full name, or of a member's full name."""
    names = public_names()
    parent, _dot, member = name.rpartition(".")
    return names.get(name) or (f"{names[parent]}.{member}" if parent in names else name)


class Intro(SphinxDirective):
    """``.. intro:: errors``: what the docstring of that module of the core says."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the docstring's nodes."""
        module = importlib.import_module(f"kamailio_binrpc.core.{self.arguments[0]}")
        lines = (inspect.getdoc(module) or "").replace("  # doctest: +SKIP", "").splitlines()
        node = nodes.Element()
        self.state.nested_parse(StringList(lines, source=module.__name__), 0, node)
        return node.children


def signed_in(node: nodes.Node | None) -> str:
    """Return the module whose signature a node is in; signatures of functions know no other."""
    while node is not None and not isinstance(node, addnodes.desc_signature):
        node = node.parent
    return "" if node is None else node.get("module") or ""


def qualify(app: Sphinx, doctree: nodes.document) -> None:
    """Give types in signatures the names that they have where they are written."""
    for node in doctree.findall(addnodes.pending_xref):
        module, target = node.get("py:module") or signed_in(node), node["reftarget"]
        if node.get("refdomain") == "py" and module.startswith("kamailio_binrpc"):
            first, dot, rest = target.partition(".")
            if first in names_in(module):
                node["reftarget"] = published(names_in(module)[first] + dot + rest)
                node["refspecific"] = False


def resolve(
    app: Sphinx, env: BuildEnvironment, node: nodes.Element, content: nodes.TextElement
) -> nodes.Node | None:
    """Find what is named relative to the library, and what ansible-core itself documents."""
    target = node.get("reftarget", "")
    if node.get("refdomain") == "py":
        for package in PACKAGES:
            name = published(package + target)
            found = env.get_domain("py").resolve_xref(
                env, node["refdoc"], app.builder, node["reftype"], name, node, content
            )
            if found is not None:
                return found
        return None
    place = ANSIBLE_LABELS.get(target)
    if target.startswith(BUILTIN):
        place = f"collections/ansible/builtin/{target[len(BUILTIN) :]}.html"
    if place is None:
        return None
    return nodes.reference("", "", content, internal=False, refuri=ANSIBLE + place)


def without_tests(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Leave doctest's instructions out of what readers see."""
    for index, line in enumerate(lines):
        lines[index] = line.replace("  # doctest: +SKIP", "")


@functools.cache
def titles(env: BuildEnvironment) -> dict[str, nodes.bullet_list]:
    """Return the contents of each page without its sections and members."""
    found = {}
    for page, contents in env.tocs.items():
        title = contents.next_node(addnodes.compact_paragraph)
        item = nodes.list_item("", *([title.deepcopy()] if title is not None else []))
        below = [each.deepcopy() for each in contents.findall(addnodes.toctree)]
        if below:
            item += nodes.bullet_list("", *below)
        found[page] = nodes.bullet_list("", item)
    return found


def quick_sidebar(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Make the sidebar of titles only: Sphinx copies all sections of all pages for each page."""
    whole = context.get("toctree")
    if whole is None:
        return

    def toctree(**options: Any) -> str:
        env = app.env
        tocs, env.tocs = env.tocs, titles(env)
        try:
            return whole(**options)
        finally:
            env.tocs = tocs

    context["toctree"] = toctree


def setup(app: Sphinx) -> None:
    app.add_directive("intro", Intro)
    app.connect("doctree-read", qualify)
    app.connect("missing-reference", resolve)
    app.connect("autodoc-process-docstring", without_tests)
    # Before the theme asks for it.
    app.connect("html-page-context", quick_sidebar, priority=400)
