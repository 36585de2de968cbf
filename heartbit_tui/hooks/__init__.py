"""Commands of a person that run when something happens in a session, and may say no to it.

`reading` makes hooks of settings and JSON in Claude Code's shape, `answers` understands what a hook said; both are pure.
`firing` runs the hooks of an event, `guard`, `gate` and `prompting` put them where the kernel asks guardrails, rules and
context policies. `types` has the words, and what is needed to run a command.
"""
