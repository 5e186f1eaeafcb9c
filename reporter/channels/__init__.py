"""Ways to deliver: one file a channel; its name is the one in the settings."""
