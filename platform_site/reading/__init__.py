"""Reading files that were written elsewhere, in a process that cannot hurt the site."""
