"""What turns texts into vectors: nothing, a service that speaks OpenAI's format, or a model on this machine.

`choose` makes the one that the settings name. `timely` keeps a question from waiting for any of them, `following` gives
vectors to all that has none yet. Each is an `Embedder`; they know no store.
"""
