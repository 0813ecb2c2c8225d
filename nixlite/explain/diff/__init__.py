"""How two values, and the derivations in them, differ.

`values` compares values, `derivations` what they are built from, `pairing` which belong together;
`left_behind` finds what should have changed and did not. `verdict` says the first sentence, `report` all.
"""
