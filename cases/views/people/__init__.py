"""The secretariat's pages about people: who writes what, and asking them to."""
