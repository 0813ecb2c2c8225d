"""Getting trees and files from elsewhere: URLs, inputs, git, forges, downloads, archives, caches.

`url`, `references` and `inputs` say what is meant, `trees` fetches it: by `git`, `mercurial`, `forges` or
`download` (with `curl`), unpacked by `archive`. `binary_cache` is for `fetchClosure`.
"""
