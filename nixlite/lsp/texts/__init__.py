"""Texts while they are written: `text` and `tree`, `lexing` and `reading` make the one of the other whatever
is wrong, `names` tells what each name means, `document` holds all that; `following` goes from one definition
to the next, `store` has the documents of a session.
"""
