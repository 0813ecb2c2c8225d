"""`nixlite args`: what `callPackage` would do with a function. Read `calling`, then `plan`, then `text`."""
