"""What is printed, and what a person is asked."""
