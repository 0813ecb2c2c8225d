"""Why an option of a module system has its value: every definition, what became of it, and what to write.

`asked` finds the calls of the module system, `options` their definitions, `verdict` what became of each,
`advice` and `changes` what to write; `answer` joins them. `circles` and `undeclared` are for what fails.
"""
