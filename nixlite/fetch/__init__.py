"""Getting trees and files from elsewhere: URLs, inputs, git, forges, downloads, archives, caches."""
