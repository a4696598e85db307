"""The pages of the minutes desk, for the secretariat alone."""
