"""Names of the syntax nodes that are functions and classes, by language of ast-grep."""

from __future__ import annotations

from identify.identify import tags_from_filename

# An allow-list: the parser panics at a language it does not know.
_BY_TAG = {
    "python": "python",
    "pyi": "python",
    "javascript": "javascript",
    "jsx": "javascript",
    "ts": "typescript",
    "tsx": "tsx",
    "go": "go",
    "java": "java",
    "ruby": "ruby",
    "rust": "rust",
    "c": "c",
    "c++": "cpp",
    "c#": "csharp",
    "php": "php",
    "shell": "bash",
    "bash": "bash",
    "kotlin": "kotlin",
    "swift": "swift",
}

_SCRIPT = (
    "function_declaration",
    "generator_function_declaration",
    "method_definition",
    "arrow_function",
    "function_expression",
)
_TYPED = ("interface_declaration", "type_alias_declaration", "enum_declaration")

FUNCTIONS = {
    "python": ("function_definition",),
    "javascript": _SCRIPT,
    "typescript": _SCRIPT,
    "tsx": _SCRIPT,
    "go": ("function_declaration", "method_declaration"),
    "java": (
        "method_declaration",
        "constructor_declaration",
        "compact_constructor_declaration",
        "static_initializer",
    ),
    "ruby": ("method", "singleton_method"),
    "rust": ("function_item", "macro_definition"),
    "c": ("function_definition",),
    "cpp": ("function_definition",),
    "csharp": (
        "method_declaration",
        "constructor_declaration",
        "property_declaration",
        "operator_declaration",
        "indexer_declaration",
        "local_function_statement",
    ),
    "php": ("function_definition", "method_declaration"),
    "bash": ("function_definition",),
    "kotlin": (
        "function_declaration",
        "secondary_constructor",
        "anonymous_initializer",
        "getter",
        "setter",
    ),
    "swift": (
        "function_declaration",
        "init_declaration",
        "deinit_declaration",
        "computed_property",
    ),
}

CONTAINERS = {
    "python": ("class_definition",),
    "javascript": ("class_declaration",),
    "typescript": ("class_declaration", *_TYPED),
    "tsx": ("class_declaration", *_TYPED),
    "go": ("type_declaration",),
    "java": (
        "class_declaration",
        "interface_declaration",
        "enum_declaration",
        "record_declaration",
    ),
    "ruby": ("class", "module"),
    "rust": ("impl_item", "trait_item", "struct_item", "enum_item", "mod_item"),
    "c": ("struct_specifier", "enum_specifier"),
    "cpp": ("struct_specifier", "class_specifier", "enum_specifier", "namespace_definition"),
    "csharp": (
        "class_declaration",
        "struct_declaration",
        "interface_declaration",
        "record_declaration",
        "enum_declaration",
    ),
    "php": (
        "class_declaration",
        "trait_declaration",
        "interface_declaration",
        "enum_declaration",
    ),
    "bash": (),
    "kotlin": ("class_declaration", "object_declaration", "companion_object"),
    "swift": ("class_declaration", "protocol_declaration"),
}

# Part of the function they wrap: decorators, `export`, the `const` an arrow function is named by.
WRAPPERS = frozenset(
    {
        "decorated_definition",
        "export_statement",
        "lexical_declaration",
        "template_declaration",
        "variable_declaration",
        "variable_declarator",
    }
)

# Of one line these say nothing about their surroundings.
LAMBDAS = frozenset({"arrow_function", "function_expression"})

# Without braces a body begins at its first statement, often behind comments: there the signature
# ends with the last of its parts.
INDENTED = frozenset({"python", "ruby"})
SIGNATURE = ("name", "parameters", "return_type", "superclasses", "superclass")


def language_of(path: str) -> str | None:
    """ast-grep's name for the file's language, None for one without functions in our table."""
    tags = tags_from_filename(path)
    return next((language for tag, language in _BY_TAG.items() if tag in tags), None)
