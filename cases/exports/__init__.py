"""One module for each table or paper that leaves the site."""
