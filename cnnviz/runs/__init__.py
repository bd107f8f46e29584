"""What outlives a page: run folders, the trainer process and the manager that starts it."""
