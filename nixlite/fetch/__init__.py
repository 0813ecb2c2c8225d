"""Getting trees and files from elsewhere: URLs, inputs, git, Mercurial, forges, downloads, archives, caches."""
