"""Why an option of a module system has its value: every definition, what became of it, and what to write."""
