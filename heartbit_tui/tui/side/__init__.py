"""The panel beside the chat: the timeline, and under it what is to be done and how full the context is."""
