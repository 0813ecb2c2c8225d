"""The world outside an evaluation: files, environment, output, and the settings.

`host` is what every host does; `real`, `memory`, `guarded` and `capturing` are hosts. `settings` are read
by `configuration`; `lookup_path` says what `<nixpkgs>` means, `source_files` which file an `import` means.
"""
