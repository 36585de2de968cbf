"""How surfaces talk to a session: ops in, envelopes out, in this process or another."""
