# `pick` takes a Boolean and two values; it gives the first for true, else the second, and never computes the other.
# `firstOr` takes a value and a list: it gives the list's first item, or the value if the list is empty.
# `mixed` is a set in which `good` is 1, and `bad` fails (with throw) only when it is asked for.
{
  pick = null;
  firstOr = null;
  mixed = null;
}
