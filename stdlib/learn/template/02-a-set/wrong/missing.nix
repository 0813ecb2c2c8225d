# The name is missing: the set is empty.
{ }
