"""How everything is put together: settings become an agent, an agent becomes a session."""
