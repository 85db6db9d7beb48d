"""Which views may answer a fragment to htmx, found in their text."""

from __future__ import annotations

import ast
from pathlib import Path

# Stands for an answer that is a fragment.
_ANSWERS = "@"


def answering(views: Path) -> set[str]:
    """Find the endpoints that may answer a fragment, by themselves or by what they call."""
    modules = {path.stem: ast.parse(path.read_text()) for path in views.glob("*.py")}
    calls = {name: named for module, tree in modules.items() for name, named in _calls(module, tree).items()}
    served = {name for module, tree in modules.items() for name in _served(module, tree)}
    return {name for name in served if _ANSWERS in _reached(calls, name)}


def _functions(tree: ast.Module) -> list[ast.FunctionDef]:
    return [node for node in tree.body if isinstance(node, ast.FunctionDef)]


def _served(module: str, tree: ast.Module) -> set[str]:
    """Give the functions that a blueprint serves, as Flask names them."""
    return {
        f"{module}.{function.name}"
        for function in _functions(tree)
        if any(ast.unparse(one).startswith("blueprint.") for one in function.decorator_list)
    }


def _calls(module: str, tree: ast.Module) -> dict[str, set[str]]:
    """Give what each function calls, with its module."""
    origin = {
        alias.asname or alias.name: f"{(node.module or '').rpartition('.')[2]}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    found = {}
    for function in _functions(tree):
        names = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
        named = {origin.get(name, f"{module}.{name}") for name in names}
        found[f"{module}.{function.name}"] = named | (
            {_ANSWERS} if "fragment" in names or _chooses(function) else set()
        )
    return found


def _chooses(function: ast.FunctionDef) -> bool:
    """Tell whether a function chooses its template by who asks."""
    choices = (ast.unparse(node) for node in ast.walk(function) if isinstance(node, ast.IfExp))
    return any("is_htmx()" in choice and ".html" in choice for choice in choices)


def _reached(calls: dict[str, set[str]], name: str) -> set[str]:
    seen: set[str] = set()
    left = [name]
    while left:
        new = calls.get(left.pop(), set()) - seen
        seen |= new
        left.extend(new)
    return seen
