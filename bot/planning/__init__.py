"""Who reviews what, with which model, for how much, and why not the others."""
