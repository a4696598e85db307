"""The pages of proposals, for contacts and the secretariat."""
