"""The world outside an evaluation: files, environment, output, and the settings."""
