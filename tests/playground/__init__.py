"""The playground: what the page asks of nixlite, without a browser; the page itself, with one."""
