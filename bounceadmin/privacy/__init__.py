"""One person's data, wherever it is: given out and erased."""
