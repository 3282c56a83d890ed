"""The arrows between the rooms that import-linter cannot see."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PURE = {"markdown_it", "mdit_py_plugins", "frontmatter", "yaml", "opencc", "regex", "wcwidth", "bot"}


def _imports(file: Path) -> set[str]:
    tree = ast.parse(file.read_text("utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    froms = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    return {name.split(".")[0] for name in names | froms}


@pytest.mark.parametrize("file", sorted((ROOT / "bot/core").rglob("*.py")), ids=lambda file: file.name)
def test_the_core_imports_only_the_standard_library_and_pure_computing(file: Path) -> None:
    """No I/O library and no Telegram can slip into the core."""
    assert _imports(file) <= PURE | sys.stdlib_module_names
    assert not _imports(file) & {"asyncio", "sqlite3", "socket", "subprocess", "threading", "urllib.request"}


@pytest.mark.parametrize("file", sorted((ROOT / "bot/core").rglob("*.py")), ids=lambda file: file.name)
def test_the_core_never_awaits_and_never_opens_a_file(file: Path) -> None:
    """The core is plain functions: nothing asynchronous, no `open`."""
    tree = ast.parse(file.read_text("utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef | ast.Await)]
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert "open" not in {function.id for function in called if isinstance(function, ast.Name)}
