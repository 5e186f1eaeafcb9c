"""Sending editions to clients: from the archive, each once, and so that it can be proved."""
