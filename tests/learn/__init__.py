"""The course: its engine, its pages, and a learner who walks through it."""
