"""The pages of those who write progress."""
