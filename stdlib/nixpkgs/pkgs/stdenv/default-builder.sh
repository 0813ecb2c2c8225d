# What builds a package that brings no builder of its own: all phases of setup.sh, one after the other.
source "$stdenv/setup"
genericBuild
