"""What others wrote down for an agent: skills for kinds of tasks, and commands that a person calls by name.

`frontmatter` and `parse` read one file and are pure, `find` looks into folders, `choose` says which of equal names counts,
`stock` keeps what was found and notices what changes. `tool` lets the model load a skill, `calling` tells it what a person
called by `/name`, and keeps both through summaries. `types` has the words.
"""
