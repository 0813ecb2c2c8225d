"""The world outside an evaluation: files, environment, output, servers, programs, and the settings.

`host` is what every host does; `real`, `memory`, `guarded`, `secluded` and `capturing` are hosts. `web`,
`programs` and `plain` do some of the work of `real`, and `outside` is what they give. `settings` are read by
`configuration`; `lookup_path` says what `<nixpkgs>` means, `source_files` which file an `import` means.
"""
