"""Every dated edition kept: write-once, findable, provable, and built again to the byte."""
