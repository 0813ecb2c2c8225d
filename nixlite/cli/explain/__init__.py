"""The commands that explain: why, stale, diff, impact, args, lint, layers, trace."""
