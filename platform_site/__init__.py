"""The site as a whole: settings, database, set-up; it knows no rule of the domain."""
