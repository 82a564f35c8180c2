"""What a language model is asked: the prompt, the schema of its reply, and how messages are shown to it."""
