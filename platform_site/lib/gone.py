"""What was public and is no longer."""


class Gone(Exception):
    """Raised by a view at the address of something withdrawn; the text says what to do."""
