"""Writing an override: wishes as words, the code that fulfils them, tried, and the forms it can have.

Read `wishes`, then `code`, `answer`, `forms` and `text`.
"""
