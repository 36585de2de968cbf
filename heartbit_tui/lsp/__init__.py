"""Language servers: found, started when a file of theirs is touched, asked about code, and heard after each change.

A result that changes files tells what came and went in what the servers say of them. Nothing loads pygls or lsprotocol
before a server is started: `server`, `life`, `client`, `sayings` and `asking` alone import them.
"""
