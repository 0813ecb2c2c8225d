"""The course, and others of its form: `nixlite learn`.

Reading order: `course` (what a lesson is made of, in files), `bench` (evaluating for a lesson), `asking`
(predictions), `checking` and `feedback` (what an exercise gives, and what its writer probably believes),
`live` (output of commands in a text), `progress`, `verifying` (for authors), `making` (a course of one's
own).

Then the walk: `pages` (texts as lines of a width), `folder` (the learner's files), `child` (work that can be
stopped), `working` (what it does), `place` (where the learner is), `showing` (its pages), `walk` (what a key
does), `plain` and `screen` (lines, or a whole terminal), `command`.
"""
