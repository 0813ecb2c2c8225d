"""What to write instead of an override that did not do what was meant, each way tried before it is shown."""
