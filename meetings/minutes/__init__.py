"""What is done with minutes: wording, confirming."""
