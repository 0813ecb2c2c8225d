"""Getting trees and files from elsewhere: URLs and inputs, git, Mercurial, forges, downloads, archives, binary caches."""
