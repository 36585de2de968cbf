"""What a project knows: its documents cut into chunks, kept in an index, and found again by words and by meaning.

`load` gets documents, `chunk` cuts them, `index` keeps what changed, `search` finds chunks with the lines they stand on,
`tools` lets the model search. `schema` has the tables, for the file that others own; `types` the words, and what is
needed of the world around.
"""
