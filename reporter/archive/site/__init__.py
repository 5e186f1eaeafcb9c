"""The archive as a web site: what of it may be shown, its pages, and how they are written."""
