"""How the documentation becomes a site: ``make docs``.

The pages are plain Markdown that reads well where it lies. What only the site needs, its
contents, is added here while it is built.
"""

from __future__ import annotations

import re
import shutil
from enum import Enum
from pathlib import Path
from typing import ClassVar

import attrs
from pygments.lexer import RegexLexer, bygroups
from pygments.lexers.special import TextLexer
from pygments.token import Generic
from sphinx.application import Sphinx

HERE = Path(__file__).parent
LONGEST_DEFAULT = 40

project = "backrun_fit"
author = "the authors of backrun_fit"
project_copyright = f"2026, {author}"
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
]
exclude_patterns = ["schemas"]

html_theme = "furo"
html_title = "backrun_fit"
html_copy_source = False

nitpicky = True
# Names of other packages: no inventory of theirs is fetched, so that the build needs no network.
nitpick_ignore_regex = [
    (
        "py:.*",
        r"(collections\.abc|concurrent\.futures|datetime|numpy|os|pa|pathlib|pd|rich)\..*",
    ),
]
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
add_module_names = False
napoleon_numpy_docstring = False
napoleon_use_ivar = True

myst_heading_anchors = 3
myst_links_external_new_tab = False

# The left-hand column: the door of each part and what stands behind it, in this order; pages of
# the part that are not named here follow.
CONTENTS = {
    "index": "tutorial how-to/index reference/index explanation/index",
    "how-to/index": "specs existing-workouts season onto-the-watch reports batch embedding",
    "reference/index": (
        "api/index command-line rules notation intervals-icu spec marker devices checking reading "
        "rehearsal json parquet errors limits"
    ),
    "explanation/index": "alignment evidence fit-in-the-wild rehearsal decisions",
}


class SessionLexer(RegexLexer):
    """A terminal: commands behind ``$``, and what they print."""

    tokens: ClassVar = {
        "root": [
            (r"(\$ )(.*\n)", bygroups(Generic.Prompt, Generic.Strong)),
            (r".*\n", Generic.Output),
        ]
    }


def add_contents(_app: Sphinx, name: str, source: list[str]) -> None:
    """Give the door of each part the list of its pages, which only the site shows."""
    if name not in CONTENTS:
        return
    first = CONTENTS[name].split()
    found = sorted(page.stem for page in (HERE / name).parent.glob("*.md"))
    pages = "\n".join([*first, *(page for page in found if page not in ("index", *first))])
    source[0] += f"\n```{{toctree}}\n:hidden:\n\n{pages}\n```\n"


def show_defaults(
    _app: Sphinx, _kind: str, _name: str, item: object, _options: object, signature: str, back: str
) -> tuple[str, str] | None:
    """Say the defaults of attrs classes as values, where those are short."""

    def default(found: re.Match[str]) -> str:
        value = attrs.fields_dict(item)[found[1]].default
        text = f"{type(value).__name__}.{value.name}" if isinstance(value, Enum) else repr(value)
        return text if len(text) <= LONGEST_DEFAULT else "..."

    if not signature:
        return None
    signature = signature.replace("_DEFAULT_TOLERANCES", "Tolerances()").replace("NOTHING", "...")
    return re.sub(r"attr_dict\['(\w+)'\]\.default", default, signature), back


def add_schemas(app: Sphinx, _error: Exception | None) -> None:
    """Lay the JSON Schemas beside the pages, under the names that they have here."""
    shutil.copytree(HERE / "schemas", app.outdir / "schemas", dirs_exist_ok=True)


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    for word in ("csv", "intervals", "notation"):
        app.add_lexer(word, TextLexer)
    app.add_lexer("console", SessionLexer)
    app.connect("autodoc-process-signature", show_defaults)
    app.connect("build-finished", add_schemas)
    app.connect("source-read", add_contents)
