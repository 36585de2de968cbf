"""Several agents in one session: one hands tasks to others, which work side by side and report back.

`team` runs them, `delegating` has the tools by which a model hands out tasks, `board` and `board_tools` are what they leave
for each other. None of those that work for another can hand tasks on. `routing` decides who takes a task, by the words of
`domains`, or by asking a model in `classifying`. `types` has the words.
"""
