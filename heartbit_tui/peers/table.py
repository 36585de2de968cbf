"""The agents whose set-up can be taken over."""

from heartbit_tui.peers import claude, codex, gemini, opencode, vibe
from heartbit_tui.peers.types import Peer

PEERS = (
    Peer(name="claude", title="Claude Code", places="~/.claude and ~/.claude.json, or .claude", read=claude.read),
    Peer(name="codex", title="Codex", places="~/.codex, or .codex", read=codex.read),
    Peer(name="gemini", title="Gemini CLI", places="~/.gemini, or .gemini", read=gemini.read),
    Peer(
        name="opencode",
        title="opencode",
        places="~/.config/opencode, or opencode.json and .opencode",
        read=opencode.read,
    ),
    Peer(name="vibe", title="Mistral Vibe", places="~/.vibe, or .vibe", read=vibe.read),
)
"""Each with its reader; the places are the person's, then the project's."""
