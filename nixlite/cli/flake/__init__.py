"""The commands `nixlite flake …` and `nixlite registry …`."""
