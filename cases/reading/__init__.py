"""Papers written elsewhere, read into facts about cases."""
