"""From an uploaded paper to a draft at the minutes desk: what changes rows."""
