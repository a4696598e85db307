"""Reading papers in the browser: upload, review, draft; below the desk."""
